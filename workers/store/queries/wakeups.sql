-- name: wake
-- Note that a wake-up is on its way; only those that none is on its way for come back.
-- The conflict locks the row, so a worker that takes it waits for what this transaction adds.
insert into wakeups (connection_id, queue, woken_at)
select connection_id, queue, now()
from unnest(%(connections)s::uuid[], %(queues)s::text[]) as wanted (connection_id, queue)
order by connection_id, queue
on conflict (connection_id, queue) do update set woken_at = now()
    where wakeups.woken_at < now() - %(life)s::interval
returning connection_id, queue;

-- name: take
-- The wake-up has arrived: what is added from now on needs another one.
delete from wakeups where connection_id = %(connection_id)s and queue = %(queue)s;

-- name: due
-- Queues of connections that have work due now: documents, abandoned attempts, tags, revocations.
select c.id as connection_id, work.queue
from connections c
cross join lateral (
    select case work_kind when 'order' then 'exports.orders' else 'exports.invoices' end as queue
    from unnest(array['order', 'invoice']) as kinds (work_kind)
    where c.status = 'active' and (
        (c.mapping_revision is not null and exists (
            select from documents d
            where d.connection_id = c.id and d.kind = work_kind and d.status = 'waiting'
              and not d.alone and d.due_at <= now()))
        or (c.mapping_revision is not null and exists (
            select from documents d
            where d.connection_id = c.id and d.kind = work_kind and d.status = 'waiting'
              and d.alone and d.due_at <= now()))
        or exists (
            select from attempts a
            where a.connection_id = c.id and a.kind = work_kind and a.state <> 'done'
              and a.lease_until <= now()))
    union all
    select 'connections' where c.revoke_due_at <= now()
) as work
where c.status = 'active' or c.revoke_due_at is not null
union all
select distinct d.connection_id, 'upkeep'
from tags t join documents d on d.id = t.document_id
where t.done_at is null and t.due_at <= now();

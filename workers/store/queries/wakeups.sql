-- name: wake
-- Note that a wake-up is on its way; only those that none is on its way for come back.
-- The conflict locks the row, so a worker that takes it waits for what this transaction adds.
-- One that was not taken is sent again after twice the time, so that idle queues do not fill.
insert into wakeups (connection_id, queue, woken_at)
select connection_id, queue, now()
from unnest(%(connections)s::uuid[], %(queues)s::text[]) as wanted (connection_id, queue)
order by connection_id, queue
on conflict (connection_id, queue) do update
    set woken_at = now(), times = least(wakeups.times + 1, 7)
    where wakeups.woken_at < now() - %(life)s::interval * (1 << wakeups.times - 1)
returning connection_id, queue;

-- name: take
-- The wake-up has arrived: what is added from now on needs another one.
delete from wakeups where connection_id = %(connection_id)s and queue = %(queue)s;

-- name: due
-- Queues of connections that have work due now: documents, abandoned attempts, tags, revocations,
-- charts never read or old, tokens that lie idle, consents that nobody finished, invoices of ours
-- that changed in Xero, documents that somebody wants to export and that are to be fetched.
-- Documents, attempts and tags take one step into their index for each connection that has any
-- under way: a backlog costs no more than a single row, and who is idle costs nothing.
with recursive earliest as (
    (select connection_id, kind, due_at from documents
     where status = 'waiting'
     order by connection_id, kind, due_at, id limit 1)
    union all
    select next.* from earliest e cross join lateral (
        select connection_id, kind, due_at from documents
        where status = 'waiting' and (connection_id, kind) > (e.connection_id, e.kind)
        order by connection_id, kind, due_at, id limit 1) as next
), held as (
    (select connection_id, kind, lease_until from attempts
     where state <> 'done'
     order by connection_id, kind, lease_until limit 1)
    union all
    select next.* from held h cross join lateral (
        select connection_id, kind, lease_until from attempts
        where state <> 'done' and (connection_id, kind) > (h.connection_id, h.kind)
        order by connection_id, kind, lease_until limit 1) as next
), untagged as (
    (select connection_id, due_at from tags
     where done_at is null
     order by connection_id, due_at limit 1)
    union all
    select next.* from untagged u cross join lateral (
        select connection_id, due_at from tags
        where done_at is null and connection_id > u.connection_id
        order by connection_id, due_at limit 1) as next
)
select c.id as connection_id,
       case work.kind when 'order' then 'exports.orders' else 'exports.invoices' end as queue
from (
    select connection_id, kind, true as is_new from earliest where due_at <= now()
    union all
    select connection_id, kind, false from held where lease_until <= now()
) as work
join connections c on c.id = work.connection_id and c.status = 'active'
where (c.paused_until is null or c.paused_until <= now())
  and (not work.is_new or (c.mapping_revision is not null and not c.drafts_held))
union all
select connection_id, 'upkeep' from untagged where due_at <= now()
union all
select id, 'connections' from connections where revoke_due_at <= now()
union all
select c.id, 'connections'
from connections c left join charts ch on ch.connection_id = c.id
where c.status = 'active' and (c.paused_until is null or c.paused_until <= now())
  and (c.chart_retry_at is null or c.chart_retry_at <= now())
  and (ch.connection_id is null or (ch.due_at <= now() and c.mapping_revision is not null))
union all
select (
    select c.id from connections c
    where c.token_set_id = t.id and c.status = 'active' order by c.id limit 1), 'connections'
from token_sets t
where t.keep_due_at <= now()
  and exists (select from connections c where c.token_set_id = t.id and c.status = 'active')
union all
select distinct connection_id, 'connections' from consents where end_due_at <= now()
union all
select c.id, 'connections'
from xero_events e
join connections c on c.tenant_id = e.tenant_id and c.status = 'active'
join documents d on d.connection_id = c.id and d.xero_id = e.invoice_id
where e.check_due_at <= now()
group by c.id
union all
select (
    select c.id from connections c
    where c.account = r.account and c.status = 'active'
      and c.mode = case r.kind when 'order' then 'accounting' else 'fulfilment' end
    order by c.created_at, c.id limit 1), 'polls.mintsoft'
from export_requests r
where r.fetch_due_at <= now()
  and exists (select from connections c where c.account = r.account and c.status = 'active'
      and c.mode = case r.kind when 'order' then 'accounting' else 'fulfilment' end);

-- name: release_requested
-- Export was pressed while the document was still on its way in: it goes now. What an ingress is
-- busy with is left to it, or to the next sweep: an ingress locks requests before documents.
with asked as (
    select d.id, r.account, r.kind, r.mintsoft_id
    from export_requests r
    join connections c on c.account = r.account and c.status <> 'disconnected'
    join documents d on d.connection_id = c.id and d.kind = r.kind
        and d.mintsoft_id = r.mintsoft_id and d.status = 'ready'
    order by d.connection_id, d.kind, d.mintsoft_id
    for update of r, d skip locked
), used as (
    delete from export_requests r using asked a
    where r.account = a.account and r.kind = a.kind and r.mintsoft_id = a.mintsoft_id
)
update documents set status = 'waiting', due_at = now(), updated_at = now()
where id in (select id from asked);

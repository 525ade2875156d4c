-- name: standing
-- How many documents stand how now, by what the tallies know of them.
select connection_id, kind, status, warned, reason_code as reason,
       sum(entered - gone)::bigint as documents
from tallied
where (%(connections)s::uuid[] is null or connection_id = any(%(connections)s))
  and (%(kind)s::text is null or kind = %(kind)s)
group by connection_id, kind, status, warned, reason_code
having sum(entered - gone) > 0;

-- name: by_connection
-- How many documents of each connection stand how now.
select connection_id, status, sum(entered - gone)::bigint as documents
from tallied
where %(connection_id)s::uuid is null or connection_id = %(connection_id)s
group by connection_id, status
having sum(entered - gone) > 0;

-- name: hours
-- Of each of the last 24 hours, the one under way included: documents that came, that reached
-- Xero, and by how many the queue grew; and the hours' beginning.
select h.hour,
       coalesce(sum(t.entered - t.gone), 0)::bigint as came,
       coalesce(sum(t.entered) filter (where t.status = 'posted'), 0)::bigint as posted,
       coalesce(sum(t.entered - t.gone) filter (where t.status in ('waiting', 'sending')), 0)::bigint
           as grew
from generate_series(date_trunc('hour', now(), 'UTC') - interval '23 hours',
                     date_trunc('hour', now(), 'UTC'), interval '1 hour') as h (hour)
left join tallied t on t.hour = h.hour
group by h.hour
order by h.hour;

-- name: only_one
-- Whether nobody else folds; held until this transaction ends.
select pg_try_advisory_xact_lock(%(lock)s);

-- name: fold
-- Add what statements have left behind to the tallies, once each.
with changes as (
    delete from tally_changes
    where ctid = any(array(select ctid from tally_changes limit %(most)s))
    returning *
)
insert into tallies as t
select hour, connection_id, kind, status, warned, reason_code, sum(entered), sum(gone)
from changes
group by hour, connection_id, kind, status, warned, reason_code
on conflict (hour, connection_id, kind, status, warned, reason_code)
do update set entered = t.entered + excluded.entered, gone = t.gone + excluded.gone;

-- name: age
-- Hours that no page looks back on are one.
with old as (
    delete from tallies
    where hour > '-infinity' and hour < now() - interval '25 hours'
    returning *
)
insert into tallies as t
select '-infinity', connection_id, kind, status, warned, reason_code, sum(entered), sum(gone)
from old
group by connection_id, kind, status, warned, reason_code
on conflict (hour, connection_id, kind, status, warned, reason_code)
do update set entered = t.entered + excluded.entered, gone = t.gone + excluded.gone;

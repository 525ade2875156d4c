-- name: oldest_waiting
-- The document that waits longest.
select id, number, kind, connection_id, created_at,
       extract(epoch from now() - created_at)::float8 as seconds
from documents where status = 'waiting' order by id limit 1;

-- name: today
-- How many documents came to stand how since midnight (UTC).
select status, warned, sum(entered)::bigint as documents
from tallied
where hour >= date_trunc('day', now(), 'UTC')
group by status, warned;

-- name: budgets
-- Calls used today by each connected organisation, the most used first.
select c.tenant_id, min(c.organisation) as organisation,
       coalesce(max(b.day_used) filter (where b.day = (now() at time zone 'UTC')::date), 0) as used,
       max(b.day_remaining) filter (where b.day = (now() at time zone 'UTC')::date) as remaining,
       max(b.blocked_until) filter (where b.blocked_until > now()) as blocked_until
from connections c left join budgets b on b.tenant_id = c.tenant_id
where c.status in ('active', 'lost') and c.tenant_id is not null
group by c.tenant_id
order by used desc, organisation
limit %(most)s;

-- name: besides
-- Imports and parked messages that wait for somebody, each counted up to a bound.
select (select count(*) from (
            select from imports where status = 'needs_attention' limit %(most)s) held) as imports,
       (select count(*) from (
            select from parked where replayed_at is null and discarded_at is null
            limit %(most)s) kept) as parked;

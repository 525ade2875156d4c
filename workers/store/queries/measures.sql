-- name: documents
-- Unsettled documents of each connection; each status has a partial index, what is settled costs
-- nothing.
select connection_id as connection, kind, 'waiting' as status, count(*) as value
from documents where status = 'waiting' group by connection_id, kind
union all
select connection_id, kind, status, count(*)
from documents where status in ('ready', 'needs_attention') group by connection_id, kind, status
union all
select connection_id, kind, 'sending', count(*)
from documents where attempt_id is not null group by connection_id, kind;

-- name: held
-- Documents and imports that need a person, by reason.
select kind, reason_code as reason, count(*) as value
from documents where status = 'needs_attention' group by kind, reason_code
union all
select kind, reason_code, count(*)
from imports where status = 'needs_attention' group by kind, reason_code;

-- name: oldest_waiting
-- The age of each connection's first unsettled document, by its id: ids grow with time.
select d.connection_id as connection, d.kind, extract(epoch from now() - d.created_at) as value
from (select connection_id, kind, min(id) as id from documents where status = 'waiting'
      group by connection_id, kind) as first
join documents d on d.id = first.id;

-- name: imports
-- Unsettled imports of each connection.
select connection_id as connection, kind, status, count(*) as value
from imports where status in ('waiting', 'placing') group by connection_id, kind, status
union all
select connection_id, kind, status, count(*)
from imports where status = 'needs_attention' group by connection_id, kind, status;

-- name: connections
-- How many connections stand how.
select status, count(*) as value from connections group by status;

-- name: each_connection
-- What is known of each connection that is in force or lost; what an organisation may still be asked.
select c.id as connection, (c.status = 'active')::int as connection_up,
       extract(epoch from now() - t.refreshed_at) as refresh_token_age_seconds,
       case when c.tenant_id is not null then known.day_limit end as xero_day_calls_limit,
       case when c.tenant_id is not null then greatest(known.day_limit - known.day_used, 0) end
           as xero_day_calls_left,
       case when c.tenant_id is not null
            then greatest(%(minute_limit)s - coalesce(m.calls, 0), 0) end as xero_minute_calls_left
from connections c
left join token_sets t on t.id = c.token_set_id
left join budgets b on b.tenant_id = c.tenant_id and b.day = (now() at time zone 'UTC')::date
left join (
    select tenant_id, count(*) as calls from budget_calls
    where started_at > now() - interval '1 minute'
    group by tenant_id) as m on m.tenant_id = c.tenant_id
cross join lateral (
    select coalesce(b.day_used, 0) as day_used,
           least(%(day_limit)s, coalesce(b.day_used, 0) + coalesce(b.day_remaining, %(day_limit)s))
               as day_limit) as known
where c.status in ('active', 'lost');

-- name: poll_lag
-- For how long each poll of a connection in force is overdue.
select s.connection_id as connection, s.kind as schedule,
       greatest(extract(epoch from now() - coalesce(s.complete_at, s.begun_at))
                - s.interval_minutes * 60, 0) as value
from schedules s join connections c on c.id = s.connection_id and c.status = 'active'
where s.enabled and s.next_run_at is not null;

-- name: fleet
-- What is told of the fleet as a whole.
select (select count(*) from outbox where published_at is null) as outbox_events,
       (select coalesce(extract(epoch from now() - min(occurred_at)), 0)
          from outbox where published_at is null) as outbox_oldest_seconds,
       (select count(*) from attempts where state <> 'done' and lease_until < now())
           as leases_expired,
       greatest(
           (select coalesce(max(crashes), 0) from attempts where state <> 'done'),
           (select coalesce(max(crashes), 0) from documents where attempt_id is not null))
           as attempt_crashes,
       (select count(*) from tags where done_at is null) as tags_waiting,
       (select count(*) from parked where replayed_at is null) as parked_events;

-- name: attempts
-- Attempts under way, by state.
select state, count(*) as value from attempts where state <> 'done' group by state;

-- name: notices_given_up
-- Notices that nobody got by a way, unless it has carried one since; giving up takes hours.
select n.channel, count(*) as value
from notices n
where n.created_at > now() - interval '2 days' and n.given_up_at > now() - interval '1 day'
  and not exists (
      select from notices s
      where s.created_at > now() - interval '2 days'
        and s.channel = n.channel and s.sent_at > n.given_up_at)
group by n.channel;

-- name: notice_oldest
-- The age of the first notice on its way, by way.
select channel, extract(epoch from now() - min(created_at)) as value
from notices where sent_at is null and given_up_at is null group by channel;

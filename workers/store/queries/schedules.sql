-- name: follow
-- A kind that a connection is to be polled for; one that was stopped goes on. It begins at once, or
-- at its place in the interval.
insert into schedules (connection_id, kind, interval_minutes, enabled, next_run_at, due_at)
values (%(connection_id)s, %(kind)s, %(minutes)s, %(enabled)s,
        case when %(enabled)s then case when %(at_once)s then now()
             else schedule_slot(%(connection_id)s, %(kind)s, %(minutes)s, now()) end end, null)
on conflict (connection_id, kind) do update
    set next_run_at = case when %(at_once)s then now() else schedule_slot(
        schedules.connection_id, schedules.kind, schedules.interval_minutes, now()) end
    where schedules.enabled and schedules.next_run_at is null;

-- name: unscheduled
-- Connections that lack a schedule which every connection has.
select c.id, c.mode, c.settings
from connections c
where c.status = 'active'
  and not exists (
      select from schedules s where s.connection_id = c.id and s.kind = %(kind)s);

-- name: lead
-- Whether this session is the one that acts.
select pg_try_advisory_lock(%(key)s);

-- name: let_go_of_lead
-- Another session may lead at once: the end of a session reaches the server a moment later.
select pg_advisory_unlock(%(key)s);

-- name: notice_a_dead_leader
-- The server asks an idle client every few seconds whether it is still there.
select set_config('tcp_keepalives_idle', '4', false),
       set_config('tcp_keepalives_interval', '2', false),
       set_config('tcp_keepalives_count', '3', false);

-- name: start_due
-- The runs whose time has come. Those missed meanwhile count as one; one under way goes on alone;
-- a lost connection is passed over, a disconnected one stopped. A pause of less than an hour is
-- trouble with Xero; a longer one is the end of the exports' share of the day, which is not ours.
with due as materialized (
    select connection_id, kind
    from schedules
    where next_run_at <= now()
    order by next_run_at
    limit %(batch)s
    for update skip locked
), seen as (
    select due.connection_id, due.kind, c.status,
           coalesce(c.paused_until > now() and c.paused_until < now() + interval '1 hour', false)
               as paused,
           c.paused_until
    from due join connections c on c.id = due.connection_id
), moved as (
    update schedules s
    set next_run_at = case
            when seen.status in ('disconnected', 'pending') then null
            when seen.paused then seen.paused_until
            else schedule_slot(s.connection_id, s.kind, s.interval_minutes, now()) end,
        due_at = case
            when seen.status = 'active' and not seen.paused
                 and (s.running_until is null or s.running_until <= now())
            then coalesce(s.due_at, now()) else s.due_at end
    from seen
    where s.connection_id = seen.connection_id and s.kind = seen.kind
    returning s.connection_id, s.kind, seen.status = 'active' and not seen.paused
              and s.due_at <= now() and (s.running_until is null or s.running_until <= now())
              as starts
)
select connection_id, kind, starts from moved;

-- name: due
-- Runs that were asked for, are due, and have nobody at work on them.
select s.connection_id, s.kind
from schedules s join connections c on c.id = s.connection_id and c.status = 'active'
where s.due_at <= now() and (s.running_until is null or s.running_until <= now());

-- name: ask
-- A run of one kind, at once; False when there is no such schedule.
update schedules set due_at = least(due_at, now())
where connection_id = %(connection_id)s and kind = %(kind)s
returning connection_id;

-- name: ask_about
-- Runs of one kind for all connections to organisations in which these invoices have changed,
-- unless all of them are exports of ours: at once, but for swarms.
update schedules s
set due_at = least(s.due_at, greatest(now(), s.last_run_at + %(gap)s::interval))
from connections c
where c.id = s.connection_id and c.status = 'active' and s.kind = %(kind)s and s.enabled
  and exists (
      select from unnest(%(tenants)s::uuid[], %(invoices)s::uuid[]) as h (tenant_id, invoice_id)
      where h.tenant_id = c.tenant_id and not exists (
          select from connections o join documents d on d.connection_id = o.id
          where o.tenant_id = h.tenant_id and d.xero_id = h.invoice_id))
  and c.tenant_id = any(%(tenants)s::uuid[]);

-- name: claim
-- A run that is due becomes ours until the lease ends.
update schedules
set running_until = now() + %(lease)s::interval, tries = tries + 1
where connection_id = %(connection_id)s and kind = %(kind)s
  and due_at <= now() and (running_until is null or running_until <= now())
returning connection_id, kind, tries, due_at, cursor, reading_since, page, backward, confirmed_at,
          failures;

-- name: advance
-- How far a run has come; nothing changes when it is no longer ours.
update schedules
set cursor = %(cursor)s, reading_since = %(reading_since)s, page = %(page)s, backward = %(backward)s,
    confirmed_at = %(confirmed_at)s, running_until = now() + %(lease)s::interval
where connection_id = %(connection_id)s and kind = %(kind)s and tries = %(tries)s
returning connection_id;

-- name: pause_run
-- There is more to read: the run goes on with the next wake-up.
update schedules
set running_until = null, failures = 0, last_run_at = now(), last_outcome = %(outcome)s
where connection_id = %(connection_id)s and kind = %(kind)s and tries = %(tries)s;

-- name: finish
-- The run is over; one that was asked for meanwhile stays asked for.
update schedules
set running_until = null, failures = 0, last_run_at = now(), complete_at = now(),
    last_outcome = %(outcome)s, due_at = case when due_at = %(due_at)s then null else due_at end
where connection_id = %(connection_id)s and kind = %(kind)s and tries = %(tries)s;

-- name: fail
-- The run could not go on: again after a while. A throttled one has not failed.
update schedules
set running_until = null, failures = failures + %(failures)s, last_run_at = now(),
    last_outcome = %(outcome)s, due_at = now() + %(delay)s::interval
where connection_id = %(connection_id)s and kind = %(kind)s and tries = %(tries)s;

-- name: hold_placing
-- Mintsoft is away: nothing of this kind is placed for a while.
update schedules
set placing_after = greatest(placing_after, now() + %(delay)s::interval),
    outages = outages + %(outages)s
where connection_id = %(connection_id)s and kind = %(kind)s;

-- name: outages
-- How often in a row Mintsoft was away.
select outages from schedules where connection_id = %(connection_id)s and kind = %(kind)s;

-- name: resume_placing
-- Mintsoft answers again.
update schedules set placing_after = null, outages = 0
where connection_id = %(connection_id)s and kind = %(kind)s
  and (outages > 0 or placing_after is not null);

-- name: list
-- Every schedule, or those of one connection.
select s.connection_id, s.kind, s.interval_minutes, s.enabled, s.next_run_at, s.due_at,
       s.running_until, s.cursor, s.confirmed_at, s.failures, s.last_run_at, s.complete_at,
       s.last_outcome,
       c.account, c.client_id, c.organisation, c.status as connection_status
from schedules s join connections c on c.id = s.connection_id
where %(connection_id)s::uuid is null or s.connection_id = %(connection_id)s
order by c.created_at, s.connection_id, s.kind;

-- name: page
-- A page of connections that have schedules, in the order of their making, behind *after*.
select c.id
from connections c left join connections behind on behind.id = %(after)s
where (%(after)s::uuid is null or (c.created_at, c.id) > (behind.created_at, behind.id))
  and exists (select from schedules s where s.connection_id = c.id)
order by c.created_at, c.id
limit %(most)s;

-- name: listed_of
-- Every schedule of these connections, in their order.
select s.connection_id, s.kind, s.interval_minutes, s.enabled, s.next_run_at, s.due_at,
       s.running_until, s.cursor, s.confirmed_at, s.failures, s.last_run_at, s.complete_at,
       s.last_outcome,
       c.account, c.client_id, c.organisation, c.status as connection_status
from schedules s join connections c on c.id = s.connection_id
where s.connection_id = any(%(connections)s)
order by array_position(%(connections)s::uuid[], s.connection_id), s.kind;

-- name: set
-- What a person wants of a schedule; null: as it is. The next run follows from the interval.
update schedules
set interval_minutes = coalesce(%(minutes)s, interval_minutes),
    enabled = coalesce(%(enabled)s, enabled),
    due_at = case when coalesce(%(enabled)s, enabled) then due_at end,
    next_run_at = case when coalesce(%(enabled)s, enabled) then schedule_slot(
        connection_id, kind, coalesce(%(minutes)s, interval_minutes), now()) end
where connection_id = %(connection_id)s and kind = %(kind)s
returning connection_id;

-- name: forget
-- Another organisation's documents begin anew.
update schedules
set cursor = null, reading_since = null, page = 1, backward = false, confirmed_at = null,
    complete_at = null, begun_at = now()
where connection_id = %(connection_id)s;

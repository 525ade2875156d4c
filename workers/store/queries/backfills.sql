-- name: start
-- Begin to count what was despatched; one at a time for a connection.
insert into backfills (connection_id, since, until, state, started_by)
values (%(connection_id)s, %(since)s, least(%(until)s, now()), 'counting', %(who)s)
returning id, until;

-- name: latest
-- The backfill of a connection that was begun last.
select id, connection_id, since, until, state, paused, reading, page, news, looked, fresh, known,
       others, early, unreadable, totals, brought, failures, last_error, started_by, started_at,
       finished_at, lease_until
from backfills where connection_id = %(connection_id)s
order by id desc limit 1;

-- name: claim
-- The backfill of a connection that has something to do, left to this worker for two minutes.
update backfills
set lease_until = clock_timestamp() + interval '2 minutes'
where connection_id = %(connection_id)s and state in ('counting', 'running') and not paused
  and due_at <= now() and (lease_until is null or lease_until <= clock_timestamp())
returning id, connection_id, since, until, state, paused, reading, page, news, looked, fresh,
          known, others, early, unreadable, totals, brought, failures, last_error, started_by,
          started_at, finished_at, lease_until;

-- name: due
-- Connections whose backfill has something to do and nobody at it.
select b.connection_id from backfills b join connections c on c.id = b.connection_id
where b.state in ('counting', 'running') and not b.paused and b.due_at <= now()
  and (b.lease_until is null or b.lease_until <= now()) and c.status = 'active';

-- name: held
-- Whether the backfill is still this worker's: nobody took it over, changed or cancelled it.
select from backfills
where id = %(id)s and lease_until = %(lease_until)s and state = %(state)s
for update;

-- name: see
-- Remember documents; those not met before in this phase come back.
insert into backfill_seen (backfill_id, mintsoft_id)
select %(id)s, unnest(%(ids)s::bigint[])
on conflict do nothing
returning mintsoft_id;

-- name: record
-- A page was read: where to go on, and what it came to.
update backfills
set reading = %(reading)s, page = %(page)s, news = %(news)s, looked = looked + %(looked)s,
    fresh = fresh + %(fresh)s, known = known + %(known)s, others = others + %(others)s,
    early = early + %(early)s, unreadable = unreadable + %(unreadable)s, totals = %(totals)s,
    brought = brought + %(brought)s, failures = 0, last_error = null, due_at = now(),
    lease_until = null
where id = %(id)s;

-- name: finish
-- This phase is over: counted, or all brought in.
update backfills
set state = %(state)s, lease_until = null,
    finished_at = case when %(state)s = 'done' then now() end
where id = %(id)s;

-- name: forget
-- What was met in this phase is no longer of use.
delete from backfill_seen where backfill_id = %(id)s;

-- name: later
-- It goes on after a while; why stands beside it.
update backfills
set due_at = now() + %(delay)s::interval, last_error = %(why)s, lease_until = null,
    failures = failures + %(failed)s, paused = paused or %(pause)s
where id = %(id)s and lease_until = %(lease_until)s;

-- name: go
-- Somebody has seen the figures: now it is brought in.
update backfills
set state = 'running', paused = false, reading = 1, page = 1, news = 0, looked = 0, due_at = now()
where connection_id = %(connection_id)s and state = 'counted'
returning id;

-- name: pause
-- It stays where it is.
update backfills set paused = true
where connection_id = %(connection_id)s and state in ('counting', 'running') and not paused
returning id;

-- name: resume
-- It goes on where it stood.
update backfills set paused = false, failures = 0, last_error = null, due_at = now()
where connection_id = %(connection_id)s and state in ('counting', 'running') and paused
returning id;

-- name: cancel
-- It ends; what was brought in stays.
update backfills set state = 'cancelled', finished_at = now()
where connection_id = %(connection_id)s and state not in ('done', 'cancelled')
returning id;

-- name: in_ledger
-- Which of these documents some running connection of the account has; marks of withdrawals too.
select d.mintsoft_id from documents d join connections c on c.id = d.connection_id
where c.account = %(account)s and c.status <> 'disconnected' and d.kind = %(kind)s
  and d.mintsoft_id = any(%(ids)s::bigint[]);

-- name: waiting
-- How many documents of a connection wait to be sent or are being sent, counted up to a limit.
select count(*) from (
    select from documents
    where connection_id = %(connection_id)s and status in ('waiting', 'sending')
    limit %(limit)s) as found;

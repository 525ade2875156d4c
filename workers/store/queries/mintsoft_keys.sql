-- name: save
-- A connection's own way into Mintsoft; a new version, so that nobody goes on with the old one.
insert into mintsoft_keys (connection_id, api_key, username, password, saved_by)
values (%(connection_id)s, %(api_key)s, %(username)s, %(password)s, %(who)s)
on conflict (connection_id) do update
set version = gen_random_uuid(), api_key = excluded.api_key, username = excluded.username,
    password = excluded.password, saved_at = now(), saved_by = excluded.saved_by;

-- name: load
-- A connection's own credentials, as encrypted.
select version, api_key, username, password
from mintsoft_keys where connection_id = %(connection_id)s;

-- name: remove
-- The connection has no credentials of its own any more.
delete from mintsoft_keys where connection_id = %(connection_id)s;

-- name: described
-- Whether a connection has credentials of its own, and whose.
select username from mintsoft_keys where connection_id = %(connection_id)s;

-- name: resume_tags
-- What could not be tagged is tried again at once.
update tags set due_at = now(), failures = 0
where connection_id = %(connection_id)s and done_at is null;

-- name: resume_schedules
-- What waited for Mintsoft goes on at once.
update schedules
set placing_after = null, outages = 0, failures = 0,
    due_at = case when kind in ('mintsoft_orders', 'mintsoft_invoices') and due_at is not null
        then now() else due_at end
where connection_id = %(connection_id)s;

-- name: holders
-- Connections with credentials of their own, those last saved first.
select k.connection_id
from mintsoft_keys k join connections c on c.id = k.connection_id
where c.status <> 'disconnected'
order by k.saved_at desc limit %(most)s;

-- name: resume_imports
-- Documents that Mintsoft could not be given are tried again at once.
update imports set due_at = now()
where connection_id = %(connection_id)s and status = 'waiting';

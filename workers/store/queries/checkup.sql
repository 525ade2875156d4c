-- name: server
-- What the server is.
select current_setting('server_version') as version;

-- name: leader
-- Whether some scheduler of this database leads.
select exists (
    select from pg_locks
    where locktype = 'advisory' and granted and classid = 0 and objid = %(key)s and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())) as leads;

-- name: overdue
-- Schedules of connections in force that nobody started, or that no worker took, in time.
select count(*) filter (where s.next_run_at < now() - %(patience)s::interval) as not_started,
       count(*) filter (where s.due_at < now() - %(patience)s::interval
                        and (s.running_until is null or s.running_until <= now())) as not_taken
from schedules s join connections c on c.id = s.connection_id and c.status = 'active'
where s.enabled;

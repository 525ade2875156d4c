-- Who may do what in the database. Run once by a superuser inside the fleet's own database, before the
-- first `mintsoft-xero db upgrade`, and again whenever you like: it changes nothing that is right.
--
--   mx_owner    owns the tables; `mintsoft-xero db upgrade` runs as it, and nothing else does
--   mx_fleet    reads and writes rows; can neither make, change nor empty a table
--   mx_reports  reads what grants.sql names, in transactions that can't write
--
-- No password is set here: \password mx_fleet in psql, or a certificate in pg_hba.conf.

do $$
declare wanted text;
begin
    foreach wanted in array array['mx_owner', 'mx_fleet', 'mx_reports'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            execute format('create role %I login', wanted);
        end if;
    end loop;
end $$;

-- Limits that hold however a client connects; behind a pool in transaction mode it can't set its own.
alter role mx_fleet set statement_timeout = '30s';
alter role mx_fleet set idle_in_transaction_session_timeout = '60s';
alter role mx_reports set statement_timeout = '60s';
alter role mx_reports set default_transaction_read_only = on;

do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format(
        'grant connect on database %I to mx_owner, mx_fleet, mx_reports', current_database());
end $$;

revoke all on schema public from public;
grant usage, create on schema public to mx_owner;
grant usage on schema public to mx_fleet, mx_reports;

-- What mx_owner makes from now on, and what it has made.
alter default privileges for role mx_owner in schema public
    grant select, insert, update, delete on tables to mx_fleet;
alter default privileges for role mx_owner in schema public
    grant usage, select on sequences to mx_fleet;
grant select, insert, update, delete on all tables in schema public to mx_fleet;
grant usage, select on all sequences in schema public to mx_fleet;

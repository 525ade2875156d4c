-- name: written
-- How far the primary's log has got.
select pg_current_wal_lsn()::text;

-- name: standing
-- Whether this is a replica, whether it has all that the primary had written by %(written)s, and
-- when its newest change was committed there.
select pg_is_in_recovery() as is_replica,
       coalesce(pg_last_wal_replay_lsn() >= %(written)s::pg_lsn, true) as is_current,
       pg_last_xact_replay_timestamp() as replayed_at,
       clock_timestamp() as asked_at;

-- name: may_read_secrets
-- Whether this role could read tokens and people's addresses.
select has_table_privilege('token_sets', 'select') or has_table_privilege('parked', 'select');

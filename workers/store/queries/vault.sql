-- name: store
-- Keep a token set and give it its id; one that is there already, for another connection, is kept.
insert into token_sets (access_token, refresh_token, digest, scope, xero_user, expires_at,
                        refreshed_at)
values (%(access_token)s, %(refresh_token)s, %(digest)s, %(scope)s, %(xero_user)s, %(expires_at)s,
        %(now)s)
on conflict (digest) do update set scope = excluded.scope
returning id

-- name: load
-- Read a token set as it is now.
select access_token, refresh_token, scope, expires_at from token_sets where id = %(id)s

-- name: claim
-- Become the one refresher, unless somebody else's lease still runs; gives the set re-read under the lock.
update token_sets
set refreshing_by = %(holder)s, refreshing_until = clock_timestamp() + %(lease)s
where id = %(id)s and (refreshing_until is null or refreshing_until < clock_timestamp())
returning access_token, refresh_token, scope, expires_at

-- name: claim_idle
-- The same, for a set that nobody has needed for so long that Xero would forget it.
update token_sets
set refreshing_by = %(holder)s, refreshing_until = clock_timestamp() + %(lease)s
where id = %(id)s and keep_due_at <= now()
  and (refreshing_until is null or refreshing_until < clock_timestamp())
returning access_token, refresh_token, scope, expires_at

-- name: user_is_needed
-- Whether somebody else lives by the user of a token set: a connection by the same set or another,
-- or a consent whose organisation is still to be chosen. One that is not known may be the same.
select exists (
    select from token_sets mine
    join token_sets t on t.id = mine.id or t.xero_user = mine.xero_user
        or t.xero_user is null or mine.xero_user is null
    where mine.id = %(id)s and (
        exists (
            select from connections c
            where c.token_set_id = t.id and c.status in ('active', 'lost'))
        or (t.id <> mine.id and exists (
            select from consents s where s.token_set_id = t.id and s.end_due_at > now()))));

-- name: keep_later
-- An idle set could not be renewed just now.
update token_sets set keep_due_at = now() + %(delay)s::interval where id = %(id)s

-- name: replace
-- Store the rotated set and give the lease back, if it is still the holder's.
-- Idle, it is renewed after 18 to 20 days of the 60 that Xero allows: not all sets at once.
update token_sets
set access_token = %(access_token)s, refresh_token = %(refresh_token)s,
    digest = %(digest)s, scope = %(scope)s, xero_user = coalesce(%(xero_user)s, xero_user),
    expires_at = %(expires_at)s, refreshed_at = %(now)s,
    keep_due_at = now() + interval '20 days' * (0.9 + 0.1 * random()),
    refreshing_by = null, refreshing_until = null
where id = %(id)s and refreshing_by = %(holder)s

-- name: release
-- Give the lease back without a new set.
update token_sets set refreshing_by = null, refreshing_until = null
where id = %(id)s and refreshing_by = %(holder)s

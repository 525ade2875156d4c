-- name: ids
-- Everything that is encrypted at rest for long: token sets, and keys of Mintsoft accounts.
select 'tokens' as what, id from token_sets
union all
select 'mintsoft', connection_id from mintsoft_keys
order by what, id;

-- name: all
-- The same, as encrypted.
select array[access_token, refresh_token] as secrets from token_sets
union all
select array[coalesce(api_key, password)] from mintsoft_keys;

-- name: lock_tokens
-- One token set, as encrypted; nobody renews it meanwhile.
select array[access_token, refresh_token] from token_sets where id = %(id)s for update;

-- name: lock_mintsoft
-- One connection's key or password for Mintsoft, as encrypted.
select array[coalesce(api_key, password)] from mintsoft_keys
where connection_id = %(id)s for update;

-- name: rewrite_tokens
-- The same tokens under another key.
update token_sets
set access_token = (%(secrets)s::text[])[1], refresh_token = (%(secrets)s::text[])[2]
where id = %(id)s;

-- name: rewrite_mintsoft
-- The same key or password under another key; who uses it need not read it again.
update mintsoft_keys
set api_key = case when api_key is not null then (%(secrets)s::text[])[1] end,
    password = case when password is not null then (%(secrets)s::text[])[1] end
where connection_id = %(id)s;

-- name: audit
-- Who changed the key.
insert into audit (who, action, details) values (%(who)s, 'keys rotated', %(details)s);

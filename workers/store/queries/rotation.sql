-- name: ids
-- Every token set.
select id from token_sets order by id;

-- name: all
-- Every token set, as encrypted.
select access_token, refresh_token from token_sets;

-- name: lock
-- One token set, as encrypted; nobody renews it meanwhile.
select access_token, refresh_token from token_sets where id = %(id)s for update;

-- name: rewrite
-- The same tokens under another key.
update token_sets set access_token = %(access_token)s, refresh_token = %(refresh_token)s
where id = %(id)s;

-- name: audit
-- Who changed the key.
insert into audit (who, action, details) values (%(who)s, 'keys rotated', %(details)s);

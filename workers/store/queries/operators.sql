-- name: add
-- A new account.
insert into operators (name, role, password_hash)
values (%(name)s, %(role)s, %(password_hash)s)
on conflict (name) do nothing
returning id;

-- name: list
-- Everybody who may or might sign in, by name.
select id, name, role, password_set_at, created_at, disabled_at from operators order by name;

-- name: by_name
-- Who is to prove a password; the disabled are not found.
select id, name, role, password_hash from operators
where name = %(name)s and disabled_at is null;

-- name: set_password
-- A new password.
update operators set password_hash = %(password_hash)s, password_set_at = now()
where name = %(name)s
returning id;

-- name: rehash
-- The same password under today's cost; a newer password stays.
update operators set password_hash = %(password_hash)s
where id = %(id)s and password_hash = %(before)s;

-- name: disable
-- No signing in any more.
update operators set disabled_at = now() where name = %(name)s and disabled_at is null
returning id;

-- name: enable
-- Signing in again.
update operators set disabled_at = null where name = %(name)s and disabled_at is not null
returning id;

-- name: end_sessions
-- Signed out everywhere.
delete from sessions where operator_id = %(id)s;

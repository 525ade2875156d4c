-- name: add
-- A new account.
insert into operators (name, role, password_hash)
values (%(name)s, %(role)s, %(password_hash)s)
on conflict (name) do nothing
returning id;

-- name: list
-- Everybody who may or might sign in, by name.
select id, name, role, issuer, password_set_at, signed_in_at, created_at, disabled_at
from operators order by name;

-- name: by_name
-- Who is to prove a password; the disabled, and who comes by a provider, are not found.
select id, name, role, password_hash from operators
where name = %(name)s and disabled_at is null and password_hash is not null;

-- name: provided
-- Somebody whom a provider has proven; the role is what the provider says today.
insert into operators (name, role, issuer, subject, password_set_at, signed_in_at)
values (%(name)s, %(role)s, %(issuer)s, %(subject)s, null, now())
on conflict (issuer, subject) where subject is not null do update
set role = excluded.role,
    signed_in_at = case when operators.disabled_at is null then now() else operators.signed_in_at end
returning id, name, disabled_at is not null as is_disabled;

-- name: by_subject
-- Whom a provider means, if they were ever here.
select id from operators where issuer = %(issuer)s and subject = %(subject)s;

-- name: set_password
-- A new password; who comes by a provider has none, nor a way past it.
update operators set password_hash = %(password_hash)s, password_set_at = now()
where name = %(name)s and password_hash is not null
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

-- name: ask
-- Consent is asked of Xero in this session.
insert into consents (digest, session, connection_id, another, verifier)
values (%(digest)s, %(session)s, %(connection_id)s, %(another)s, %(verifier)s);

-- name: spend
-- Xero has answered: only the first answer, in time and in the same session, gets the row.
update consents set used_at = now()
where digest = %(digest)s and session = %(session)s and used_at is null
  and created_at > now() - %(life)s::interval
returning connection_id, another, verifier;

-- name: standing
-- Why an answer was not taken.
select coalesce(session = %(session)s, false) as is_ours, used_at is not null as is_used,
       created_at <= now() - %(life)s::interval as is_expired
from consents where digest = %(digest)s;

-- name: grant
-- What the user let us into, until one of it is chosen.
update consents set token_set_id = %(token_set_id)s, organisations = %(organisations)s
where digest = %(digest)s;

-- name: choice
-- What there is to choose from, in the session that asked.
select connection_id, another, token_set_id, organisations
from consents
where digest = %(digest)s and session = %(session)s and token_set_id is not null
  and organisations is not null and used_at > now() - %(life)s::interval
for update;

-- name: finish
-- Nothing is left to choose.
update consents set token_set_id = null, organisations = null where digest = %(digest)s;

-- name: abandoned
-- Tokens that came of consents nobody finished in time.
update consents set token_set_id = null, organisations = null
where token_set_id is not null and used_at <= now() - %(life)s::interval
returning token_set_id;

-- name: prune
-- Consents of another day.
delete from consents where created_at < now() - interval '1 day';

-- name: erase_unused
-- Tokens that no connection lives by and no consent waits with.
delete from token_sets t
where t.id = %(token_set_id)s
  and not exists (select from connections c where c.token_set_id = t.id)
  and not exists (select from consents s where s.token_set_id = t.id);

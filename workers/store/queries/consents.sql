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
update consents
set token_set_id = %(token_set_id)s, organisations = %(organisations)s,
    end_due_at = now() + %(life)s::interval
where digest = %(digest)s;

-- name: choice
-- What there is to choose from, in the session that asked.
select connection_id, another, token_set_id, organisations
from consents
where digest = %(digest)s and session = %(session)s and token_set_id is not null
  and organisations is not null and end_due_at > now()
for update;

-- name: finish
-- Nothing is left to choose.
update consents set token_set_id = null, organisations = null, end_due_at = null
where digest = %(digest)s;

-- name: claim_abandoned
-- Consents that nobody finished in time; they come up again if this worker dies.
update consents set end_due_at = now() + interval '2 minutes', organisations = null
where connection_id = %(connection_id)s and end_due_at <= now()
returning digest, token_set_id, end_failures as failures,
          used_at < now() - %(patience)s::interval as overdue;

-- name: end_later
-- Xero could not be told; try again.
update consents
set end_due_at = now() + %(delay)s::interval, end_failures = end_failures + 1
where digest = %(digest)s and end_due_at is not null;

-- name: prune
-- Consents of another day.
delete from consents where created_at < now() - interval '1 day' and token_set_id is null;

-- name: erase_unused
-- Tokens that no connection lives by and no consent waits with.
delete from token_sets t
where t.id = %(token_set_id)s
  and not exists (select from connections c where c.token_set_id = t.id)
  and not exists (select from consents s where s.token_set_id = t.id);

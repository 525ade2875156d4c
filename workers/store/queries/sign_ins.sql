-- name: prune
-- Log-ins whose time is over.
delete from sign_ins where created_at <= now() - %(life)s::interval;

-- name: begin
-- A browser goes to the provider, unless its address has begun too many.
insert into sign_ins (digest, browser, address, nonce, verifier, target)
select %(digest)s, %(browser)s, %(address)s, %(nonce)s, %(verifier)s, %(target)s
where (select count(*) from sign_ins where address = %(address)s) < %(at_once)s;

-- name: spend
-- The provider has answered: only the first answer, in time and in the same browser, gets the row.
update sign_ins set used_at = now()
where digest = %(digest)s and browser = %(browser)s and used_at is null
  and created_at > now() - %(life)s::interval
returning nonce, verifier, target;

-- name: standing
-- Why an answer was not taken.
select browser = %(browser)s as is_ours, used_at is not null as is_used
from sign_ins where digest = %(digest)s;

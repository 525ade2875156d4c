-- name: open
-- Somebody has signed in.
insert into sessions (digest, operator_id, ends_at)
values (%(digest)s, %(operator_id)s, now() + %(lasts)s::interval);

-- name: find
-- Who is behind a session that is neither idle for too long nor too old, nor began in a way
-- that is closed by now.
select s.digest, o.id as operator_id, o.name, o.role,
       s.seen_at < now() - interval '1 minute' as is_stale
from sessions s join operators o on o.id = s.operator_id
where s.digest = %(digest)s and o.disabled_at is null
  and s.seen_at > now() - %(idle)s::interval and s.created_at > now() - %(life)s::interval
  and (s.ends_at is null or s.ends_at > now())
  and case when o.issuer is null then %(passwords)s else o.issuer = %(issuer)s end;

-- name: touch
-- Somebody is still there; written once a minute at most.
update sessions set seen_at = now() where digest = %(digest)s;

-- name: close
-- Signed out.
delete from sessions where digest = %(digest)s;

-- name: prune
-- Sessions that nobody can use any more, with the consents they asked for.
delete from sessions
where seen_at <= now() - %(idle)s::interval or created_at <= now() - %(life)s::interval
   or ends_at <= now();

-- name: prune_failures
-- Failures that count no longer.
delete from sign_in_failures where last_at < now() - %(memory)s::interval
  and (blocked_until is null or blocked_until < now());

-- name: count_attempt
-- Counted before the password is looked at, so that many tries at once are many tries.
-- No row comes back while the door is shut.
insert into sign_in_failures (key, failures) values (%(key)s, 1)
on conflict (key) do update
set failures = case when sign_in_failures.last_at < now() - %(memory)s::interval then 1
                    else sign_in_failures.failures + 1 end,
    last_at = now(),
    blocked_until = case when sign_in_failures.last_at >= now() - %(memory)s::interval
                          and sign_in_failures.failures + 1 >= %(allowed)s
        then now() + least(%(pause)s::interval
                           * (1 << least(sign_in_failures.failures + 1 - %(allowed)s, 10)),
                           %(longest)s::interval) end
    where sign_in_failures.blocked_until is null or sign_in_failures.blocked_until <= now()
returning failures;

-- name: forgive
-- The password was right: an account starts anew, an address gets this one attempt back.
update sign_in_failures
set failures = case when %(all)s then 0 else greatest(failures - 1, 0) end, blocked_until = null
where key = %(key)s;

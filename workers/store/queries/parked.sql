-- name: list
-- Messages that could not be read, the newest first; those replayed already on demand.
select id, routing_key, content_type, headers, body, code, reason, parked_at, replayed_at,
       replayed_by
from parked
where %(replayed_too)s or replayed_at is null
order by id desc
limit %(page)s;

-- name: find
-- Some messages, locked, oldest first.
select id, routing_key, content_type, headers, body, code, reason, parked_at, replayed_at,
       replayed_by
from parked where id = any(%(ids)s)
order by id
for update;

-- name: open_ids
-- Every message that was not replayed yet, oldest first.
select id from parked where replayed_at is null order by id;

-- name: replayed
-- These have been published again.
update parked set replayed_at = now(), replayed_by = %(who)s where id = any(%(ids)s);

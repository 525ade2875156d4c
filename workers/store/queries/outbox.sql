-- name: add
-- Say what happened, in the transaction in which it happened.
insert into outbox (type, account, subject, data, traceparent)
select type, account, subject, data::jsonb, traceparent
from unnest(%(types)b::text[], %(accounts)b::text[], %(subjects)b::text[], %(data)b::text[],
            %(traces)b::text[]) as e (type, account, subject, data, traceparent);

-- name: claim
-- The oldest events not yet published; other relays skip them until this transaction ends.
select id, event_id, type, account, subject, data, traceparent, occurred_at
from outbox
where published_at is null
order by id
limit %(batch)s
for update skip locked;

-- name: published
-- The broker has confirmed these.
update outbox set published_at = now() where id = any(%(ids)s);

-- name: list
-- Messages that could not be read, the newest first; those settled already on demand.
select id, routing_key, content_type, headers, body, code, reason, parked_at, replayed_at,
       replayed_by, discarded_at, discarded_by, discard_reason
from parked
where %(settled_too)s or (replayed_at is null and discarded_at is null)
order by id desc
limit %(page)s;

-- name: headings
-- The same without what is in them, filtered; below an id for the next page. A text is looked for
-- among so many that fit otherwise, the newest first.
select id, routing_key, code, reason, octet_length(body) as size, parked_at, replayed_at,
       replayed_by, discarded_at, discarded_by
from (
    select id, routing_key, code, reason, body, parked_at, replayed_at, replayed_by, discarded_at,
           discarded_by
    from parked
    where (%(below)s::bigint is null or id < %(below)s)
      and (%(settled_too)s or (replayed_at is null and discarded_at is null))
      and (%(code)s::text is null or code = %(code)s)
    order by id desc
    limit case when %(text)s::text is null then %(page)s else %(looked_at)s end) as newest
where %(text)s::text is null
   or position(lower(%(text)s) in lower(reason)) > 0
   or position(lower(%(text)s) in lower(routing_key)) > 0
order by id desc
limit %(page)s;

-- name: lowest
-- Where a look at so many that fit ends: the next one begins below it. None: it was at all of them.
select id from parked
where (%(below)s::bigint is null or id < %(below)s)
  and (%(settled_too)s or (replayed_at is null and discarded_at is null))
  and (%(code)s::text is null or code = %(code)s)
order by id desc
offset %(looked_at)s - 1
limit 1;

-- name: counts
-- How many messages nobody has decided about, by what is wrong with them.
select code, count(*) from parked
where replayed_at is null and discarded_at is null
group by code
order by count(*) desc, code;

-- name: find
-- Some messages, oldest first.
select id, routing_key, content_type, headers, body, code, reason, parked_at, replayed_at,
       replayed_by, discarded_at, discarded_by, discard_reason
from parked where id = any(%(ids)s)
order by id;

-- name: open_ids
-- Messages that nobody has decided about, oldest first.
select id from parked
where replayed_at is null and discarded_at is null
  and (%(code)s::text is null or code = %(code)s)
order by id
limit %(most)s;

-- name: replays
-- How a message was published again, oldest first.
select at, who, routing_key, body from parked_replays where parked_id = %(id)s order by id;

-- name: replayed
-- These have been published again, as they came or changed.
with done as (
    update parked set replayed_at = now(), replayed_by = %(who)s
    where id = any(%(ids)s)
    returning id
)
insert into parked_replays (parked_id, who, routing_key, body)
select id, %(who)s, %(routing_key)s, %(body)s from done order by id;

-- name: discard
-- These are of no use: a person says so.
update parked
set discarded_at = now(), discarded_by = %(who)s, discard_reason = %(why)s
where id = any(%(ids)s) and replayed_at is null and discarded_at is null
returning id;

-- name: seen_lately
-- Whether somebody has opened this message a while ago, which was written down then.
select from audit
where who = %(who)s and action = 'parked message opened' and details ->> 'parked' = %(id)s
  and at > now() - %(lately)s::interval
limit 1;

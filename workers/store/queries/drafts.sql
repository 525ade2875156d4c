-- name: lock
-- Two workers never count the same room. A statement of its own: what is counted next must see what
-- the one before has claimed.
select from connections where id = %(connection_id)s for no key update;

-- name: progress
-- How many documents shall go as drafts, have gone, and are on their way; of what has gone no more
-- are counted than shall. What is on its way belongs to a write under way.
select w.wanted,
       (select count(*) from (
            select from documents d
            where d.connection_id = c.id and d.posted_at >= c.draft_since
            limit w.wanted) as gone) as posted,
       (select count(*) from attempts a join documents d on d.attempt_id = a.id
        where a.connection_id = c.id and a.state <> 'done' and d.status = 'sending') as sending
from connections c
cross join lateral (select coalesce((c.settings ->> 'draft_first')::int, 0) as wanted) as w
where c.id = %(connection_id)s;

-- name: hold
-- All drafts are in Xero: nobody is woken for the others until somebody says go on.
update connections set drafts_held = true where id = %(connection_id)s and not drafts_held
returning id;

-- name: explain
-- Documents that wait for somebody's word say so.
update documents
set reason_code = %(code)s, reason_message = %(message)s, reason_remedy = %(remedy)s,
    reason_cure = %(cure)s, updated_at = now()
where connection_id = %(connection_id)s and status = 'waiting'
  and reason_code is distinct from %(code)s;

-- name: confirm
-- Somebody has looked at the drafts: from now on documents go as the settings say.
update connections
set drafts_held = false, drafts_confirmed_at = now(), drafts_confirmed_by = %(who)s
where id = %(connection_id)s and drafts_confirmed_at is null
  and coalesce((settings ->> 'draft_first')::int, 0) > 0
returning id;

-- name: begin
-- The next documents go as drafts; counting begins anew. 0: none do.
update connections
set settings = jsonb_set(settings, '{draft_first}', to_jsonb(%(count)s::int)),
    draft_since = now(), drafts_held = false, drafts_confirmed_at = null,
    drafts_confirmed_by = null
where id = %(connection_id)s;

-- name: go_on
-- What waited for somebody's word goes on.
update documents
set due_at = now(), reason_code = null, reason_message = null, reason_remedy = null,
    reason_cure = null, updated_at = now()
where connection_id = %(connection_id)s and status = 'waiting' and reason_code = %(code)s
returning id;

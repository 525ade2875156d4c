-- name: facts
-- How those stand that an act would be about: what decides whether it can be done, and how many.
select d.status, d.xero_id is not null as in_xero, c.status = 'disconnected' as disconnected,
       d.reason_code is not distinct from 'came_from_xero' as from_xero,
       d.payload is not null as known, count(*) as documents, min(d.number) as example
from (
    select id, connection_id, number, status, xero_id, reason_code, payload
    from documents_like(%(status)s, %(warned)s, %(kind)s, %(connections)s, %(client)s, %(reason)s,
                        %(first)s, %(last)s, %(ids)s)
    order by id
    limit %(most)s) as d
join connections c on c.id = d.connection_id
group by 1, 2, 3, 4, 5
order by documents desc;

-- name: begin
-- Somebody has decided.
insert into acts (verb, who, why) values (%(verb)s, %(who)s, %(why)s) returning id;

-- name: enroll
-- The documents that it is about, the oldest first.
insert into act_members (act_id, document_id)
select %(act_id)s, id
from documents_like(%(status)s, %(warned)s, %(kind)s, %(connections)s, %(client)s, %(reason)s,
                    %(first)s, %(last)s, %(ids)s)
order by id
limit %(most)s;

-- name: begin_undo
-- Somebody wants to undo an act that is over; once.
insert into acts (verb, who, undoes)
select 'undo', %(who)s, id from acts
where id = %(act_id)s and verb in ('retry', 'skip') and finished_at is not null
on conflict (undoes) where undoes is not null do nothing
returning id;

-- name: enroll_undone
-- The documents with which it was done.
insert into act_members (act_id, document_id)
select %(act_id)s, document_id from act_members where act_id = %(undone)s and outcome = 'done';

-- name: find
-- One act, with how many of its documents are still to do.
select a.id, a.verb, a.who, a.why, a.undoes, a.at, a.finished_at,
       (select u.id from acts u where u.undoes = a.id) as undone_by
from acts a where a.id = %(act_id)s;

-- name: outcomes
-- What became of an act's documents.
select coalesce(m.outcome, '') as outcome, count(*) as documents, min(d.number) as example
from act_members m join documents d on d.id = m.document_id
where m.act_id = %(act_id)s
group by 1 order by documents desc;

-- name: undoable
-- Documents that nobody has touched since an act.
select count(*) from act_members m join documents d on d.id = m.document_id
where m.act_id = %(act_id)s and m.touched_at = d.updated_at;

-- name: next_open
-- An act that is not over. What needs Xero's answer is left to whoever asks for it, for a while.
select id, verb, who, why, undoes from acts
where finished_at is null and (verb <> 'mark_posted' or at < now() - interval '5 minutes')
order by id limit 1;

-- name: take
-- The next documents of an act, locked and written down as they stand. One that somebody else
-- holds just now comes later.
with mine as (
    select m.document_id
    from act_members m join documents d on d.id = m.document_id
    where m.act_id = %(act_id)s and m.outcome is null
    order by m.document_id
    limit %(batch)s
    for update of m, d skip locked
)
update act_members m
set before = jsonb_build_object(
    'status', d.status, 'failures', d.failures, 'alone', d.alone, 'reason_code', d.reason_code,
    'reason_message', d.reason_message, 'reason_remedy', d.reason_remedy,
    'reason_cure', d.reason_cure, 'reason_detail', d.reason_detail)
from documents d join connections c on c.id = d.connection_id
where m.act_id = %(act_id)s and d.id = m.document_id
  and m.document_id = any(array(select document_id from mine))
returning m.document_id as id, d.connection_id, d.number, d.status, d.xero_id is not null as in_xero,
          c.status = 'disconnected' as disconnected,
          d.reason_code is not distinct from 'came_from_xero' as from_xero,
          d.payload is not null as known;

-- name: restore
-- Documents stand again as they did before an act, where nothing has touched them since.
update documents d
set status = b.status, failures = b.failures, alone = b.alone, reason_code = b.reason_code,
    reason_message = b.reason_message, reason_remedy = b.reason_remedy,
    reason_cure = b.reason_cure, reason_detail = b.reason_detail, due_at = now(),
    updated_at = now()
from act_members m
cross join lateral jsonb_to_record(m.before) as b (
    status text, failures integer, alone boolean, reason_code text, reason_message text,
    reason_remedy text, reason_cure text, reason_detail text)
where m.act_id = %(undone)s and m.document_id = d.id and d.id = any(%(ids)s)
  and d.updated_at = m.touched_at and d.attempt_id is null and d.xero_id is null
returning d.id;

-- name: settle
-- What became of these documents of an act.
update act_members m
set outcome = s.outcome, touched_at = case when s.outcome = 'done' then d.updated_at end
from unnest(%(ids)s::bigint[], %(outcomes)s::text[]) as s (document_id, outcome)
join documents d on d.id = s.document_id
where m.act_id = %(act_id)s and m.document_id = s.document_id and m.outcome is null;

-- name: finish
-- An act is over once nothing is left to do.
update acts set finished_at = now()
where id = %(act_id)s and finished_at is null
  and not exists (select from act_members where act_id = %(act_id)s and outcome is null)
returning id;

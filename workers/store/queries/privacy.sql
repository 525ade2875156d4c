-- name: documents
-- Documents with all words of a pattern in what came from Mintsoft and Xero; of one client on demand.
-- The plain letters of each word are looked for first, which is quicker by far: they stand there,
-- or are escaped, of which there is a sign.
select d.id, d.kind, d.number, d.status, d.xero_id is not null as is_there, c.account, d.client_id,
       d.payload, d.withdrawal, d.reason_message, d.reason_detail, d.warnings
from documents d
join connections c on c.id = d.connection_id
cross join lateral concat_ws(' ', d.payload::text, d.withdrawal, d.reason_message, d.reason_detail,
                             nullif(d.warnings, '[]')::text) as said
where (position('\u00' in said) > 0 or lower(said collate "C") like all(%(cores)s::text[]))
  and said collate "C" ~* all(%(words)s::text[])
  and (%(client_id)s::bigint is null or d.client_id = %(client_id)s)
  and (%(account)s::text is null or c.account = %(account)s)
order by d.id;

-- name: documents_numbered
-- Documents with a number or reference; of one client on demand.
select d.id, d.kind, d.number, d.status, d.xero_id is not null as is_there, c.account, d.client_id,
       d.payload, d.withdrawal, d.reason_message, d.reason_detail, d.warnings
from documents d join connections c on c.id = d.connection_id
where (lower(d.number) = lower(%(number)s) or lower(d.xero_number) = lower(%(number)s)
       or lower(d.payload ->> 'ExternalOrderReference') = lower(%(number)s))
  and (%(client_id)s::bigint is null or d.client_id = %(client_id)s)
  and (%(account)s::text is null or c.account = %(account)s)
order by d.id;

-- name: lock_documents
-- The same by their ids, as they are now and stay until this transaction ends.
select d.id, d.kind, d.number, d.status, d.xero_id is not null as is_there, c.account, d.client_id,
       d.payload, d.withdrawal, d.reason_message, d.reason_detail, d.warnings
from documents d join connections c on c.id = d.connection_id
where d.id = any(%(ids)s)
order by d.id
for update of d;

-- name: write_documents
-- What is left of a document; where it stands is untouched.
update documents
set payload = %(payload)s::json, withdrawal = %(withdrawal)s, reason_message = %(reason_message)s,
    reason_detail = %(reason_detail)s, warnings = %(warnings)s::jsonb
where id = %(id)s;

-- name: imports
-- Imports with all words of a pattern in what came from Xero, or went to Mintsoft.
select i.id, i.kind, i.number, i.status, i.imported_at is not null as is_there, i.account,
       i.client_id, i.payload, i.placed, i.reason_message, i.reason_detail
from imports i
cross join lateral concat_ws(' ', i.payload::text, i.placed::text, i.reason_message,
                             i.reason_detail) as said
where (position('\u00' in said) > 0 or lower(said collate "C") like all(%(cores)s::text[]))
  and said collate "C" ~* all(%(words)s::text[])
  and (%(client_id)s::bigint is null or i.client_id = %(client_id)s)
  and (%(account)s::text is null or i.account = %(account)s)
order by i.id;

-- name: imports_numbered
-- Imports with a number, in Xero or in Mintsoft.
select i.id, i.kind, i.number, i.status, i.imported_at is not null as is_there, i.account,
       i.client_id, i.payload, i.placed, i.reason_message, i.reason_detail
from imports i
where (lower(i.number) = lower(%(number)s) or lower(i.mintsoft_number) = lower(%(number)s))
  and (%(client_id)s::bigint is null or i.client_id = %(client_id)s)
  and (%(account)s::text is null or i.account = %(account)s)
order by i.id;

-- name: lock_imports
-- The same by their ids, as they are now and stay until this transaction ends.
select i.id, i.kind, i.number, i.status, i.imported_at is not null as is_there, i.account,
       i.client_id, i.payload, i.placed, i.reason_message, i.reason_detail
from imports i
where i.id = any(%(ids)s)
order by i.id
for update of i;

-- name: write_imports
-- What is left of an import; where it stands is untouched.
update imports
set payload = %(payload)s::json, placed = %(placed)s::json, reason_message = %(reason_message)s,
    reason_detail = %(reason_detail)s
where id = %(id)s;

-- name: outbox
-- Events of ours with all words of a pattern in them; an order to import carries its customer.
select id, data, published_at is null as waits from outbox
where lower(data::text collate "C") like all(%(cores)s::text[])
  and data::text collate "C" ~* all(%(words)s::text[])
order by id;

-- name: write_outbox
-- What is left of an event.
update outbox set data = %(data)s::jsonb where id = %(id)s;

-- name: notices
-- Notices to people with all words of a pattern in them.
select id, subject, body, last_error from notices
where concat_ws(' ', subject, body, last_error) ~* all(%(words)s::text[]) order by id;

-- name: write_notices
-- What is left of a notice.
update notices set subject = %(subject)s, body = %(body)s, last_error = %(last_error)s
where id = %(id)s;

-- name: audit
-- What people did, and wrote beside it, with all words of a pattern.
select id, details from audit
where lower(details::text collate "C") like all(%(cores)s::text[])
  and details::text collate "C" ~* all(%(words)s::text[])
order by id;

-- name: write_audit
-- What is left of it: who did what, and when, stays.
update audit set details = %(details)s::jsonb where id = %(id)s;

-- name: acts
-- Why somebody decided about many documents, with all words of a pattern.
select id, why from acts where why ~* all(%(words)s::text[]) order by id;

-- name: write_acts
-- What is left of it.
update acts set why = %(why)s where id = %(id)s;

-- name: act_members
-- How documents stood before such a decision, with all words of a pattern.
select act_id, document_id, before from act_members
where before::text ~* all(%(words)s::text[]) order by act_id, document_id;

-- name: write_act_members
-- What is left of it.
update act_members set before = %(before)s::jsonb
where act_id = %(act_id)s and document_id = %(document_id)s;

-- name: attempt_members
-- Members of writes to Xero with all words of a pattern in a warning or a contact's key.
select attempt_id, position, warnings, contact_key from attempt_members
where concat_ws(' ', contact_key, nullif(warnings, '[]')::text) ~* all(%(words)s::text[])
order by attempt_id, position;

-- name: write_attempt_members
-- What is left of it.
update attempt_members set warnings = %(warnings)s::jsonb, contact_key = %(contact_key)s
where attempt_id = %(attempt_id)s and position = %(position)s;

-- name: tags
-- What Mintsoft said of a tag, with all words of a pattern.
select document_id, last_error from tags
where last_error ~* all(%(words)s::text[]) order by document_id;

-- name: write_tags
-- What is left of it.
update tags set last_error = %(last_error)s where document_id = %(document_id)s;

-- name: backfills
-- What Mintsoft said to a backfill, with all words of a pattern.
select id, last_error from backfills where last_error ~* all(%(words)s::text[]) order by id;

-- name: write_backfills
-- What is left of it.
update backfills set last_error = %(last_error)s where id = %(id)s;

-- name: schedules
-- What a poll came to, with all words of a pattern.
select connection_id, kind, last_outcome from schedules
where last_outcome ~* all(%(words)s::text[]) order by connection_id, kind;

-- name: write_schedules
-- What is left of it.
update schedules set last_outcome = %(last_outcome)s
where connection_id = %(connection_id)s and kind = %(kind)s;

-- name: connections
-- Why a connection was lost, with all words of a pattern.
select id, lost_reason from connections
where lost_reason ~* all(%(words)s::text[]) order by id;

-- name: write_connections
-- What is left of it.
update connections set lost_reason = %(lost_reason)s where id = %(id)s;

-- name: document_terms
-- Words by which a document is found, with all words of a pattern; its number is no such word.
select t.document_id, t.term from document_terms t
where t.term ~* all(%(words)s::text[]) and not exists (
    select from documents d where d.id = t.document_id and lower(left(d.number, 100)) = t.term)
order by t.document_id, t.term;

-- name: write_document_terms
-- Nobody finds the document by this any more.
delete from document_terms where document_id = %(document_id)s and term = %(old_term)s;

-- name: xero_contacts
-- Keys of contacts in Xero with all words of a pattern.
select connection_id, key from xero_contacts
where key ~* all(%(words)s::text[]) order by connection_id, key;

-- name: write_xero_contacts
-- The contact is looked up by its name again, should it ever be needed.
delete from xero_contacts where connection_id = %(connection_id)s and key = %(old_key)s;

-- name: parked_page
-- Parked messages, whole, with what somebody made of them, oldest first; above an id the next ones.
select p.id, p.headers, p.body, p.reason, p.discard_reason,
       p.replayed_at is null and p.discarded_at is null as is_open,
       array(select r.body from parked_replays r
             where r.parked_id = p.id and r.body is not null order by r.id) as replays
from parked p where p.id > %(above)s
order by p.id limit %(most)s;

-- name: empty_parked
-- Nothing is left of what came; that it came, when, and what was decided stays.
with emptied as (
    update parked set body = '', headers = '{}', reason = %(erased)s,
           discard_reason = case when discard_reason is not null then %(erased)s end
    where id = %(id)s and (replayed_at is not null or discarded_at is not null)
    returning id
)
update parked_replays r set body = '' from emptied
where r.parked_id = emptied.id and r.body is not null;

-- name: staff
-- Who works with this service under a name with all words of a pattern, and what is set by it.
select 'operators.name' as place, name as value from operators
where concat_ws(' ', name, subject) ~* all(%(words)s::text[])
union all
select 'mintsoft_keys.username', username from mintsoft_keys
where username ~* all(%(words)s::text[])
union all
select 'mappings.content', connection_id || ', revision ' || revision from mappings
where content::text ~* all(%(words)s::text[])
union all
select 'connections.settings', id::text from connections
where concat_ws(' ', organisation, settings::text) ~* all(%(words)s::text[])
union all
select 'charts.organisation', connection_id::text from charts
where concat_ws(' ', organisation::text, accounts::text, tracking::text) ~* all(%(words)s::text[]);

-- name: erasures
-- When data of somebody with one of these digests was erased, and by whom.
select at, who from audit
where action = 'personal data erased' and details -> 'digests' ?| %(digests)s::text[]
order by id;

-- name: list
-- Documents that fit every filter given, the newest first; below an id for the next page.
select d.id, d.connection_id, c.account, d.kind, d.mintsoft_id, d.client_id, d.number, d.status,
       d.warnings <> '[]' as warned, d.total, d.currency, d.reason_code, d.reason_message, d.reason_remedy, d.xero_id,
       d.xero_number, d.xero_total, d.failures, d.due_at, d.posted_at, d.created_at, d.updated_at
from documents d join connections c on c.id = d.connection_id
where (%(below)s::bigint is null or d.id < %(below)s)
  and (%(status)s::text is null or d.status = %(status)s)
  and (%(kind)s::text is null or d.kind = %(kind)s)
  and (%(connection_id)s::uuid is null or d.connection_id = %(connection_id)s)
  and (%(client_id)s::bigint is null or d.client_id = %(client_id)s)
  and (%(reason)s::text is null or d.reason_code = %(reason)s)
  and (%(text)s::text is null
       or position(lower(%(text)s) in lower(d.number)) > 0
       or position(lower(%(text)s) in lower(coalesce(d.xero_number, ''))) > 0
       or position(lower(%(text)s) in lower(coalesce(d.reason_message, ''))) > 0
       or d.mintsoft_id::text = %(text)s)
order by d.id desc
limit %(page)s;

-- name: find
-- One document, whole, with what its connection is.
select d.id, d.connection_id, c.account, d.kind, d.mintsoft_id, d.client_id, d.number, d.status,
       d.version, d.payload, d.total, d.currency, d.due_at, d.failures, d.alone, d.attempt_id,
       d.withdrawal, d.reason_code, d.reason_message, d.reason_remedy, d.reason_cure,
       d.reason_detail, d.warnings, d.xero_id, d.xero_number, d.xero_total, d.posted_at,
       d.traceparent, d.created_at, d.updated_at, c.status as connection_status,
       coalesce(ch.organisation ->> 'ShortCode', '') as short_code,
       ch.organisation ->> 'BaseCurrency' as base_currency
from documents d
join connections c on c.id = d.connection_id
left join charts ch on ch.connection_id = d.connection_id
where d.id = %(document_id)s;

-- name: ids_of
-- The ledger's ids of a document of Mintsoft; several accounts may use one id.
select id from documents where kind = %(kind)s and mintsoft_id = %(mintsoft_id)s order by id;

-- name: by_xero_id
-- Whether another document of this connection is this invoice in Xero.
select id from documents
where connection_id = %(connection_id)s and xero_id = %(xero_id)s and id <> %(document_id)s
limit 1;

-- name: attempts
-- The attempts that a document was a member of, or is.
select a.id, a.state, a.tries, a.outcome, a.created_at, a.sealed_at, a.finished_at,
       m.invoice_number, m.expected_total
from attempts a
left join attempt_members m on m.attempt_id = a.id and m.document_id = %(document_id)s
where a.id in (select attempt_id from attempt_members where document_id = %(document_id)s
               union select attempt_id from documents where id = %(document_id)s)
order by a.created_at, a.id;

-- name: events
-- What was said about a document, oldest first.
select o.event_id, o.type, o.data, o.occurred_at, o.published_at
from outbox o join documents d on d.id = %(document_id)s
where o.subject = d.mintsoft_id::text and o.data ->> 'ConnectionId' = d.connection_id::text
  and o.data ->> 'Kind' = d.kind
order by o.id;

-- name: audit_trail
-- What people did with a document, oldest first.
select at, who, action, details from audit where document_id = %(document_id)s order by id;

-- name: tag
-- The tag that an order shall carry in Mintsoft.
select due_at, failures, last_error, done_at from tags where document_id = %(document_id)s;

-- name: renew_charts
-- Somebody says that the cause in Xero is gone: ask Xero, not our copy of its chart.
update charts set due_at = now(), accounts_since = null
where connection_id in (
    select connection_id from documents where id = any(%(ids)s) and reason_cure in ('xero', 'mapping'));

-- name: release
-- These documents go to Xero as soon as they can; what is in Xero or on its way stays as it is,
-- and so does what came from there. They have been due for a day: what a person asked for waits for no
-- others to gather with it, and a day is the longest that any wait for each other.
update documents d
set status = 'waiting', due_at = now() - interval '1 day', failures = 0, alone = false, reason_code = null,
    reason_message = null, reason_remedy = null, reason_cure = null, reason_detail = null,
    updated_at = now()
from connections c
where c.id = d.connection_id and c.status <> 'disconnected' and d.id = any(%(ids)s)
  and d.xero_id is null and d.payload is not null
  and d.status in ('ready', 'needs_attention', 'skipped')
  and d.reason_code is distinct from 'came_from_xero'
returning d.id;

-- name: held_ids
-- Documents that need attention and are not in Xero, of every kind or as filtered.
select d.id from documents d join connections c on c.id = d.connection_id
where d.status = 'needs_attention' and d.xero_id is null and c.status <> 'disconnected'
  and (%(reason)s::text is null or d.reason_code = %(reason)s)
  and (%(kind)s::text is null or d.kind = %(kind)s)
  and (%(connection_id)s::uuid is null or d.connection_id = %(connection_id)s)
order by d.id
for update of d;

-- name: skip
-- These documents will not be sent: a person says so.
update documents
set status = 'skipped', reason_code = %(code)s, reason_message = %(why)s,
    reason_remedy = %(remedy)s, reason_cure = 'person', reason_detail = null, updated_at = now()
where id = any(%(ids)s) and xero_id is null and status in ('ready', 'waiting', 'needs_attention')
returning id;

-- name: mark_posted
-- Xero has this document, as a person says and Xero confirms.
update documents
set status = 'posted', xero_id = %(xero_id)s, xero_number = %(xero_number)s,
    xero_total = %(xero_total)s, exported_total = total, exported_currency = currency,
    posted_at = coalesce(posted_at, now()), reason_code = null,
    reason_message = null, reason_remedy = null, reason_cure = null, reason_detail = null,
    failures = 0, alone = false, updated_at = now()
where id = %(document_id)s and status not in ('sending', 'posted') and payload is not null
returning id;

-- name: audit_many
-- Who did the same thing to many documents.
insert into audit (who, action, connection_id, document_id, details)
select %(who)s, %(action)s, connection_id, id, %(details)s
from documents where id = any(%(ids)s) order by id;

-- name: next_ones
-- The documents of a connection that would go next: those that wait, then those not yet asked for.
(select d.id, coalesce(d.attempt_id, d.connection_id) as attempt_id, d.mintsoft_id, d.number,
        d.version, d.payload, d.total, d.currency, d.alone, d.traceparent
 from documents d
 where d.connection_id = %(connection_id)s and d.status = 'waiting'
 order by d.due_at, d.id
 limit %(limit)s)
union all
(select d.id, d.connection_id, d.mintsoft_id, d.number,
        d.version, d.payload, d.total, d.currency, d.alone, d.traceparent
 from documents d
 where d.connection_id = %(connection_id)s and d.status = 'ready'
 order by d.id
 limit %(limit)s)
limit %(limit)s;

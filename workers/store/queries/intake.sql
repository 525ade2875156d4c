-- name: routes
-- Connections that documents and events of these accounts may belong to: those of the clients
-- named, and those that take all clients. Without clients, all connections of the accounts.
with reached as (
    select * from connections
    where account = any(%(accounts)s) and status <> 'disconnected'
      and client_id = any(%(clients)s::bigint[])
    union all
    select * from connections
    where account = any(%(accounts)s) and status <> 'disconnected'
      and client_id is null
    union all
    select * from connections
    where %(clients)s::bigint[] is null
      and account = any(%(accounts)s) and status <> 'disconnected'
      and client_id is not null
)
select id, mode, account, client_id, export_channels,
       coalesce(settings ->> 'export_trigger', 'automatic') as export_trigger
from reached;

-- name: remember_events
-- Keep each event's id; those that are new come back.
insert into inbox (source, event_id, type, outcome)
select * from unnest(%(sources)b::text[], %(ids)b::text[], %(types)b::text[], %(outcomes)b::text[])
on conflict do nothing
returning source, event_id;

-- name: standing
-- The documents of these keys as they stand, locked in a fixed order.
select d.connection_id, d.kind, d.mintsoft_id, d.client_id, d.number, d.status, d.version,
       null as payload, d.total, d.currency, d.withdrawal, d.reason_code, d.reason_message,
       d.reason_remedy, d.reason_cure, d.xero_id, d.xero_number, d.xero_total,
       d.exported_total, d.exported_currency, d.traceparent
from unnest(%(connections)b::uuid[], %(kinds)b::text[], %(ids)b::bigint[])
     as wanted (connection_id, kind, mintsoft_id)
join documents d using (connection_id, kind, mintsoft_id)
order by d.connection_id, d.kind, d.mintsoft_id
for update of d;

-- name: holders
-- Which connections that still run have these documents; the mark of a withdrawal that came
-- first is none, each connection of the client has it.
select c.account, d.kind, d.mintsoft_id, d.connection_id
from unnest(%(accounts)s::text[], %(kinds)s::text[], %(ids)s::bigint[])
     as wanted (account, kind, mintsoft_id)
join documents d on d.kind = wanted.kind and d.mintsoft_id = wanted.mintsoft_id
    and d.payload is not null
join connections c on c.id = d.connection_id and c.account = wanted.account
    and c.status <> 'disconnected'
order by d.id desc;

-- name: insert_documents
-- Add documents not seen before; those that another process added meanwhile do not come back.
insert into documents (connection_id, kind, mintsoft_id, client_id, number, status, version,
                       payload, total, currency, traceparent, reason_code, reason_message,
                       reason_remedy, reason_cure)
select connection_id, kind, mintsoft_id, client_id, number, status, version,
       payload::json, total, currency, traceparent, reason_code, reason_message, reason_remedy,
       reason_cure
from unnest(%(connections)b::uuid[], %(kinds)b::text[], %(ids)b::bigint[], %(clients)b::bigint[],
            %(numbers)b::text[], %(statuses)b::text[], %(versions)b::timestamptz[],
            %(payloads)b::text[], %(totals)b::numeric[], %(currencies)b::text[],
            %(traces)b::text[], %(codes)b::text[], %(messages)b::text[], %(remedies)b::text[],
            %(cures)b::text[])
     as new (connection_id, kind, mintsoft_id, client_id, number, status, version, payload, total,
             currency, traceparent, reason_code, reason_message, reason_remedy, reason_cure)
order by connection_id, kind, mintsoft_id
on conflict (connection_id, kind, mintsoft_id) do nothing
returning connection_id, kind, mintsoft_id;

-- name: update_document
-- Write one document's new standing; a payload that is null is kept.
update documents
set status = %(status)s, version = %(version)s, number = %(number)s,
    payload = coalesce(%(payload)s::json, payload), total = %(total)s, currency = %(currency)s,
    withdrawal = %(withdrawal)s, reason_code = %(reason_code)s, reason_message = %(reason_message)s,
    reason_remedy = %(reason_remedy)s, reason_cure = %(reason_cure)s,
    reason_detail = case when reason_code = %(reason_code)s then reason_detail end,
    traceparent = %(traceparent)s, failures = 0, crashes = 0, alone = false, due_at = now(), updated_at = now()
where connection_id = %(connection_id)s and kind = %(kind)s and mintsoft_id = %(mintsoft_id)s;

-- name: request_exports
-- Export pressed: what waits for it, or for a person, goes; what is in Xero stays as it is, be it
-- that it was exported or that it came from there. Due for a day already, it gathers no others.
update documents d
set status = 'waiting', due_at = now() - interval '1 day', failures = 0, alone = false, reason_code = null,
    reason_message = null, reason_remedy = null, reason_cure = null, reason_detail = null,
    updated_at = now()
from connections c
where c.id = d.connection_id and c.account = %(account)s and c.status <> 'disconnected'
  and d.kind = %(kind)s and d.mintsoft_id = %(mintsoft_id)s and d.xero_id is null
  and d.payload is not null and d.status in ('ready', 'needs_attention', 'skipped')
  and d.reason_code is distinct from 'came_from_xero'
returning d.connection_id;

-- name: is_known
-- Whether the ledger has this document under any connection of the account.
select exists (
    select from documents d join connections c on c.id = d.connection_id
    where c.account = %(account)s and c.status <> 'disconnected'
      and d.kind = %(kind)s and d.mintsoft_id = %(mintsoft_id)s and d.payload is not null
);

-- name: remember_request
-- Export pressed before the document was seen.
insert into export_requests (account, kind, mintsoft_id, requested_by)
values (%(account)s, %(kind)s, %(mintsoft_id)s, %(requested_by)s)
on conflict do nothing;

-- name: take_requests
-- Which of these documents were asked for beforehand; each request is used once.
delete from export_requests r
using unnest(%(accounts)s::text[], %(kinds)s::text[], %(ids)s::bigint[])
      as wanted (account, kind, mintsoft_id)
where r.account = wanted.account and r.kind = wanted.kind and r.mintsoft_id = wanted.mintsoft_id
returning r.account, r.kind, r.mintsoft_id;

-- name: park
-- Keep what could not be read, whole, with the reason.
insert into parked (routing_key, content_type, headers, body, code, reason)
values (%(routing_key)s, %(content_type)s, %(headers)s, %(body)s, %(code)s, %(reason)s);

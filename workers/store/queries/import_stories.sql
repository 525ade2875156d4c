-- name: events
-- What was said about an import, oldest first.
select o.event_id, o.type, o.data, o.occurred_at, o.published_at
from outbox o join imports i on i.id = %(id)s
where o.subject in (i.xero_id::text, i.mintsoft_id::text)
  and o.data ->> 'XeroId' = i.xero_id::text
  and o.data ->> 'ConnectionId' = i.connection_id::text
order by o.id;

-- name: audit_trail
-- What people did with an import, oldest first.
select a.at, a.who, a.action, a.details
from audit a join imports i on i.id = %(id)s
where a.connection_id = i.connection_id and a.details ->> 'import' = i.id::text
order by a.id;

-- name: causes
-- Why imports wait for a person, by cause, the most frequent first.
select reason_code as code, count(*) as documents, min(reason_message) as message,
       min(reason_remedy) as remedy
from imports
where status = 'needs_attention'
  and (%(connection_id)s::uuid is null or connection_id = %(connection_id)s)
group by reason_code
order by documents desc, code;

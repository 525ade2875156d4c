-- name: counts
-- How many documents stand how, by kind.
select kind, status, count(*) as documents
from documents
where %(connection_id)s::uuid is null or connection_id = %(connection_id)s
group by kind, status
order by kind, status;

-- name: causes
-- What waits for a person, by cause, the most frequent first.
select reason_code as code, count(*) as documents, min(reason_message) as message,
       min(reason_remedy) as remedy
from documents
where status = 'needs_attention'
  and (%(connection_id)s::uuid is null or connection_id = %(connection_id)s)
group by reason_code
order by documents desc, code;

-- name: sums
-- What posted documents come to in Mintsoft and, gross, in Xero.
select kind, coalesce(currency, '') as currency, count(*) as documents,
       sum(total) as mintsoft_total, sum(xero_total) as xero_total
from documents
where xero_id is not null
  and (%(connection_id)s::uuid is null or connection_id = %(connection_id)s)
group by kind, coalesce(currency, '')
order by kind, currency;

-- name: backlog
-- What is still on its way: documents, events, tags, and messages parked.
select (select count(*) from documents where status in ('waiting', 'sending')) as documents,
       (select count(*) from outbox where published_at is null) as events,
       (select count(*) from tags where done_at is null) as tags,
       (select count(*) from parked where replayed_at is null and discarded_at is null) as parked,
       (select count(*) from inbox) as seen;

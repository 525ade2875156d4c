-- name: keep
-- What Xero says of invoices; what is older than what is known changes nothing but its time.
insert into xero_totals (tenant_id, xero_id, number, status, day, currency, net, total, updated_at,
                         made_by_app)
select %(tenant_id)s, xero_id, number, status, day, currency, net, total, updated_at,
       %(made_by_app)s
from unnest(%(xero_id)s::uuid[], %(number)s::text[], %(status)s::text[], %(day)s::date[],
            %(currency)s::text[], %(net)s::numeric[], %(total)s::numeric[],
            %(updated_at)s::timestamptz[])
     as new (xero_id, number, status, day, currency, net, total, updated_at)
order by xero_id
on conflict (tenant_id, xero_id) do update
set number = excluded.number, status = excluded.status, day = excluded.day,
    currency = excluded.currency, net = excluded.net, total = excluded.total,
    updated_at = excluded.updated_at, read_at = now(),
    made_by_app = xero_totals.made_by_app or excluded.made_by_app
where xero_totals.updated_at is null or excluded.updated_at is null
   or xero_totals.updated_at <= excluded.updated_at;

-- name: not_listed
-- Documents in Xero that Xero does not list as made by our app: never read, or a day ago. What was
-- posted in these minutes is left to the next list.
select d.xero_id, d.xero_number as number, coalesce(d.exported_currency, d.currency, '') as currency,
       (d.posted_at at time zone 'UTC')::date as posted_on
from connections c
join documents d on d.connection_id = c.id and d.xero_id is not null
left join xero_totals x on x.tenant_id = c.tenant_id and x.xero_id = d.xero_id
where c.id = %(connection_id)s and d.posted_at < now() - interval '10 minutes'
  and (x.xero_id is null
       or (not x.made_by_app and x.status not in ('VOIDED', 'DELETED')
           and x.read_at < now() - interval '20 hours'))
order by x.read_at nulls first, d.id
limit %(most)s;

-- name: standing
-- How fresh Xero's figures are, and how many documents were sent since.
select s.complete_at, s.due_at is not null as asked,
       coalesce(s.running_until > now(), false) as running, s.last_outcome, s.failures,
       s.next_run_at, (
           select count(*)
           from attempts a
           join attempt_members m on m.attempt_id = a.id
           join documents d on d.id = m.document_id and d.xero_id is not null
           where a.connection_id = c.id and a.created_at > s.complete_at - interval '10 minutes'
             and not exists (
                 select from xero_totals x
                 where x.tenant_id = c.tenant_id and x.xero_id = d.xero_id)) as unread
from schedules s join connections c on c.id = s.connection_id
where s.connection_id = %(connection_id)s and s.kind = 'xero_totals';

-- name: read_at
-- When Xero's figures were last read to the end.
select complete_at from schedules
where connection_id = %(connection_id)s and kind = 'xero_totals';

-- name: compared
-- A period in one pass over its documents: first what each finding and currency comes to, then one
-- page of the documents that compare so, as in lines. What is out of Xero's books counts for nothing.
with found as materialized (
    select * from balance_lines(%(connection_id)s, %(first)s, %(last)s)
), sums as (
    select finding, mintsoft_currency, xero_currency, count(*) as documents,
           count(mintsoft_total) as mintsoft_documents, sum(mintsoft_total) as mintsoft_total,
           count(*) filter (where xero_status not in ('VOIDED', 'DELETED', 'ABSENT'))
               as xero_documents,
           sum(xero_total) filter (where xero_status not in ('VOIDED', 'DELETED', 'ABSENT'))
               as xero_total
    from found
    group by finding, mintsoft_currency, xero_currency
), shown as (
    select * from found
    where finding = any(%(findings)s::text[])
      and (%(before_day)s::date is null or (day, line) < (%(before_day)s, %(before)s))
    order by day desc, line desc
    limit %(page)s
)
select null as line, null as day, null as document_id, null as kind, null as mintsoft_id,
       null as number, null as status, null as reason_message, mintsoft_currency, mintsoft_total,
       null as xero_id, null as xero_number, null as xero_status, xero_currency, xero_total,
       null as xero_updated_at, null as read_at, finding, documents, mintsoft_documents,
       xero_documents
from sums
union all
select line, day, document_id, kind, mintsoft_id, number, status, reason_message,
       mintsoft_currency, mintsoft_total, xero_id, xero_number, xero_status, xero_currency,
       xero_total, xero_updated_at, read_at, finding, null, null, null
from shown
order by day desc nulls first, line desc;

-- name: lines
-- Documents of a period that compare so, the newest day first; below a line for the next page.
select line, day, document_id, kind, mintsoft_id, number, status, reason_message,
       mintsoft_currency, mintsoft_total, xero_id, xero_number, xero_status, xero_currency,
       xero_total, xero_updated_at, read_at, finding
from balance_lines(%(connection_id)s, %(first)s, %(last)s)
where finding = any(%(findings)s::text[])
  and (%(before_day)s::date is null or (day, line) < (%(before_day)s, %(before)s))
order by day desc, line desc
limit %(page)s;

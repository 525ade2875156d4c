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
-- A period: what each finding and currency comes to. What was kept, without the documents that may
-- stand otherwise by now, and these as they stand.
with touched as materialized (
    select line, document_id, xero_id from balance_touched(%(connection_id)s)
)
select finding, nullif(mintsoft_currency, '') as mintsoft_currency,
       nullif(xero_currency, '') as xero_currency, sum(documents)::bigint as documents,
       sum(mintsoft_documents)::bigint as mintsoft_documents,
       sum(mintsoft_total) as mintsoft_total, sum(xero_documents)::bigint as xero_documents,
       sum(xero_total) as xero_total
from (
    select finding, mintsoft_currency, xero_currency, documents, mintsoft_documents,
           mintsoft_total, xero_documents, xero_total
    from balance_sums
    where connection_id = %(connection_id)s and day between %(first)s and %(last)s
    union all
    select finding, mintsoft_currency, xero_currency, sign, sign * (mintsoft_total is not null)::int,
           coalesce(sign * mintsoft_total, 0), sign * booked::int,
           coalesce(sign * xero_total, 0) * booked::int
    from (
        select -1 as sign, r.finding, r.mintsoft_currency, r.xero_currency, r.mintsoft_total,
               r.xero_total, r.booked
        from touched t
        cross join lateral (
            select * from balance_rows k
            where k.connection_id = %(connection_id)s and k.line = t.line offset 0) as r
        where r.day between %(first)s and %(last)s
        union all
        select 1, b.finding, b.mintsoft_currency, b.xero_currency, b.mintsoft_total, b.xero_total,
               b.booked
        from balance_of(array(select document_id from touched where document_id is not null),
                        array(select %(connection_id)s::uuid from touched where xero_id is not null),
                        array(select xero_id from touched where xero_id is not null)) b
        where b.day between %(first)s and %(last)s) as each_one) as all_of_them
group by finding, mintsoft_currency, xero_currency
having sum(documents) <> 0;

-- name: lines
-- Documents of a period that compare so, the newest day first; below a line for the next page.
with touched as materialized (
    select line, document_id, xero_id from balance_touched(%(connection_id)s)
), shown as (
    (select r.* from balance_rows r
     where r.connection_id = %(connection_id)s and r.day between %(first)s and %(last)s
       and r.finding = any(%(findings)s::text[])
       and (%(before_day)s::date is null or (r.day, r.line) < (%(before_day)s, %(before)s))
       and r.line not in (select line from touched)
     order by r.day desc, r.line desc
     limit %(page)s)
    union all
    select b.*
    from balance_of(array(select document_id from touched where document_id is not null),
                    array(select %(connection_id)s::uuid from touched where xero_id is not null),
                    array(select xero_id from touched where xero_id is not null)) b
    where b.day between %(first)s and %(last)s and b.finding = any(%(findings)s::text[])
      and (%(before_day)s::date is null or (b.day, b.line) < (%(before_day)s, %(before)s))
    order by day desc, line desc
    limit %(page)s
)
select s.line, s.day, s.document_id, d.kind, d.mintsoft_id, d.number, d.status, d.reason_code,
       d.reason_message,
       case when s.document_id is not null then s.mintsoft_currency end as mintsoft_currency,
       s.mintsoft_total, s.xero_id, x.number as xero_number, x.status as xero_status, x.currency as xero_currency,
       s.xero_total, x.updated_at as xero_updated_at, x.read_at, s.finding
from shown s
join connections c on c.id = s.connection_id
left join documents d on d.id = s.document_id
left join xero_totals x on x.tenant_id = c.tenant_id and x.xero_id = s.xero_id
order by s.day desc, s.line desc;

-- name: only_one
-- Whether nobody else looks at what has changed; held until this transaction ends.
select pg_try_advisory_xact_lock(%(lock)s);

-- name: take
-- Some of what may stand otherwise, off the list: documents, and invoices by whom they may be
-- extra to, unless a document of theirs is that one; beside each how many changes that was.
with taken as materialized (
    delete from balance_changes
    where ctid = any(array(select ctid from balance_changes limit %(most)s))
    returning connection_id, document_id, tenant_id, xero_id
), invoices as materialized (
    select o.id as connection_id, t.xero_id
    from taken t
    left join connections c on c.id = t.connection_id
    join connections o on o.tenant_id = coalesce(t.tenant_id, c.tenant_id)
    where t.xero_id is not null
    union
    select connection_id, xero_id from taken where connection_id is not null and xero_id is not null
), owned as materialized (
    select i.connection_id, d.id, i.xero_id
    from invoices i
    cross join lateral (
        select l.id from documents l
        where l.connection_id = i.connection_id and l.xero_id = i.xero_id offset 0) as d
)
select connection_id, document_id, null::uuid as xero_id, true as is_owned,
       (select count(*) from taken) as changes
from taken where document_id is not null
union
select connection_id, id, null, true, (select count(*) from taken) from owned
union all
select connection_id, null, xero_id, xero_id in (select xero_id from owned),
       (select count(*) from taken)
from invoices;

-- name: forget
-- Take these rows away, and out of the sums.
with gone as (
    delete from balance_rows
    where ctid = any(array(
        select r.place
        from unnest(%(connections)s::uuid[], %(lines)s::text[]) as t (connection_id, line)
        cross join lateral (
            select k.ctid as place from balance_rows k
            where k.connection_id = t.connection_id and k.line = t.line offset 0) as r))
    returning *
)
insert into balance_sums as s
select connection_id, day, finding, mintsoft_currency, xero_currency, -count(*),
       -count(mintsoft_total), -coalesce(sum(mintsoft_total), 0),
       -count(*) filter (where booked), -coalesce(sum(xero_total) filter (where booked), 0)
from gone
group by connection_id, day, finding, mintsoft_currency, xero_currency
on conflict (connection_id, day, finding, mintsoft_currency, xero_currency) do update
set documents = s.documents + excluded.documents,
    mintsoft_documents = s.mintsoft_documents + excluded.mintsoft_documents,
    mintsoft_total = s.mintsoft_total + excluded.mintsoft_total,
    xero_documents = s.xero_documents + excluded.xero_documents,
    xero_total = s.xero_total + excluded.xero_total;

-- name: note
-- Write down how these stand now, and add them to the sums.
with fresh as (
    insert into balance_rows
    select * from balance_of(%(documents)s::bigint[], %(extra_to)s::uuid[], %(extra_ids)s::uuid[])
    returning *
)
insert into balance_sums as s
select connection_id, day, finding, mintsoft_currency, xero_currency, count(*),
       count(mintsoft_total), coalesce(sum(mintsoft_total), 0),
       count(*) filter (where booked), coalesce(sum(xero_total) filter (where booked), 0)
from fresh
group by connection_id, day, finding, mintsoft_currency, xero_currency
on conflict (connection_id, day, finding, mintsoft_currency, xero_currency) do update
set documents = s.documents + excluded.documents,
    mintsoft_documents = s.mintsoft_documents + excluded.mintsoft_documents,
    mintsoft_total = s.mintsoft_total + excluded.mintsoft_total,
    xero_documents = s.xero_documents + excluded.xero_documents,
    xero_total = s.xero_total + excluded.xero_total;

-- name: undecided
-- Invoices of writes under way are looked at again: they may be extra once these have ended.
with under_way as materialized (
    select m.invoice_number from attempts a join attempt_members m on m.attempt_id = a.id
    where a.state <> 'done'
)
insert into balance_changes (connection_id, xero_id)
select t.connection_id, t.xero_id
from unnest(%(extra_to)s::uuid[], %(extra_ids)s::uuid[]) as t (connection_id, xero_id)
join connections c on c.id = t.connection_id
cross join lateral (
    select f.number from xero_totals f
    where f.tenant_id = c.tenant_id and f.xero_id = t.xero_id offset 0) as x
where x.number in (select invoice_number from under_way)
  and not exists (
      select from connections o join documents d on d.connection_id = o.id
      where o.tenant_id = c.tenant_id and d.xero_id = t.xero_id offset 0);

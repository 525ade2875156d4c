-- name: page
-- Documents that fit, the newest first, up to and including an id.
select d.id, d.connection_id, d.kind, d.mintsoft_id, d.client_id, d.number, d.status,
       d.warnings <> '[]' as warned, d.total, d.currency, d.reason_code, d.reason_message,
       d.reason_remedy, d.xero_id, d.xero_number, d.created_at, d.updated_at
from documents_like(%(status)s, %(warned)s, %(kind)s, %(connections)s, %(client)s, %(reason)s,
                    %(first)s, %(last)s, %(ids)s) as d
order by d.id desc
limit %(size)s;

-- name: page_of_connections
-- The same of some connections: each gives its newest, by its own index.
select d.id, d.connection_id, d.kind, d.mintsoft_id, d.client_id, d.number, d.status,
       d.warnings <> '[]' as warned, d.total, d.currency, d.reason_code, d.reason_message,
       d.reason_remedy, d.xero_id, d.xero_number, d.created_at, d.updated_at
from unnest(%(connections)s::uuid[]) as c (id)
cross join lateral (
    select l.* from documents_like(%(status)s, %(warned)s, %(kind)s, null, %(client)s, %(reason)s,
                                   %(first)s, %(last)s, %(ids)s) as l
    where l.connection_id = c.id
    order by l.id desc
    limit %(size)s) as d
order by d.id desc
limit %(size)s;

-- name: count_some
-- How the first documents that fit stand; no more of them are counted than asked for.
select d.connection_id, d.kind, d.status, d.warned, d.reason, count(*) as documents
from (
    select connection_id, kind, status, warnings <> '[]' as warned,
           coalesce(reason_code, '') as reason
    from documents_like(null, null, %(kind)s, %(connections)s, %(client)s, null, %(first)s,
                        %(last)s, %(ids)s)
    limit %(most)s) as d
group by d.connection_id, d.kind, d.status, d.warned, d.reason;

-- name: connections_of_client
-- Where documents of a client may be: at its own connections, and among the 3PL's invoices.
select id from connections where client_id = %(client)s or mode = 'fulfilment';

-- name: first_since
-- The first id that came at a time or later: found by halving, since ids grow with time.
with recursive halving (low, high) as (
    select coalesce(min(id), 0), coalesce(max(id), 0) + 1 from documents
    union all
    select case when at.created_at < %(moment)s then at.id + 1 else low end,
           case when at.created_at < %(moment)s then high else (low + high) / 2 end
    from halving
    cross join lateral (
        select id, created_at from documents where id >= (low + high) / 2 order by id limit 1) as at
    where low < high
)
select low from halving where low >= high;

-- name: ids_of_text
-- Documents whose number, reference, number in Xero or id begins with a text; the latest, which
-- have no terms yet, are looked at themselves.
select document_id from (
    (select t.document_id from document_terms t
     where t.term >= %(low)s and t.term < %(high)s limit %(most)s)
    union
    (select d.id from documents d
     where d.xero_number is not null
       and lower(d.xero_number) collate "C" >= %(low)s
       and lower(d.xero_number) collate "C" < %(high)s
     limit %(most)s)
    union
    (select d.id from documents d where d.mintsoft_id = %(mintsoft_id)s)
    union
    (select d.id from (
        select id, kind, number, payload from documents
        where id > (select id from document_terms_until) order by id limit %(tail)s) as d
     where starts_with(lower(d.number), %(low)s)
        or starts_with(lower(case d.kind when 'order' then d.payload ->> 'ExternalOrderReference'
                                  else d.payload -> 'Invoice' ->> 'Name' end), %(low)s))
) as found
limit %(most)s;

-- name: lock_terms
-- How far terms have got; one process goes on with them.
select id from document_terms_until for update skip locked;

-- name: last_for_terms
-- The last document that may get its terms, and how many do: what comes is given a minute to be committed, so that
-- a smaller id never comes after.
select max(id), count(*) from (
    select id, created_at from documents where id > %(after)s order by id limit %(most)s) as d
where d.created_at < now() - interval '1 minute';

-- name: add_terms
-- What people may know of these documents.
insert into document_terms (term, document_id)
select distinct lower(left(word, 100)), d.id
from documents d
cross join lateral unnest(array[
    d.number,
    case d.kind when 'order' then d.payload ->> 'ExternalOrderReference'
         else d.payload -> 'Invoice' ->> 'Name' end]) as words (word)
where d.id > %(after)s and d.id <= %(until)s and word <> ''
on conflict do nothing;

-- name: terms_done
-- Terms have got as far as this.
update document_terms_until set id = %(until)s;

-- name: last_id
-- The newest document there is.
select coalesce(max(id), 0) from documents;

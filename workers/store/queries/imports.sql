-- name: exported
-- Which of these invoices are exports of ours, by whichever connection to the organisation.
select d.xero_id
from connections c join documents d on d.connection_id = c.id
where c.tenant_id = %(tenant_id)s and d.xero_id = any(%(ids)s::uuid[]);

-- name: sealed
-- Numbers and links of our attempts, whether or not their answers are recorded yet.
select invoice_number, url from attempt_members where invoice_number = any(%(numbers)s::text[]);

-- name: known
-- Which of these documents are in the ledger, and as of when.
select xero_id, xero_updated_at
from imports
where tenant_id = %(tenant_id)s and account = %(account)s and client_id = %(client_id)s
  and kind = %(kind)s and xero_id = any(%(ids)s::uuid[]);

-- name: keep
-- Documents as Xero has them now; what is older than the ledger's changes nothing. News set a
-- document going again, unless somebody is at work on it, who will see that there are news, or a
-- person has decided against it; that what is in Mintsoft was withdrawn counts all the same.
-- Ids follow the order in which Xero's documents were last changed: lists go by id.
insert into imports (connection_id, tenant_id, account, client_id, kind, xero_id, number, status,
                     xero_updated_at, payload)
select %(connection_id)s, %(tenant_id)s, %(account)s, %(client_id)s, %(kind)s, xero_id, number,
       'waiting', updated_at, payload::json
from unnest(%(ids)s::uuid[], %(numbers)s::text[], %(updated)s::timestamptz[],
            %(payloads)s::text[])
     as new (xero_id, number, updated_at, payload)
order by updated_at, number, xero_id
on conflict (tenant_id, account, client_id, kind, xero_id) do update
set connection_id = excluded.connection_id, number = excluded.number,
    xero_updated_at = excluded.xero_updated_at, payload = excluded.payload,
    status = case when imports.status = 'placing' or (imports.reason_code = %(by_person)s
                  and not (imports.imported_at is not null
                           and excluded.xero_id = any(%(withdrawals)s::uuid[])))
             then imports.status else 'waiting' end,
    updated_at = now()
where imports.xero_updated_at < excluded.xero_updated_at
returning id, status;

-- name: set_going
-- Documents with news go again at once.
update imports
set due_at = now(), failures = 0, crashes = 0, reason_code = null, reason_message = null,
    reason_remedy = null, reason_cure = null, reason_detail = null
where id = any(%(ids)s) and status = 'waiting';

-- name: claim
-- Documents of one kind that are due, ours until the lease ends; those at which a worker died
-- are taken one at a time. None while Mintsoft is away.
with due as (
    select id, status
    from imports
    where connection_id = %(connection_id)s and kind = %(kind)s
      and status in ('waiting', 'placing') and due_at <= now()
      and (crashes > 0 or status = 'placing') = %(troubled)s
      and not exists (
          select from schedules s
          where s.connection_id = %(connection_id)s and s.kind = %(kind)s || 's'
            and s.placing_after > now())
    order by due_at, id
    limit %(batch)s
    for update skip locked
)
update imports i
set status = 'placing', tries = tries + 1, due_at = now() + %(lease)s::interval,
    crashes = i.crashes + (due.status = 'placing')::int, reason_code = null,
    reason_message = null, reason_remedy = null, reason_cure = null, reason_detail = null,
    updated_at = now()
from due
where i.id = due.id
returning i.id, i.kind, i.xero_id, i.number, i.xero_updated_at, i.payload, i.tries, i.failures,
          i.crashes, i.in_doubt, i.first_tried_at, i.placed, i.delivery, i.mintsoft_id,
          i.mintsoft_number;

-- name: hold
-- Whether a claimed document is still ours; the lease begins anew.
update imports set due_at = now() + %(lease)s::interval
where id = %(id)s and tries = %(tries)s and status = 'placing'
returning id;

-- name: doubt
-- A write is about to go out: whoever comes after must look for it first.
update imports
set in_doubt = true, placed = %(placed)s, due_at = now() + %(lease)s::interval,
    first_tried_at = coalesce(first_tried_at, now())
where id = %(id)s and tries = %(tries)s and status = 'placing'
returning id;

-- name: settle
-- Where a document stands after a try. One with news since goes again at once.
with news as (
    select id, xero_updated_at > %(version)s as is_so from imports where id = %(id)s for update
)
update imports i
set status = case when news.is_so then 'waiting' else %(status)s end,
    due_at = case when news.is_so then now()
                  else coalesce(%(due_at)s, now() + %(delay)s::interval) end,
    failures = case when news.is_so then 0 else %(failures)s end,
    crashes = %(crashes)s, in_doubt = %(in_doubt)s,
    placed = coalesce(%(placed)s::json, i.placed),
    delivery = coalesce(%(delivery)s, i.delivery),
    mintsoft_id = coalesce(%(mintsoft_id)s, i.mintsoft_id),
    mintsoft_number = coalesce(%(mintsoft_number)s, i.mintsoft_number),
    imported_at = case when %(delivery)s::text is not null then coalesce(i.imported_at, now())
                       else i.imported_at end,
    reason_code = case when news.is_so then null else %(reason_code)s end,
    reason_message = case when news.is_so then null else %(reason_message)s end,
    reason_remedy = case when news.is_so then null else %(reason_remedy)s end,
    reason_cure = case when news.is_so then null else %(reason_cure)s end,
    reason_detail = case when news.is_so then null else %(reason_detail)s end,
    updated_at = now()
from news
where i.id = news.id and i.tries = %(tries)s and i.status = 'placing'
returning i.status;

-- name: let_go
-- Claimed documents that were not begun: as they were.
update imports set status = 'waiting', due_at = now(), updated_at = now()
where status = 'placing' and (id, tries) in (
    select * from unnest(%(ids)s::bigint[], %(tries)s::int[]));

-- name: due
-- Connections with documents to place now. One step into imports_due for each connection that
-- has any under way, however many those are.
with recursive busy as (
    (select connection_id, kind, due_at
     from imports
     where status in ('waiting', 'placing')
     order by connection_id, kind, due_at, id
     limit 1)
    union all
    select next.connection_id, next.kind, next.due_at
    from busy
    cross join lateral (
        select connection_id, kind, due_at
        from imports
        where status in ('waiting', 'placing')
          and (connection_id, kind) > (busy.connection_id, busy.kind)
        order by connection_id, kind, due_at, id
        limit 1) as next
)
select busy.connection_id, busy.kind
from busy
join connections c on c.id = busy.connection_id and c.status = 'active'
left join schedules s on s.connection_id = busy.connection_id and s.kind = busy.kind || 's'
where busy.due_at <= now() and (s.placing_after is null or s.placing_after <= now());

-- name: made_from_xero
-- Which of these orders were made from invoices of Xero: known by their id, or by the reference.
with orders as (
    select * from unnest(%(accounts)b::text[], %(clients)b::bigint[], %(orders)b::bigint[],
                         %(ids)b::uuid[]) with ordinality
        as o (account, client_id, mintsoft_id, xero_id, position)
)
select o.position, i.number
from orders o
join imports i on i.account = o.account and i.client_id = o.client_id
    and i.mintsoft_id = o.mintsoft_id and i.kind = 'sales_order'
union
select o.position, i.number
from orders o
join imports i on i.xero_id = o.xero_id and i.account = o.account and i.client_id = o.client_id
    and i.kind = 'sales_order';

-- name: products
-- Products that Mintsoft was seen to have.
select sku, product_id
from mintsoft_products
where account = %(account)s and client_id = %(client_id)s and sku = any(%(skus)s::text[])
  and seen_at > now() - %(life)s::interval;

-- name: learn_products
-- Mintsoft has these products.
insert into mintsoft_products (account, client_id, sku, product_id)
select %(account)s, %(client_id)s, sku, product_id
from unnest(%(skus)s::text[], %(products)s::bigint[]) as p (sku, product_id)
order by sku
on conflict (account, client_id, sku) do update
set product_id = excluded.product_id, seen_at = now();

-- name: forget_products
-- Mintsoft refuses something with these products: look for each again.
delete from mintsoft_products
where account = %(account)s and client_id = %(client_id)s and sku = any(%(skus)s::text[]);

-- name: list
-- Imports that fit every filter given, the newest first; below an id for the next page.
select i.id, i.connection_id, i.account, i.client_id, i.kind, i.xero_id, i.number, i.status,
       i.xero_updated_at, i.due_at, i.failures, i.mintsoft_id, i.mintsoft_number, i.delivery,
       i.imported_at, i.reason_code, i.reason_message, i.reason_remedy, i.created_at, i.updated_at
from imports i
where (%(below)s::bigint is null or i.id < %(below)s)
  and (%(status)s::text is null or i.status = %(status)s)
  and (%(kind)s::text is null or i.kind = %(kind)s)
  and (%(connection_id)s::uuid is null or i.connection_id = %(connection_id)s)
  and (%(reason)s::text is null or i.reason_code = %(reason)s)
  and (%(text)s::text is null
       or starts_with(lower(i.number), lower(%(text)s))
       or starts_with(lower(i.mintsoft_number), lower(%(text)s)))
  and (%(ids)s::bigint[] is null or i.id = any(%(ids)s))
order by i.id desc
limit %(page)s;

-- name: ids_of_text
-- Imports whose number, there or here, begins with a text, or that have this id in Xero.
select id from (
    (select id from imports
     where lower(number) collate "C" >= %(low)s and lower(number) collate "C" < %(high)s
     limit %(most)s)
    union
    (select id from imports
     where mintsoft_number is not null and lower(mintsoft_number) collate "C" >= %(low)s
       and lower(mintsoft_number) collate "C" < %(high)s
     limit %(most)s)
    union
    (select id from imports where xero_id = %(xero_id)s)
) as found
limit %(most)s;

-- name: find
-- One import, whole, with what its connection is.
select i.id, i.connection_id, i.account, i.client_id, i.kind, i.xero_id, i.number, i.status,
       i.xero_updated_at, i.payload, i.due_at, i.tries, i.failures, i.crashes, i.in_doubt,
       i.first_tried_at, i.placed, i.delivery, i.mintsoft_id, i.mintsoft_number, i.imported_at,
       i.reason_code, i.reason_message, i.reason_remedy, i.reason_cure, i.reason_detail,
       i.created_at, i.updated_at, c.status as connection_status,
       coalesce(ch.organisation ->> 'ShortCode', '') as short_code
from imports i
join connections c on c.id = i.connection_id
left join charts ch on ch.connection_id = i.connection_id
where i.id = %(id)s;

-- name: release
-- These imports are tried at once; what is being placed, or is well, stays as it is.
update imports i
set status = 'waiting', due_at = now(), failures = 0, crashes = 0, reason_code = null,
    reason_message = null, reason_remedy = null, reason_cure = null, reason_detail = null,
    updated_at = now()
from connections c
where c.id = i.connection_id and c.status <> 'disconnected' and i.id = any(%(ids)s)
  and (i.status in ('needs_attention', 'skipped') or (i.status = 'waiting' and i.due_at > now()))
returning i.id;

-- name: held_ids
-- Imports that need attention, of every kind or as filtered; locked.
select i.id from imports i join connections c on c.id = i.connection_id
where i.status = 'needs_attention' and c.status <> 'disconnected'
  and (%(reason)s::text is null or i.reason_code = %(reason)s)
  and (%(kind)s::text is null or i.kind = %(kind)s)
  and (%(connection_id)s::uuid is null or i.connection_id = %(connection_id)s)
order by i.id
for update of i;

-- name: skip
-- These imports are settled: a person says so.
update imports
set status = 'skipped', reason_code = %(code)s, reason_message = %(why)s,
    reason_remedy = %(remedy)s, reason_cure = 'person', reason_detail = null, updated_at = now()
where id = any(%(ids)s) and status in ('waiting', 'needs_attention')
returning id;

-- name: audit_many
-- Who did the same thing to many imports.
insert into audit (who, action, connection_id, details)
select %(who)s, %(action)s, connection_id,
       %(details)s::jsonb || jsonb_build_object('import', id, 'number', number)
from imports where id = any(%(ids)s) order by id;

-- name: counts
-- Number of imports by kind and status.
select kind, status, count(*) as n from imports group by kind, status order by kind, status;

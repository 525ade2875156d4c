-- The reconciliation over any number of documents: how each stands beside Xero is kept as a row, and
-- what a day's come to as a sum. Triggers only append what is to be looked at again; the scheduler
-- does so, and until it has, pages do it themselves. So nobody waits, and no figure is ever late.

create table balance_rows (
    connection_id     uuid not null,
    line              text collate "C" not null,  -- d and a document's id; x and Xero's: extra there
    day               date not null,
    finding           text not null,
    document_id       bigint,
    xero_id           uuid,
    mintsoft_currency text not null,              -- '': none is given
    mintsoft_total    numeric,
    xero_currency     text not null,
    xero_total        numeric,                    -- as compared: net of a 3PL invoice
    booked            boolean not null,           -- it counts in Xero
    primary key (connection_id, line)
);
comment on table balance_rows is
    'How each document stands beside Xero; what balance_changes names is to be looked at again';
-- A page of a period, and of what differs in it.
create index balance_rows_by_day on balance_rows (connection_id, day, line);
create index balance_rows_differing on balance_rows (connection_id, day, line)
    where finding <> 'agrees';

create table balance_sums (
    connection_id      uuid not null,
    day                date not null,
    finding            text not null,
    mintsoft_currency  text not null,
    xero_currency      text not null,
    documents          bigint not null,
    mintsoft_documents bigint not null,
    mintsoft_total     numeric not null,
    xero_documents     bigint not null,
    xero_total         numeric not null,
    primary key (connection_id, day, finding, mintsoft_currency, xero_currency)
);
comment on table balance_sums is 'What the rows of balance_rows come to, day by day';

create table balance_changes (
    connection_id uuid,      -- whose document has changed, or for whom an invoice is to be looked at
    document_id   bigint,
    tenant_id     uuid,      -- for each connection of this organisation
    xero_id       uuid,
    check (connection_id is not null or tenant_id is not null)
);
comment on table balance_changes is
    'What may stand otherwise beside Xero than balance_rows says: appended by triggers, taken by the scheduler';

-- How these documents stand beside Xero, and whether these invoices are extra to a connection: the
-- n-th connection is asked about the n-th invoice. By the date in Xero, and before a document is
-- there by its date in Mintsoft. Xero's amount is net for a 3PL invoice, which has no tax in
-- Mintsoft, and gross for an order. What was taken back in Mintsoft has no total there any more.
-- Each `offset 0` keeps what stands before it a look into an index, however large the tables are
-- and whatever the planner takes them for.
create function balance_of(document_ids bigint[], extra_to uuid[], extra_ids uuid[])
returns setof balance_rows language sql stable as $$
    select d.connection_id, ('d' || d.id) collate "C", x.day,
           case
               when b.taken_back then case when b.is_gone then 'agrees' else 'withdrawn' end
               when x.status = 'ABSENT' then 'gone'
               when b.is_gone then 'voided'
               when round(d.total, 2) = b.amount and b.currency = x.currency then 'agrees'
               when x.total <> d.xero_total then 'edited'
               else 'different'
           end,
           d.id, d.xero_id, b.currency, case when not b.taken_back then d.total end,
           x.currency, b.amount, not b.is_gone
    from documents d
    join connections c on c.id = d.connection_id
    cross join lateral (
        select * from xero_totals f
        where f.tenant_id = c.tenant_id and f.xero_id = d.xero_id offset 0) as x
    left join charts ch on ch.connection_id = c.id
    -- Taken back in Mintsoft, or closed by a person who knew that it is voided in Xero.
    cross join lateral (
        select gone.is_gone, case c.mode when 'fulfilment' then x.net else x.total end as amount,
               coalesce(d.currency, ch.organisation ->> 'BaseCurrency', x.currency) as currency,
               coalesce(d.reason_code = 'withdrawn_after_posting', false)
               or (gone.is_gone and exists (
                   select from audit a
                   where a.document_id = d.id and a.action = 'marked as posted'
                     and a.details ->> 'xero_status' in ('VOIDED', 'DELETED'))) as taken_back
        from (select x.status in ('VOIDED', 'DELETED', 'ABSENT') as is_gone) as gone) as b
    where d.id = any(document_ids)
    union all
    select d.connection_id, ('d' || d.id) collate "C",
           coalesce(substring(coalesce(d.payload ->> 'DespatchDate',
                                       d.payload #>> '{Invoice,Date}')
                              from '^\d{4}-\d\d-\d\d')::date,
                    (d.version at time zone 'UTC')::date),
           'missing', d.id, null, coalesce(d.currency, ch.organisation ->> 'BaseCurrency', ''),
           d.total, '', null, false
    from documents d left join charts ch on ch.connection_id = d.connection_id
    where d.id = any(document_ids) and d.xero_id is null and d.payload is not null
      and d.status in ('ready', 'waiting', 'sending', 'needs_attention')
    union all
    select e.connection_id, ('x' || e.xero_id) collate "C", e.day, 'extra', null, e.xero_id, '',
           null, e.currency, e.amount, true
    from (
        select c.id as connection_id, x.xero_id, x.day, x.currency, x.number,
               case c.mode when 'fulfilment' then x.net else x.total end as amount
        from unnest(extra_to, extra_ids) as asked (connection_id, xero_id)
        join connections c on c.id = asked.connection_id
        cross join lateral (
            select * from xero_totals f
            where f.tenant_id = c.tenant_id and f.xero_id = asked.xero_id offset 0) as x
        where x.made_by_app and x.status not in ('VOIDED', 'DELETED', 'ABSENT')
          -- Another connection's.
          and not exists (
              select from connections o join documents d on d.connection_id = o.id
              where o.tenant_id = x.tenant_id and d.xero_id = x.xero_id offset 0)
        offset 0) as e
    -- On its way into the ledger.
    where not exists (
        select from attempts a join attempt_members m on m.attempt_id = a.id
        where a.state <> 'done' and m.invoice_number = e.number)
$$;

-- Rows of a connection that balance_changes puts in question, by what they are about.
create function balance_touched(of_connection uuid)
returns table (line text, document_id bigint, xero_id uuid) language sql stable as $$
    with mine as materialized (
        select n.document_id, n.xero_id, n.connection_id
        from balance_changes n
        where n.connection_id in (
                select o.id from connections c join connections o
                on o.id = c.id or o.tenant_id = c.tenant_id where c.id = of_connection)
           or n.tenant_id = (select tenant_id from connections where id = of_connection)
    )
    select ('d' || m.document_id) collate "C", m.document_id, null::uuid from mine m
    where m.connection_id = of_connection and m.document_id is not null
    union
    select ('d' || d.id) collate "C", d.id, null from mine m
    cross join lateral (
        select l.id from documents l
        where l.connection_id = of_connection and l.xero_id = m.xero_id offset 0) as d
    union
    select ('x' || m.xero_id) collate "C", null, m.xero_id from mine m where m.xero_id is not null
$$;

-- Once for a statement: the documents of it that may stand otherwise now, and the invoices.
create function note_documents_balance() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into balance_changes (connection_id, document_id, xero_id)
        select connection_id, id, xero_id from fresh
        where xero_id is not null or status in ('ready', 'waiting', 'sending', 'needs_attention');
    elsif tg_op = 'DELETE' then
        insert into balance_changes (connection_id, document_id, xero_id)
        select connection_id, id, xero_id from stale;
    else
        insert into balance_changes (connection_id, document_id, xero_id)
        select n.connection_id, n.id, each.xero_id
        from fresh n join stale o on o.id = n.id
        cross join lateral unnest(
            case when o.xero_id is null or o.xero_id is not distinct from n.xero_id
                 then array[n.xero_id] else array[n.xero_id, o.xero_id] end) as each (xero_id)
        where (n.xero_id, n.total, n.currency, n.version, n.xero_total,
               n.reason_code is not distinct from 'withdrawn_after_posting',
               case when n.xero_id is not null then n.status
                    when n.status in ('ready', 'waiting', 'sending', 'needs_attention')
                    then 'open' end)
              is distinct from
              (o.xero_id, o.total, o.currency, o.version, o.xero_total,
               o.reason_code is not distinct from 'withdrawn_after_posting',
               case when o.xero_id is not null then o.status
                    when o.status in ('ready', 'waiting', 'sending', 'needs_attention')
                    then 'open' end);
    end if;
    return null;
end $$;

create trigger documents_balance_insert after insert on documents
    referencing new table as fresh
    for each statement execute function note_documents_balance();
create trigger documents_balance_update after update on documents
    referencing old table as stale new table as fresh
    for each statement execute function note_documents_balance();
create trigger documents_balance_delete after delete on documents
    referencing old table as stale
    for each statement execute function note_documents_balance();

-- A payment is no news, nor that figures were read again and are the same.
create function note_totals_balance() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into balance_changes (tenant_id, xero_id) select tenant_id, xero_id from fresh;
    elsif tg_op = 'DELETE' then
        insert into balance_changes (tenant_id, xero_id) select tenant_id, xero_id from stale;
    else
        insert into balance_changes (tenant_id, xero_id)
        select n.tenant_id, n.xero_id
        from fresh n join stale o using (tenant_id, xero_id)
        where (n.day, n.currency, n.net, n.total, n.number, n.made_by_app,
               case when n.status in ('VOIDED', 'DELETED', 'ABSENT') then n.status end)
              is distinct from
              (o.day, o.currency, o.net, o.total, o.number, o.made_by_app,
               case when o.status in ('VOIDED', 'DELETED', 'ABSENT') then o.status end);
    end if;
    return null;
end $$;

create trigger xero_totals_balance_insert after insert on xero_totals
    referencing new table as fresh for each statement execute function note_totals_balance();
create trigger xero_totals_balance_update after update on xero_totals
    referencing old table as stale new table as fresh
    for each statement execute function note_totals_balance();
create trigger xero_totals_balance_delete after delete on xero_totals
    referencing old table as stale for each statement execute function note_totals_balance();

-- A document without a currency has the organisation's own.
create function note_charts_balance() returns trigger language plpgsql as $$
begin
    if (old.organisation ->> 'BaseCurrency') is distinct from (new.organisation ->> 'BaseCurrency') then
        insert into balance_changes (connection_id, document_id)
        select connection_id, id from documents
        where connection_id = coalesce(new.connection_id, old.connection_id) and currency is null;
    end if;
    return null;
end $$;
create trigger charts_balance after insert or update or delete on charts
    for each row execute function note_charts_balance();

-- A connection that comes to another organisation has that one's invoices beside it.
create function note_connections_balance() returns trigger language plpgsql as $$
begin
    insert into balance_changes (connection_id, document_id)
    select connection_id, id from documents where connection_id = new.id and xero_id is not null;
    insert into balance_changes (connection_id, tenant_id, xero_id)
    select new.id, tenant_id, xero_id from xero_totals
    where tenant_id in (old.tenant_id, new.tenant_id);
    return null;
end $$;
create trigger connections_balance_insert after insert on connections
    for each row when (new.tenant_id is not null) execute function note_connections_balance();
create trigger connections_balance_update after update of tenant_id on connections
    for each row when (new.tenant_id is distinct from old.tenant_id)
    execute function note_connections_balance();

-- What is there is looked at by the scheduler in the minutes after this.
insert into balance_changes (tenant_id, xero_id) select tenant_id, xero_id from xero_totals;
insert into balance_changes (connection_id, document_id)
select connection_id, id from documents
where xero_id is null and status in ('ready', 'waiting', 'sending', 'needs_attention');

-- How many have gone as drafts since that was said.
create index documents_by_posting on documents (connection_id, posted_at)
    where posted_at is not null;

-- Operators' pages: what became of parked messages, who did what, Xero's totals beside Mintsoft's.

alter table parked
    add column discarded_at   timestamptz,
    add column discarded_by   text,
    add column discard_reason text,
    add constraint parked_discarded_by_somebody check (
        (discarded_at is null) = (discarded_by is null)
        and (discarded_at is null) = (discard_reason is null));
-- What waits for a person, by what is wrong with it.
create index parked_waiting on parked (code, id)
    where replayed_at is null and discarded_at is null;

create table parked_replays (
    id          bigint generated always as identity primary key,
    parked_id   bigint not null references parked on delete cascade,
    at          timestamptz not null default now(),
    who         text not null,
    routing_key text,                        -- null: as it came
    body        bytea                        -- null: as it came
);
comment on table parked_replays is 'A parked message was published again, as it came or changed by somebody';
create index parked_replays_by_message on parked_replays (parked_id);

-- The audit trail of one person, or of one kind of act, newest first.
create index audit_by_person on audit (who, id);
create index audit_by_action on audit (action, id);

-- Imports that stand alike, newest first.
create index imports_by_status on imports (status, id);

-- Xero's totals are read like anything else that is polled.
alter table schedules
    drop constraint schedules_kind_check,
    add constraint schedules_kind_check check (kind in
        ('sales_orders', 'purchase_orders', 'mintsoft_orders', 'mintsoft_invoices',
         'xero_totals')),
    add column complete_at timestamptz;      -- when a run last came to the end of what there was

create table xero_totals (
    tenant_id   uuid not null,
    xero_id     uuid not null,
    number      text not null,
    status      text not null,               -- Xero's word; ABSENT: Xero has no such invoice
    day         date not null,               -- the invoice's date in Xero
    currency    text not null,
    net         numeric not null,
    total       numeric not null,
    updated_at  timestamptz,                 -- Xero's UpdatedDateUTC
    made_by_app boolean not null,            -- listed by Xero as ours; else looked up by its id
    read_at     timestamptz not null default now(),
    primary key (tenant_id, xero_id)
);
comment on table xero_totals is 'Sales invoices that we made in Xero, or that are in our ledger, as Xero last gave them';
-- A period of one organisation.
create index xero_totals_by_day on xero_totals (tenant_id, day, xero_id);

-- A connection's documents beside what Xero has, from day to day: by the date in Xero, and before a
-- document is there by its date in Mintsoft. Xero's amount is net for a 3PL invoice, which has no
-- tax in Mintsoft, and gross for an order. Skipped and withdrawn documents are no part of it; what
-- was taken back in Mintsoft afterwards has no total there any more.
create function balance_lines(of_connection uuid, first_day date, last_day date)
returns table (
    line text, day date, document_id bigint, kind text, mintsoft_id bigint, number text,
    status text, reason_message text, mintsoft_currency text, mintsoft_total numeric,
    xero_id uuid, xero_number text, xero_status text, xero_currency text, xero_total numeric,
    xero_updated_at timestamptz, read_at timestamptz, finding text)
language sql stable
as $$
    select coalesce('d' || d.id, 'x' || x.xero_id), x.day, d.id, d.kind, d.mintsoft_id, d.number,
           d.status, d.reason_message,
           case when d.id is not null then
               coalesce(d.currency, ch.organisation ->> 'BaseCurrency', x.currency) end,
           case when not b.taken_back then d.total end, x.xero_id, x.number, x.status, x.currency,
           case c.mode when 'fulfilment' then x.net else x.total end, x.updated_at, x.read_at,
           case
               when d.id is null then 'extra'
               when b.taken_back then
                   case when b.is_gone then 'agrees' else 'withdrawn' end
               when x.status = 'ABSENT' then 'gone'
               when x.status in ('VOIDED', 'DELETED') then 'voided'
               when round(d.total, 2)
                        = case c.mode when 'fulfilment' then x.net else x.total end
                    and coalesce(d.currency, ch.organisation ->> 'BaseCurrency', x.currency)
                        = x.currency then 'agrees'
               when x.total <> d.xero_total then 'edited'
               else 'different'
           end
    from connections c
    join xero_totals x on x.tenant_id = c.tenant_id and x.day between first_day and last_day
    left join documents d on d.connection_id = c.id and d.xero_id = x.xero_id
    left join charts ch on ch.connection_id = c.id
    -- Taken back in Mintsoft, or closed by a person who knew that it is voided in Xero.
    cross join lateral (
        select gone.is_gone,
               coalesce(d.reason_code = 'withdrawn_after_posting', false)
               or (gone.is_gone and exists (
                   select from audit a
                   where a.document_id = d.id and a.action = 'marked as posted'
                     and a.details ->> 'xero_status' in ('VOIDED', 'DELETED'))) as taken_back
        from (select x.status in ('VOIDED', 'DELETED', 'ABSENT') as is_gone) as gone) as b
    where c.id = of_connection
      and (d.id is not null
           or (x.made_by_app and x.status not in ('VOIDED', 'DELETED', 'ABSENT')
               -- Another connection's, or on its way into the ledger.
               and not exists (
                   select from connections o join documents e on e.connection_id = o.id
                   where o.tenant_id = c.tenant_id and e.xero_id = x.xero_id)
               and not exists (
                   select from attempt_members m join attempts a on a.id = m.attempt_id
                   where m.invoice_number = x.number and a.state <> 'done')))
    union all
    select 'd' || m.id, m.day, m.id, m.kind, m.mintsoft_id, m.number, m.status, m.reason_message,
           coalesce(m.currency, ch.organisation ->> 'BaseCurrency', ''), m.total,
           null, null, null, null, null, null, null, 'missing'
    from (
        select d.*, coalesce(
                   substring(coalesce(d.payload ->> 'DespatchDate',
                                      d.payload #>> '{Invoice,Date}')
                             from '^\d{4}-\d\d-\d\d')::date,
                   (d.version at time zone 'UTC')::date) as day
        from (
            select * from documents
            where connection_id = of_connection and status in ('ready', 'needs_attention')
            union all
            select * from documents where connection_id = of_connection and status = 'waiting'
            union all
            select * from documents
            where connection_id = of_connection and status = 'sending'
              and attempt_id is not null) as d
        where d.xero_id is null and d.payload is not null) as m
    left join charts ch on ch.connection_id = of_connection
    where m.day between first_day and last_day
$$;

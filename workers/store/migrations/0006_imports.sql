-- Imports: what is polled and when, and Xero's documents on their way into Mintsoft.

-- The next moment after a given one at which a connection's schedule runs: its own place in the
-- interval follows from its id, so that connections do not all poll in the same second.
create function schedule_slot(connection_id uuid, kind text, minutes integer, after timestamptz)
returns timestamptz
language sql immutable parallel safe
return (
    select to_timestamp((floor((extract(epoch from after) - place) / every) + 1) * every + place)
    from (select minutes * 60 as every) as interval
    cross join lateral (
        select (hashtextextended(connection_id::text || kind, 0) & 9223372036854775807) % every
               as place) as own
);

create table schedules (
    connection_id    uuid not null references connections,
    kind             text not null check (kind in
        ('sales_orders', 'purchase_orders', 'mintsoft_orders', 'mintsoft_invoices')),
    interval_minutes integer not null check (interval_minutes between 1 and 1440),
    enabled          boolean not null default true,
    next_run_at      timestamptz,             -- null: stopped
    due_at           timestamptz,             -- a run is asked for, not before this; null: none is
    running_until    timestamptz,             -- the lease of the run under way
    tries            integer not null default 0,  -- the fencing token of runs
    cursor           timestamptz,             -- the largest time of change committed, the data's own
    reading_since    timestamptz,             -- the lower bound of a reading under way
    page             integer not null default 1 check (page > 0),
    backward         boolean not null default false,  -- pages are read again, from the last down
    confirmed_at     timestamptz,             -- by Xero's clock: nothing up to the cursor was late
    failures         integer not null default 0,
    last_run_at      timestamptz,
    last_outcome     text,
    placing_after    timestamptz,             -- Mintsoft is away: nothing is placed before
    outages          integer not null default 0,
    primary key (connection_id, kind),
    check (enabled or next_run_at is null)
);
comment on table schedules is 'What is polled for a connection, when next, and how far it has come';
-- A tick reads the rows whose time has come, and no others.
create index schedules_next on schedules (next_run_at) where next_run_at is not null;
-- So does a sweep, of the runs that were asked for.
create index schedules_due on schedules (due_at) where due_at is not null;

create table imports (
    id              bigint generated always as identity primary key,
    connection_id   uuid not null references connections,
    tenant_id       uuid not null,
    account         text not null,
    client_id       bigint not null,
    kind            text not null check (kind in ('sales_order', 'purchase_order')),
    xero_id         uuid not null,
    number          text not null,
    status          text not null check (status in
        ('waiting', 'placing', 'imported', 'needs_attention', 'skipped', 'withdrawn')),
    xero_updated_at timestamptz not null,
    payload         json not null,            -- what Xero answered
    due_at          timestamptz not null default now(),  -- of a placing one: the end of its lease
    tries           integer not null default 0,          -- the fencing token
    failures        integer not null default 0,
    crashes         integer not null default 0,          -- tries that ended without a word
    in_doubt        boolean not null default false,      -- a write went out, its answer is unknown
    first_tried_at  timestamptz,
    placed          json,                     -- what Mintsoft was given, or may have been
    delivery        text check (delivery in ('api', 'events')),
    mintsoft_id     bigint,
    mintsoft_number text,
    imported_at     timestamptz,
    reason_code     text,
    reason_message  text,
    reason_remedy   text,
    reason_cure     text,
    reason_detail   text,                     -- Mintsoft's own words
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    -- One document of Xero becomes one document of a client, whichever connection reads it.
    unique (tenant_id, account, client_id, kind, xero_id),
    check (status <> 'placing' or tries > 0),
    check (not in_doubt or (first_tried_at is not null and placed is not null and mintsoft_id is null)),
    check ((imported_at is null) = (delivery is null)),
    check (imported_at is null or placed is not null),
    check (mintsoft_id is null or imported_at is not null),
    check (delivery is distinct from 'api' or (mintsoft_id is not null and mintsoft_number is not null)),
    check (status <> 'imported' or (imported_at is not null and reason_code is null)),
    check (status not in ('needs_attention', 'skipped') or (reason_code is not null
           and reason_message is not null and reason_remedy is not null and reason_cure is not null)),
    check (status <> 'placing' or reason_code is null)
);
comment on table imports is 'A sales invoice or purchase order of Xero on a connection: the import ledger';
-- What is due, one connection and kind at a time; what is settled costs it nothing.
create index imports_due on imports (connection_id, kind, due_at, id)
    where status in ('waiting', 'placing');
-- Lists and counts of what people must look at.
create index imports_held on imports (connection_id, status, id)
    where status = 'needs_attention';
-- Whether an order that arrives was made from an invoice of Xero.
create index imports_by_mintsoft_id on imports (account, client_id, mintsoft_id)
    where mintsoft_id is not null;
create index imports_by_xero_id on imports (xero_id);
-- Kept as it came, beside the row: a change of status rewrites none of it.
alter table imports alter column payload set storage external;
alter table imports alter column placed set storage external;

create table mintsoft_products (
    account    text not null,
    client_id  bigint not null,
    sku        text not null,
    product_id bigint not null,
    seen_at    timestamptz not null default now(),
    primary key (account, client_id, sku)
);
comment on table mintsoft_products is 'Products of a client that Mintsoft was seen to have, by SKU';

-- Whether an invoice of an organisation is an export of ours, by whichever connection.
create index connections_of_tenant on connections (tenant_id) where tenant_id is not null;
create index attempt_members_by_number on attempt_members (invoice_number);

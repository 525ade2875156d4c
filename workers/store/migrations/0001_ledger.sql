-- The ledger and all that stands around it. Times are the server's; amounts are numeric.

create table token_sets (
    id             uuid primary key default gen_random_uuid(),
    access_token   text not null,             -- Fernet
    refresh_token  text not null,             -- Fernet
    digest         bytea not null unique,     -- SHA-256 of the refresh token: one row for one set
    scope          text not null default '',
    expires_at     timestamptz not null,      -- of the access token
    refreshed_at   timestamptz not null default now(),
    refreshing_by  uuid,                      -- who may call the token endpoint now
    refreshing_until timestamptz,
    check ((refreshing_by is null) = (refreshing_until is null))
);
comment on table token_sets is 'One OAuth token set of Xero; it may serve several connections';

create table connections (
    id               uuid primary key default gen_random_uuid(),
    mode             text not null check (mode in ('accounting', 'fulfilment')),
    account          text not null check (account <> ''),
    client_id        bigint,
    warehouse_id     bigint,
    channel_id       bigint,
    export_channels  bigint[],
    tenant_id        uuid not null,
    organisation     text,
    status           text not null check (status in ('active', 'lost', 'disconnected')),
    lost_reason      text,
    settings         jsonb not null default '{}',
    mapping_revision integer,
    token_set_id     uuid references token_sets,
    revoke_due_at    timestamptz,
    revoke_failures  integer not null default 0,
    paused_until     timestamptz,              -- Xero is closed or away: no export before
    outages          integer not null default 0,
    created_at       timestamptz not null default now(),
    disconnected_at  timestamptz,
    check ((mode = 'accounting') = (client_id is not null)),
    check (status <> 'active' or token_set_id is not null),
    check ((status = 'lost') = (lost_reason is not null)),
    check ((status = 'disconnected') = (disconnected_at is not null)),
    check (revoke_due_at is null or (status = 'disconnected' and token_set_id is not null)),
    check (export_channels is null or cardinality(export_channels) > 0)
);
-- A 3PL invoice of an account has one place to go.
create unique index connections_one_fulfilment on connections (account)
    where mode = 'fulfilment' and status <> 'disconnected';
-- So has an order of a client, but for connections that name their channels.
create unique index connections_one_catch_all on connections (account, client_id)
    where mode = 'accounting' and status <> 'disconnected' and export_channels is null;
-- Routing reads the connections of the accounts in a batch.
create index connections_by_account on connections (account) where status <> 'disconnected';
create index connections_by_token_set on connections (token_set_id) where token_set_id is not null;

create table mappings (
    connection_id uuid not null references connections,
    revision      integer not null check (revision > 0),
    content       jsonb not null,
    saved_at      timestamptz not null default now(),
    saved_by      text not null,
    primary key (connection_id, revision)
);

create table charts (
    connection_id uuid primary key references connections,
    organisation  jsonb not null,
    accounts      jsonb not null,
    tax_rates     jsonb not null,
    tracking      jsonb not null,
    currencies    jsonb not null,
    fetched_at    timestamptz not null default now(),
    due_at        timestamptz not null           -- when it is to be read again
);
comment on table charts is 'Xero''s chart of accounts, tax rates, tracking, currencies, organisation as last read';

create table xero_contacts (
    connection_id uuid not null references connections,
    key           text not null,
    contact_id    uuid not null,
    linked_at     timestamptz not null default now(),
    primary key (connection_id, key)
);

create table xero_items (
    connection_id uuid not null references connections,
    code          text not null check (length(code) between 1 and 30),
    linked_at     timestamptz not null default now(),
    primary key (connection_id, code)
);

create table inbox (
    source      text not null,
    event_id    text not null,
    type        text not null,
    outcome     text not null check (outcome in ('accepted', 'unwanted')),
    received_at timestamptz not null default now(),
    primary key (source, event_id)
);
comment on table inbox is 'Every event ever read, so that its second arrival changes nothing';

create table parked (
    id           bigint generated always as identity primary key,
    routing_key  text not null,
    content_type text,
    headers      jsonb not null default '{}',
    body         bytea not null,
    code         text not null,
    reason       text not null,
    parked_at    timestamptz not null default now(),
    replayed_at  timestamptz,
    replayed_by  text,
    check ((replayed_at is null) = (replayed_by is null))
);
create index parked_open on parked (id) where replayed_at is null;

create table attempts (
    id             uuid primary key default gen_random_uuid(),
    connection_id  uuid not null references connections,
    kind           text not null check (kind in ('order', 'invoice')),
    state          text not null check (state in ('claimed', 'sealed', 'done')),
    lease_until    timestamptz not null,
    body           bytea,
    sealed_at      timestamptz,
    tries          integer not null default 0,
    outcome        text,
    created_at     timestamptz not null default now(),
    finished_at    timestamptz,
    check (state <> 'sealed' or (body is not null and sealed_at is not null)),
    check (state <> 'done' or body is null),   -- it holds customers' names; what was sent can be made again
    check ((state = 'done') = (finished_at is not null)),
    check ((state = 'done') = (outcome is not null))
);
comment on table attempts is 'One write to Xero: id is its Idempotency-Key; once sealed, body and members are fixed';
-- The sweep and the exporter look for attempts whose holder has gone.
create index attempts_open on attempts (connection_id, kind, lease_until) where state <> 'done';

create table documents (
    id             bigint generated always as identity primary key,
    connection_id  uuid not null references connections,
    kind           text not null check (kind in ('order', 'invoice')),
    mintsoft_id    bigint not null,
    client_id      bigint not null,
    number         text not null,
    status         text not null check (status in
        ('ready', 'waiting', 'sending', 'posted', 'needs_attention', 'skipped', 'withdrawn')),
    version        timestamptz not null,      -- LastUpdated; of a cancellation, its time
    payload        json,                      -- the event's data; none of a withdrawal seen first
    total          numeric,                   -- Mintsoft's: gross of an order, net of an invoice
    currency       text,
    due_at         timestamptz not null default now(),
    failures       integer not null default 0,
    crashes        integer not null default 0,      -- attempts that ended without a word
    alone          boolean not null default false,  -- its batch was refused whole: send it by itself
    attempt_id     uuid references attempts,
    withdrawal     text,                      -- asked for while it was being sent
    reason_code    text,
    reason_message text,
    reason_remedy  text,
    reason_cure    text,
    reason_detail  text,                      -- Xero's own words
    warnings       jsonb not null default '[]',
    xero_id        uuid,
    xero_number    text,
    xero_total     numeric,
    exported_total numeric,                   -- Mintsoft's total and currency as Xero has them
    exported_currency text,
    posted_at      timestamptz,
    traceparent    text,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    unique (connection_id, kind, mintsoft_id),
    check ((status = 'sending') = (attempt_id is not null)),
    check (withdrawal is null or status = 'sending'),
    check (status not in ('ready', 'waiting', 'sending', 'posted') or payload is not null),
    check (payload is null or (total is not null and version is not null)),
    check ((xero_id is null) = (xero_number is null) and (xero_id is null) = (posted_at is null)
           and (xero_id is null) = (xero_total is null)),
    check (status <> 'posted' or xero_id is not null),
    check (xero_id is null or status in ('posted', 'needs_attention')),
    check (status <> 'needs_attention' or (reason_code is not null and reason_message is not null
           and reason_remedy is not null and reason_cure is not null)),
    check (status <> 'skipped' or reason_code is not null),
    check (status not in ('ready', 'sending', 'posted') or reason_code is null)
);
-- What is due, oldest first, one connection at a time; posted rows cost it nothing.
create index documents_due on documents (connection_id, kind, due_at, id) where status = 'waiting';
create index documents_by_attempt on documents (attempt_id) where attempt_id is not null;
-- Lists and counts of what people must look at.
create index documents_held on documents (connection_id, status, id)
    where status in ('ready', 'needs_attention');
-- Kept as it came, beside the row and not compressed: a change of status rewrites none of it.
alter table documents alter column payload set storage external;
create index documents_by_mintsoft_id on documents (kind, mintsoft_id);
-- One invoice in Xero is one document here.
create unique index documents_by_xero_id on documents (connection_id, xero_id) where xero_id is not null;

create table attempt_members (
    attempt_id     uuid not null references attempts,
    position       integer not null check (position >= 0),
    document_id    bigint not null references documents,
    version        timestamptz not null,      -- the document's when it was sealed
    invoice_number text not null,
    url            text not null,
    expected_total numeric not null,          -- gross, as Xero will compute it
    mintsoft_total numeric not null,          -- documents.total when it was sealed
    mintsoft_currency text,
    currency       text not null,
    contact_key    text,
    warnings       jsonb not null default '[]',
    primary key (attempt_id, position),
    unique (attempt_id, document_id)
);
create index attempt_members_by_document on attempt_members (document_id);

create table export_requests (
    account      text not null,
    kind         text not null check (kind in ('order', 'invoice')),
    mintsoft_id  bigint not null,
    requested_by text,
    requested_at timestamptz not null default now(),
    primary key (account, kind, mintsoft_id)
);
comment on table export_requests is 'Export pressed before the document itself was seen';

create table tags (
    document_id bigint primary key references documents,
    connection_id uuid not null references connections,
    due_at      timestamptz not null default now(),
    failures    integer not null default 0,
    last_error  text,
    done_at     timestamptz
);
create index tags_due on tags (connection_id, due_at) where done_at is null;

create table outbox (
    id           bigint generated always as identity primary key,
    event_id     uuid not null default gen_random_uuid(),
    type         text not null,
    account      text not null,
    subject      text not null,
    data         jsonb not null,
    traceparent  text,
    occurred_at  timestamptz not null default now(),
    published_at timestamptz
);
create index outbox_unpublished on outbox (id) where published_at is null;
-- What was said about one document.
create index outbox_by_subject on outbox (subject);

create table wakeups (
    connection_id uuid not null references connections,
    queue         text not null,
    woken_at      timestamptz not null,
    times         integer not null default 1,
    primary key (connection_id, queue)
);
comment on table wakeups is 'A wake-up is on its way since woken_at; keeps each queue at one message a connection';

create table budgets (
    tenant_id     uuid primary key,
    blocked_until timestamptz,
    blocked_by    text,
    day           date not null default current_date,
    day_used      integer not null default 0,
    day_remaining integer,                     -- as Xero last said
    check ((blocked_until is null) = (blocked_by is null))
);
comment on table budgets is 'What an organisation lets us call; the row lock makes one decision at a time';

create table budget_calls (
    id          bigint generated always as identity primary key,
    tenant_id   uuid not null,
    purpose     text not null,
    started_at  timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    lease_until timestamptz not null
);
-- The rolling minute and the calls under way.
create index budget_calls_recent on budget_calls (tenant_id, started_at);

create table audit (
    id            bigint generated always as identity primary key,
    at            timestamptz not null default now(),
    who           text not null,
    action        text not null,
    connection_id uuid references connections,
    document_id   bigint references documents,
    details       jsonb not null default '{}'
);
create index audit_by_document on audit (document_id) where document_id is not null;

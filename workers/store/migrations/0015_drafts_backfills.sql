-- Drafts first: the first documents of a connection go to Xero as drafts, the others wait for a
-- person's word. How many have gone is counted from the documents, so that no crash loses count.
alter table connections
    -- Documents that came into Xero from here on count.
    add column draft_since timestamptz not null default now(),
    -- All drafts are in Xero and others wait: nobody is woken for these until somebody says go on.
    add column drafts_held boolean not null default false,
    add column drafts_confirmed_at timestamptz,
    add column drafts_confirmed_by text,
    add constraint connections_drafts_confirmed check (
        (drafts_confirmed_at is null) = (drafts_confirmed_by is null)
        and (drafts_confirmed_at is null or not drafts_held));

-- Exporting what was despatched since a date: first counted, then brought in, a page at a time.
create table backfills (
    id            bigint generated always as identity primary key,
    connection_id uuid not null references connections,
    since         timestamptz not null,       -- DespatchDate of orders, Date of 3PL invoices
    until         timestamptz not null,
    state         text not null check (state in
        ('counting', 'counted', 'running', 'done', 'cancelled')),
    paused        boolean not null default false,
    reading       integer not null default 1, -- Mintsoft's list is read until nothing is new in it
    page          integer not null default 1, -- the next one of this reading
    news          integer not null default 0, -- documents first seen in this reading
    looked        integer not null default 0, -- documents of the span met in this phase
    fresh         integer not null default 0, -- counted: not in the ledger yet
    known         integer not null default 0, -- counted: in the ledger, or from Xero, already
    others        integer not null default 0, -- counted: of another connection, or not despatched
    early         integer not null default 0, -- of the fresh ones: older than the connection
    unreadable    integer not null default 0, -- counted: Mintsoft's own data can't be read
    totals        jsonb not null default '{}', -- of the fresh ones, by currency, as text
    brought       integer not null default 0, -- events brought in
    due_at        timestamptz not null default now(),
    lease_until   timestamptz,                -- a worker is at it
    failures      integer not null default 0,
    last_error    text,
    started_by    text not null,
    started_at    timestamptz not null default now(),
    finished_at   timestamptz,
    check (since < until),
    check ((state in ('done', 'cancelled')) = (finished_at is not null))
);
comment on table backfills is 'Export of what was despatched since a date: what was counted, and how far it has come';
-- One at a time.
create unique index backfills_open on backfills (connection_id)
    where state not in ('done', 'cancelled');
-- The sweep looks for those that have something to do.
create index backfills_due on backfills (due_at)
    where state in ('counting', 'running') and not paused;

create table backfill_seen (
    backfill_id bigint not null references backfills,
    mintsoft_id bigint not null,
    primary key (backfill_id, mintsoft_id)
);
comment on table backfill_seen is 'Documents that a backfill has met in this phase, so that none counts twice; emptied with each';

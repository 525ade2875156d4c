-- Customers outside Mintsoft's network: their own Mintsoft accounts, and Mintsoft's web hooks.

create table mintsoft_keys (
    connection_id uuid primary key references connections,
    version       uuid not null default gen_random_uuid(), -- changes with every save
    api_key       text,                                    -- Fernet
    username      text,
    password      text,                                    -- Fernet
    saved_at      timestamptz not null default now(),
    saved_by      text not null,
    check ((api_key is null) <> (username is null)),       -- a key, or somebody who logs in
    check ((username is null) = (password is null))
);
comment on table mintsoft_keys is 'What opens the Mintsoft account of one connection; others use the fleet''s';

create table mintsoft_hooks (
    connection_id uuid primary key references connections,
    digest        bytea not null unique check (octet_length(digest) = 32), -- SHA-256 of the secret
    made_at       timestamptz not null default now(),
    made_by       text not null
);
comment on table mintsoft_hooks is 'The secret part of the address at which Mintsoft tells of a connection''s orders';

create table mintsoft_unreadable (
    source   text not null,
    event_id text not null,
    told_at  timestamptz not null default now(),
    primary key (source, event_id)
);
comment on table mintsoft_unreadable is 'Documents found in Mintsoft that could not be read and were parked: not again';

-- Export pressed for a document that was never seen: it is fetched from Mintsoft.
alter table export_requests
    add column fetch_due_at timestamptz default now(),   -- null: given up, it comes or it does not
    add column fetch_failures integer not null default 0;
-- The sweep looks for requests whose document is to be fetched; there are few.
create index export_requests_fetch_due on export_requests (fetch_due_at)
    where fetch_due_at is not null;

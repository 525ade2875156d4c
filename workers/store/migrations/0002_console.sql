-- The console: who may sign in, who has, who asked Xero for consent; connections before it is given.

-- A connection made in the browser waits for its organisation. Old code gives it no documents'
-- worth of trouble: without tokens and mapping nothing is sent.
alter table connections alter column tenant_id drop not null;
alter table connections drop constraint connections_status_check;
alter table connections
    add constraint connections_status_check
        check (status in ('pending', 'active', 'lost', 'disconnected')),
    add constraint connections_has_organisation
        check (tenant_id is not null or status in ('pending', 'disconnected')),
    add constraint connections_pending_is_bare
        check (status <> 'pending' or (tenant_id is null and token_set_id is null));
-- Whether an organisation is somebody else's already.
create index connections_by_tenant on connections (tenant_id) where status in ('active', 'lost');

create table operators (
    id              uuid primary key default gen_random_uuid(),
    name            text not null unique check (name ~ '^[a-z0-9][a-z0-9._@+-]{0,99}$'),
    role            text not null check (role in ('viewer', 'bookkeeper', 'operator')),
    password_hash   text not null check (password_hash like '$argon2id$%'),
    password_set_at timestamptz not null default now(),
    created_at      timestamptz not null default now(),
    disabled_at     timestamptz
);
comment on table operators is 'People who may sign in to the console';

create table sessions (
    digest      bytea primary key check (octet_length(digest) = 32), -- SHA-256 of the cookie's token
    operator_id uuid not null references operators,
    created_at  timestamptz not null default now(),
    seen_at     timestamptz not null default now()
);
-- A new password and a disabled account end every session of a person.
create index sessions_by_operator on sessions (operator_id);

create table sign_in_failures (
    key           bytea primary key check (octet_length(key) = 32),  -- SHA-256 of account or address
    failures      integer not null check (failures >= 0),
    last_at       timestamptz not null default now(),
    blocked_until timestamptz
);
comment on table sign_in_failures is 'Passwords tried in vain, for an account and for an address';

create table consents (
    digest        bytea primary key check (octet_length(digest) = 32), -- SHA-256 of OAuth's state
    session       bytea not null references sessions on delete cascade,
    connection_id uuid not null references connections,
    another       boolean not null,        -- the user means to change the organisation
    verifier      text not null,           -- PKCE's, Fernet
    created_at    timestamptz not null default now(),
    used_at       timestamptz,             -- Xero has answered: its state is spent
    token_set_id  uuid references token_sets on delete set null,
    organisations jsonb,                   -- [{"id", "name"}], while the user chooses one
    check (used_at is not null or (token_set_id is null and organisations is null))
);
comment on table consents is 'A consent asked of Xero in one browser session, once, for ten minutes';
create index consents_by_session on consents (session);
create index consents_by_token_set on consents (token_set_id) where token_set_id is not null;

-- A connection's audit trail, newest first.
create index audit_by_connection on audit (connection_id, id) where connection_id is not null;

-- Signing in with an OpenID provider; consents that outlive their session until tokens are ended.

-- Somebody signs in by a password that is kept here, or by a provider that proves who they are.
alter table operators
    alter column password_hash drop not null,
    alter column password_set_at drop not null,
    add column issuer text,                  -- the provider, as it calls itself
    add column subject text,                 -- whom it means; never given to anybody else
    add column signed_in_at timestamptz,
    add constraint operators_one_way_in check ((password_hash is null) = (subject is not null)),
    add constraint operators_subject_of_issuer check ((issuer is null) = (subject is null));
-- A person of a provider has one account here.
create unique index operators_by_subject on operators (issuer, subject) where subject is not null;

alter table sessions add column ends_at timestamptz;
comment on column sessions.ends_at is
    'When the provider is asked again who it is and what they may; null: by the usual rules';

create table sign_ins (
    digest     bytea primary key check (octet_length(digest) = 32),  -- SHA-256 of the state
    browser    bytea not null check (octet_length(browser) = 32),    -- SHA-256 of its cookie's token
    address    bytea not null check (octet_length(address) = 32),    -- SHA-256 of where it comes from
    nonce      text not null,
    verifier   text not null,            -- PKCE's, Fernet
    target     text not null,            -- where somebody was going
    created_at timestamptz not null default now(),
    used_at    timestamptz               -- the provider has answered: its state is spent
);
comment on table sign_ins is 'A log-in asked of the provider in one browser, once, for ten minutes';
-- Who begins too many is stopped.
create index sign_ins_by_address on sign_ins (address, created_at);
-- What is old goes.
create index sign_ins_created on sign_ins (created_at);

-- Tokens of a consent that nobody finished are ended at Xero, also when its session is over.
alter table consents
    alter column session drop not null,
    add column end_due_at timestamptz,       -- when the tokens of a choice that was not made go
    add column end_failures integer not null default 0,
    drop constraint consents_session_fkey,
    add constraint consents_session_fkey
        foreign key (session) references sessions on delete set null;
update consents set end_due_at = used_at + interval '10 minutes' where token_set_id is not null;
-- The sweep looks for those whose time is over; there is hardly ever one.
create index consents_end_due on consents (end_due_at) where end_due_at is not null;

alter table token_sets add column xero_user uuid;
comment on column token_sets.xero_user is
    'Who gave the consent: ending one set at Xero ends every connection of this user; null: unknown';
create index token_sets_by_user on token_sets (xero_user);

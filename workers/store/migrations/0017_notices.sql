-- Notices: what people are told about a connection, said once each, and when they want none.

create table flow_hours (
    connection_id uuid not null references connections,
    hour          timestamptz not null,      -- its beginning, UTC
    primary key (connection_id, hour)
);
comment on table flow_hours is 'Hours in which documents reached Xero: what is usual for a connection follows from them';

create table notice_standings (
    connection_id uuid primary key references connections,
    said          jsonb not null default '{}',  -- what was said and not taken back
    said_at       timestamptz,                  -- when last, decided or sent
    flowed_at     timestamptz,                  -- the last hour in which documents reached Xero
    quiet_at      timestamptz,                  -- from then on that is longer ago than usual
    silent_until  timestamptz,
    silenced_by   text,
    check ((silent_until is null) = (silenced_by is null))
);
comment on table notice_standings is 'What people were told about a connection, and whether they want to be told';

create table notices (
    id            bigint generated always as identity primary key,
    connection_id uuid not null references connections,
    channel       text not null check (channel in ('mail', 'hook')),
    message_id    uuid not null default gen_random_uuid(),  -- a repeated mail is known by it
    subject       text not null,
    body          text not null,
    revision      integer not null default 1,  -- a newer digest takes the place of one not sent yet
    created_at    timestamptz not null,
    due_at        timestamptz not null,
    lease_until   timestamptz,                 -- somebody is sending it
    tries         integer not null default 0,
    last_error    text,
    sent_at       timestamptz,
    given_up_at   timestamptz,
    check (sent_at is null or given_up_at is null)
);
comment on table notices is 'Digests on their way to people, kept for a while after that';
-- At most one is on its way to a place; and what is due.
create unique index notices_open on notices (connection_id, channel)
    where sent_at is null and given_up_at is null;
create index notices_due on notices (due_at) where sent_at is null and given_up_at is null;
-- Old ones are deleted; a page and doctor show the last ones.
create index notices_by_time on notices (created_at);
create index notices_of_connection on notices (connection_id, id);

-- What is known of the last weeks, once; from here on the hours are noted as they pass.
insert into flow_hours
select distinct connection_id, date_trunc('hour', posted_at, 'UTC')
from documents where posted_at > now() - interval '28 days';

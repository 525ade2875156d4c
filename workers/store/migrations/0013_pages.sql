-- The console's pages over a large ledger: counts that are kept, not counted; lists by key; a search
-- by what people know of a document; acts on many documents that can be undone.

create table tallies (
    hour          timestamptz not null,      -- in which they came to stand so; -infinity: long ago
    connection_id uuid not null,
    kind          text not null,
    status        text not null,
    warned        boolean not null,
    reason_code   text not null,             -- '': none
    entered       bigint not null,
    gone          bigint not null,
    primary key (hour, connection_id, kind, status, warned, reason_code)
);
comment on table tallies is 'How many documents came to stand how, and how many left, by the hour';

create table tally_changes (
    hour          timestamptz not null,
    connection_id uuid not null,
    kind          text not null,
    status        text not null,
    warned        boolean not null,
    reason_code   text not null,
    entered       bigint not null,
    gone          bigint not null
);
comment on table tally_changes is
    'The same, a few rows for each statement that changed documents: appended, so that nobody waits for a counter; folded into tallies later';

create view tallied as
    select * from tallies union all select * from tally_changes;

create function tally_documents() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into tally_changes
        select date_trunc('hour', now(), 'UTC'), connection_id, kind, status, warnings <> '[]',
               coalesce(reason_code, ''), count(*), 0
        from fresh group by 2, 3, 4, 5, 6;
    elsif tg_op = 'DELETE' then
        insert into tally_changes
        select date_trunc('hour', now(), 'UTC'), connection_id, kind, status, warnings <> '[]',
               coalesce(reason_code, ''), 0, count(*)
        from stale group by 2, 3, 4, 5, 6;
    else
        insert into tally_changes
        select date_trunc('hour', now(), 'UTC'), connection_id, kind, status, warned, reason_code,
               sum(entered), sum(gone)
        from (
            select connection_id, kind, status, warnings <> '[]' as warned,
                   coalesce(reason_code, '') as reason_code, 1 as entered, 0 as gone from fresh
            union all
            select connection_id, kind, status, warnings <> '[]',
                   coalesce(reason_code, ''), 0, 1 from stale) as both_sides
        group by 2, 3, 4, 5, 6
        having sum(entered) <> sum(gone);
    end if;
    return null;
end $$;

-- Once for a statement, not for a row: a batch of two hundred documents costs a row or two.
create trigger documents_tally_insert after insert on documents
    referencing new table as fresh for each statement execute function tally_documents();
create trigger documents_tally_update after update on documents
    referencing old table as stale new table as fresh
    for each statement execute function tally_documents();
create trigger documents_tally_delete after delete on documents
    referencing old table as stale for each statement execute function tally_documents();

insert into tallies
select case when posted_at > now() - interval '25 hours' and status = 'posted'
            then date_trunc('hour', posted_at, 'UTC') else '-infinity' end,
       connection_id, kind, status, warnings <> '[]', coalesce(reason_code, ''), count(*), 0
from documents group by 1, 2, 3, 4, 5, 6;

-- Lists, the newest first, of all that stand alike ...
create index documents_by_status on documents (status, id);
-- ... and of one connection; a client is a connection, or few documents of one.
create index documents_by_connection on documents (connection_id, id);
create index documents_by_reason on documents (reason_code, id) where reason_code is not null;
create index documents_warned on documents (id) where status = 'posted' and warnings <> '[]';
-- Search by the beginning of Xero's number.
create index documents_by_xero_number on documents ((lower(xero_number)) collate "C")
    where xero_number is not null;

create table document_terms (
    term        text collate "C" not null,   -- in small letters: number, reference, invoice's name
    document_id bigint not null,             -- no foreign key: what is gone is not found
    primary key (term, document_id)
);
comment on table document_terms is
    'What people may know of a document, for search; filled some seconds after it came, off the way in';
create table document_terms_until (
    single boolean primary key default true check (single),
    id     bigint not null                   -- documents up to this one have their terms
);
insert into document_terms_until (id) values (0);

-- The documents that fit every filter that is given; pages, counts and acts all choose by it.
create function documents_like(
    wanted_status text, wanted_warned boolean, wanted_kind text, wanted_connections uuid[],
    wanted_client bigint, wanted_reason text, first_id bigint, last_id bigint,
    wanted_ids bigint[])
returns setof documents language sql stable parallel safe as $$
    select d.* from documents d
    where (wanted_status is null or d.status = wanted_status)
      and (wanted_warned is null or (d.warnings <> '[]') = wanted_warned)
      and (wanted_kind is null or d.kind = wanted_kind)
      and (wanted_connections is null or d.connection_id = any(wanted_connections))
      and (wanted_client is null or d.client_id = wanted_client)
      and (wanted_reason is null or d.reason_code = wanted_reason)
      and (first_id is null or d.id >= first_id)
      and (last_id is null or d.id <= last_id)
      and (wanted_ids is null or d.id = any(wanted_ids));
$$;

create table acts (
    id          bigint generated always as identity primary key,
    verb        text not null check (verb in ('retry', 'skip', 'mark_posted', 'undo')),
    who         text not null,
    why         text not null default '',
    undoes      bigint references acts,
    at          timestamptz not null default now(),
    finished_at timestamptz,
    check ((verb = 'undo') = (undoes is not null))
);
comment on table acts is 'What somebody decided about many documents at once';
create unique index acts_undone_once on acts (undoes) where undoes is not null;
-- What is still to be done is looked for every few seconds.
create index acts_open on acts (id) where finished_at is null;

create table act_members (
    act_id      bigint not null references acts,
    document_id bigint not null references documents,
    outcome     text,                        -- null: still to do; done; else what stood against it
    before      jsonb,                       -- how it stood, so that it can stand so again
    touched_at  timestamptz,                 -- updated_at as this act left it: untouched since, if it is still so
    primary key (act_id, document_id),
    check ((outcome is not distinct from 'done') = (touched_at is not null))
);
create index act_members_open on act_members (act_id, document_id) where outcome is null;

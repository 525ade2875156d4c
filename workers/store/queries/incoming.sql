-- name: known
-- Which of these events were seen before, or could not be read then either.
select event_id from inbox where source = %(source)s and event_id = any(%(ids)s)
union
select event_id from mintsoft_unreadable where source = %(source)s and event_id = any(%(ids)s);

-- name: unreadable
-- Documents that nobody can read, so that they are not brought in at every poll.
insert into mintsoft_unreadable (source, event_id)
select %(source)s, unnest(%(ids)s::text[])
on conflict do nothing;

-- name: claim_requests
-- Export pressed for documents of this account that are to be fetched; if this worker dies they
-- come up again.
update export_requests r
set fetch_due_at = now() + interval '2 minutes'
where (r.account, r.kind, r.mintsoft_id) in (
    select account, kind, mintsoft_id from export_requests
    where account = %(account)s and kind = %(kind)s and fetch_due_at <= now()
    order by fetch_due_at limit %(batch)s
    for update skip locked)
returning r.mintsoft_id, r.fetch_failures;

-- name: fetch_later
-- It could not be fetched just now.
update export_requests
set fetch_due_at = now() + %(delay)s::interval, fetch_failures = fetch_failures + 1
where account = %(account)s and kind = %(kind)s and mintsoft_id = %(mintsoft_id)s;

-- name: fetched
-- Nothing more to fetch: the document is on its way in, or it is not there to be fetched.
update export_requests set fetch_due_at = null
where account = %(account)s and kind = %(kind)s and mintsoft_id = %(mintsoft_id)s;

-- name: siblings
-- The active connections of an account in one mode: any of them may have the key.
select id from connections
where account = %(account)s and mode = %(mode)s and status = 'active'
order by created_at, id;

-- name: set_polling
-- Whether the connection looks in Mintsoft itself.
update connections
set settings = jsonb_set(settings, '{mintsoft_poll}', to_jsonb(%(on)s::boolean))
where id = %(connection_id)s;

-- name: only_one
-- Whether nobody else deletes just now; held until this transaction ends.
select pg_try_advisory_xact_lock(%(lock)s);

-- name: my_turn
-- Wait until nobody else deletes; held until this transaction ends.
select pg_advisory_xact_lock(%(lock)s);

-- name: inbox
-- Ids of events that no publisher sends again; an older version of a document changes nothing.
-- In the order of their age: else old statistics may talk PostgreSQL into reading the whole table.
with old as (
    select ctid from inbox where received_at < now() - %(keep)s order by received_at limit %(most)s
)
delete from inbox using old where inbox.ctid = old.ctid;

-- name: outbox
-- Events that went out long ago: the oldest rows are looked at, and one that waits stays.
with oldest as (
    select id, published_at from outbox order by id limit %(most)s
)
delete from outbox using oldest
where outbox.id = oldest.id and oldest.published_at < now() - %(keep)s;

-- name: attempts
-- Writes to Xero that ended long ago, with their members; the documents keep what came of them.
with old as (
    select id from attempts
    where state = 'done' and created_at < now() - %(keep)s and finished_at < now() - %(keep)s
    order by created_at
    limit %(most)s
), members as (
    delete from attempt_members using old where attempt_id = old.id
)
delete from attempts using old where attempts.id = old.id;

-- name: acts
-- Acts on many documents that were over long ago, with their members; the audit trail keeps what
-- was done with each document. One that was undone goes after what undid it.
with old as (
    select a.id from acts a
    where a.finished_at < now() - %(keep)s
      and not exists (select from acts u where u.undoes = a.id)
    order by a.id
    limit least(%(most)s, 20)
), members as (
    delete from act_members using old where act_id = old.id
)
delete from acts using old where acts.id = old.id;

-- name: parked
-- Messages that were replayed or discarded long ago; one that nobody has decided about stays.
with old as (
    select ctid from parked
    where parked_at < now() - %(keep)s
      and coalesce(replayed_at, discarded_at) < now() - %(keep)s
    limit %(most)s
)
delete from parked using old where parked.ctid = old.ctid;

-- name: tags
-- Orders tagged long ago, or never to be: the oldest rows are looked at, and one that waits stays.
with oldest as (
    select document_id, done_at from tags order by document_id limit %(most)s
)
delete from tags using oldest
where tags.document_id = oldest.document_id and oldest.done_at < now() - %(keep)s;

-- name: export_requests
-- Export pressed long ago for a document that never came and is fetched no more.
with old as (
    select ctid from export_requests
    where requested_at < now() - %(keep)s and fetch_due_at is null
    limit %(most)s
)
delete from export_requests using old where export_requests.ctid = old.ctid;

-- name: mintsoft_unreadable
-- Documents that could not be read long ago: no poll looks back so far.
with old as (
    select ctid from mintsoft_unreadable where told_at < now() - %(keep)s limit %(most)s
)
delete from mintsoft_unreadable using old where mintsoft_unreadable.ctid = old.ctid;

-- name: sign_ins
-- Log-ins whose time is over: nobody may begin another for a long time.
with old as (
    select ctid from sign_ins where created_at < now() - %(keep)s limit %(most)s
)
delete from sign_ins using old where sign_ins.ctid = old.ctid;

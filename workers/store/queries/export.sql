-- name: take_over
-- An attempt whose holder has gone, or whose time to be repeated has come; now it is ours.
-- A holder that has gone without a word counts as a crash of the attempt.
update attempts a
set lease_until = now() + %(lease)s::interval, tries = a.tries + 1,
    crashes = a.crashes + case when a.to_repeat then 0 else 1 end, to_repeat = false
where a.id = (
    select id from attempts
    where connection_id = %(connection_id)s and kind = %(kind)s and state <> 'done'
      and lease_until <= now()
    order by lease_until
    limit 1
    for update skip locked
)
returning a.id, a.state, a.tries, a.body,
          coalesce(a.sealed_at + %(key_life)s::interval > now(), false) as key_lives, a.crashes,
          (select coalesce(max(d.crashes), 0) from documents d
           where d.attempt_id = a.id) as crashes_before;

-- name: worth_a_call
-- Whether a whole batch is due, or a document that has gathered others for long enough, or that
-- goes alone.
select count(*) >= %(batch)s or coalesce(bool_or(alone or due_at <= now() - %(patience)s), false)
from (
    select due_at, alone from documents
    where connection_id = %(connection_id)s and kind = %(kind)s and status = 'waiting'
      and due_at <= now()
    order by due_at, id
    limit %(batch)s) as due;

-- name: claim
-- Up to a batch of due documents, oldest first, become the members of a new attempt. When the
-- oldest is one that must go alone, it goes alone; when it is one of a half, its half goes.
-- They are found again by an array: of a join the planner believes a tenth of what waits, and reads
-- the whole table.
with head as (
    select alone, case when alone then half end as half from documents
    where connection_id = %(connection_id)s and kind = %(kind)s and status = 'waiting'
      and due_at <= now()
    order by due_at, id
    limit 1
), of_half as (
    select id from documents
    where half = (select half from head) and half is not null and alone and status = 'waiting'
      and connection_id = %(connection_id)s and kind = %(kind)s
    order by id
    limit %(batch)s
    for update skip locked
), of_queue as (
    select id from documents
    where connection_id = %(connection_id)s and kind = %(kind)s and status = 'waiting'
      and due_at <= now() and alone = (select alone from head) and not (alone and half is not null)
      and (select half from head) is null
    order by due_at, id
    limit (select case when alone then 1 else %(batch)s end from head)
    for update skip locked
), due as (
    select id from of_half union all select id from of_queue
), attempt as (
    insert into attempts (connection_id, kind, state, lease_until, tries)
    select %(connection_id)s, %(kind)s, 'claimed', now() + %(lease)s::interval, 1
    where exists (select from due)
    returning id
)
update documents d
set status = 'sending', attempt_id = attempt.id, reason_code = null, reason_message = null,
    reason_remedy = null, reason_cure = null, reason_detail = null, updated_at = now()
from attempt
where d.id = any(array(select id from due))
returning d.id, d.attempt_id, d.mintsoft_id, d.number, d.version, d.payload, d.total, d.currency,
          d.alone, d.traceparent,
          case when d.failures = 0 and d.crashes = 0
               then extract(epoch from now() - d.created_at)::float8 end as first_wait;

-- name: hold
-- Whether the attempt is still ours: nobody took it over since.
select from attempts
where id = %(attempt_id)s and tries = %(tries)s and state <> 'done'
for update;

-- name: seal
-- Fix what will be sent; from here on the same body goes out under the same key.
update attempts
set state = 'sealed', body = %(body)s, sealed_at = now(), lease_until = now() + %(lease)s::interval
where id = %(attempt_id)s and state = 'claimed';

-- name: add_members
-- The members of a sealed attempt, in the order of its body.
insert into attempt_members (attempt_id, position, document_id, version, invoice_number, url,
                             expected_total, currency, mintsoft_total, mintsoft_currency,
                             contact_key, warnings)
select %(attempt_id)s, position, document_id, version, invoice_number, url, expected_total,
       currency, mintsoft_total, mintsoft_currency, contact_key, warnings::jsonb
from unnest(%(positions)s::int[], %(documents)s::bigint[], %(versions)s::timestamptz[],
            %(numbers)b::text[], %(urls)b::text[], %(expected)s::numeric[],
            %(currencies)b::text[], %(mintsoft)s::numeric[], %(mintsoft_currencies)b::text[],
            %(contacts)b::text[], %(warnings)b::text[])
     as m (position, document_id, version, invoice_number, url, expected_total, currency,
           mintsoft_total, mintsoft_currency, contact_key, warnings);

-- name: members
-- The members of an attempt as they were sealed, and how their documents stand now; locked.
select m.position, m.document_id, d.kind, m.invoice_number, m.url, m.expected_total, m.currency,
       m.version, m.mintsoft_total, m.mintsoft_currency, m.contact_key, m.warnings,
       d.mintsoft_id, d.number, d.version as version_now, d.total as total_now,
       d.currency as currency_now, d.withdrawal, d.failures, d.crashes, d.traceparent, d.alone,
       case when d.alone then d.half end as half
from attempt_members m join documents d on d.id = m.document_id
where m.attempt_id = %(attempt_id)s and d.attempt_id = %(attempt_id)s
order by m.position
for update of d;

-- name: in_attempt
-- The documents of an open attempt and what may have changed about them since; locked.
select id as document_id, mintsoft_id, version, failures, crashes, alone, withdrawal, traceparent,
       case when alone then half end as half
from documents where attempt_id = %(attempt_id)s
order by id
for update;

-- name: finish_attempt
-- The attempt is over; its documents have gone their ways.
update attempts set state = 'done', outcome = %(outcome)s, finished_at = now(), body = null
where id = %(attempt_id)s;

-- name: open_attempts
-- Attempts of a connection that are under way; locked.
select id, kind, state from attempts
where connection_id = %(connection_id)s and state <> 'done'
order by id
for update;

-- name: take_apart
-- The members of a sealed attempt go on in others, due at once; the caller ends the old one.
with wanted as (
    select * from unnest(%(documents)s::bigint[], %(parts)s::uuid[]) as w (document_id, part)
), part as (
    insert into attempts (id, connection_id, kind, state, lease_until, body, sealed_at, crashes,
                          to_repeat)
    select distinct w.part, a.connection_id, a.kind, 'sealed', now(), ''::bytea, a.sealed_at,
           %(crashes)s::int, true
    from attempts a, wanted w where a.id = %(attempt_id)s
), moved as (
    update documents d set attempt_id = w.part
    from wanted w
    where d.id = w.document_id and d.attempt_id = %(attempt_id)s
)
insert into attempt_members (attempt_id, position, document_id, version, invoice_number, url,
                             expected_total, currency, mintsoft_total, mintsoft_currency,
                             contact_key, warnings)
select w.part, m.position, m.document_id, m.version, m.invoice_number, m.url, m.expected_total,
       m.currency, m.mintsoft_total, m.mintsoft_currency, m.contact_key, m.warnings
from attempt_members m join wanted w on w.document_id = m.document_id
where m.attempt_id = %(attempt_id)s;

-- name: repeat_later
-- The answer is unknown: the same attempt comes up again when this lease ends. It has not crashed.
update attempts
set lease_until = now() + %(delay)s::interval, crashes = 0, to_repeat = true
where id = %(attempt_id)s;

-- name: settle
-- Where each of these documents stands after an attempt.
update documents d
set status = s.status, attempt_id = null, withdrawal = null,
    due_at = coalesce(s.due_at, now() + coalesce(s.delay_ms, 0) * interval '1 millisecond'),
    failures = s.failures, crashes = s.crashes, alone = s.alone, half = s.half,
    reason_code = s.reason_code, reason_message = s.reason_message, reason_remedy = s.reason_remedy,
    reason_cure = s.reason_cure, reason_detail = s.reason_detail,
    warnings = coalesce(s.warnings, d.warnings),
    xero_id = coalesce(s.xero_id, d.xero_id), xero_number = coalesce(s.xero_number, d.xero_number),
    xero_total = coalesce(s.xero_total, d.xero_total),
    exported_total = case when s.xero_id is not null then s.exported_total else d.exported_total end,
    exported_currency =
        case when s.xero_id is not null then s.exported_currency else d.exported_currency end,
    posted_at = case when s.xero_id is not null then now() else d.posted_at end,
    updated_at = now()
from jsonb_to_recordset(%(settlements)s) as s (
    document_id bigint, status text, due_at timestamptz, delay_ms bigint,
    failures int, crashes int, alone boolean, half uuid, reason_code text, reason_message text, reason_remedy text,
    reason_cure text, reason_detail text, warnings jsonb, xero_id uuid, xero_number text,
    xero_total numeric, exported_total numeric, exported_currency text)
where d.id = s.document_id and d.attempt_id = %(attempt_id)s;

-- name: add_tags
-- Orders that are in Xero now and shall say so in Mintsoft.
insert into tags (document_id, connection_id)
select id, connection_id from documents where id = any(%(documents)s)
on conflict do nothing;

-- name: claim_tags
-- Orders of a connection whose tag is due; a crashed worker's come back after five minutes.
update tags t
set due_at = now() + interval '5 minutes'
from documents d
where t.document_id = d.id and t.document_id in (
    select document_id from tags
    where connection_id = %(connection_id)s and done_at is null and due_at <= now()
    order by due_at
    limit %(batch)s
    for update skip locked)
returning t.document_id, d.mintsoft_id, t.failures;

-- name: tags_done
-- The orders carry their tag.
update tags set done_at = now(), last_error = null where document_id = any(%(documents)s::bigint[]);

-- name: tag_failed
-- Try this tag again later.
update tags
set failures = failures + 1, last_error = %(error)s, due_at = now() + %(delay)s::interval
where document_id = %(document_id)s;

-- name: tag_given_up
-- Mintsoft refuses this tag for good; the reason stays.
update tags set done_at = now(), last_error = %(error)s where document_id = %(document_id)s;

-- name: add
-- A new connection; the caller has stored its tokens.
insert into connections (mode, account, client_id, warehouse_id, channel_id, export_channels,
                         tenant_id, organisation, status, settings, token_set_id)
values (%(mode)s, %(account)s, %(client_id)s, %(warehouse_id)s, %(channel_id)s,
        %(export_channels)s, %(tenant_id)s, %(organisation)s, 'active', %(settings)s,
        %(token_set_id)s)
returning id;

-- name: overlapping
-- Accounting connections of the same client that name one of these channels too.
select id from connections
where account = %(account)s and client_id = %(client_id)s and mode = 'accounting'
  and status <> 'disconnected' and export_channels && %(export_channels)s::bigint[];

-- name: find
-- One connection, whole.
select id, mode, account, client_id, warehouse_id, channel_id, tenant_id, organisation, status,
       lost_reason, settings, mapping_revision, token_set_id,
       coalesce(paused_until > now(), false) as is_paused, outages,
       revoke_due_at, revoke_failures, created_at, disconnected_at,
       drafts_held,
       drafts_confirmed_at is null
           and coalesce((settings ->> 'draft_first')::int, 0) > 0 as is_drafting
from connections where id = %(connection_id)s;

-- name: list
-- Every connection, the newest last.
select id, mode, account, client_id, warehouse_id, channel_id, tenant_id, organisation, status,
       lost_reason, settings, mapping_revision, token_set_id,
       coalesce(paused_until > now(), false) as is_paused, outages,
       revoke_due_at, revoke_failures, created_at, disconnected_at,
       drafts_held,
       drafts_confirmed_at is null
           and coalesce((settings ->> 'draft_first')::int, 0) > 0 as is_drafting
from connections order by created_at, id;

-- name: pause_until
-- Xero's limit is used up: no export of it begins before.
update connections set paused_until = greatest(paused_until, %(until)s)
where id = %(connection_id)s;

-- name: pause_for
-- Xero is in trouble: no export of it begins for a while, longer with each time in a row.
update connections
set outages = outages + 1, paused_until = greatest(paused_until, now() + %(delay)s::interval)
where id = %(connection_id)s;

-- name: unpause
-- Xero answers again.
update connections set outages = 0, paused_until = null
where id = %(connection_id)s and (outages > 0 or paused_until is not null);

-- name: name_organisation
-- What the organisation calls itself.
update connections set organisation = %(organisation)s
where id = %(connection_id)s and organisation is distinct from %(organisation)s;

-- name: disconnect
-- A person disconnected it: nothing of it runs any more, and its tokens are due for revoking.
update connections
set status = 'disconnected', disconnected_at = now(), lost_reason = null,
    revoke_due_at = case when token_set_id is not null then now() end
where id = %(connection_id)s and status <> 'disconnected'
returning account;

-- name: revocation_due
-- The connection whose access is to be taken back at Xero; comes up again if this worker dies.
update connections set revoke_due_at = now() + interval '2 minutes'
where id = %(connection_id)s and revoke_due_at <= now()
returning tenant_id, token_set_id, revoke_failures, disconnected_at,
          disconnected_at < now() - %(patience)s::interval as overdue;

-- name: revoke_later
-- Xero could not be told; try again.
update connections
set revoke_due_at = now() + %(delay)s::interval, revoke_failures = revoke_failures + 1
where id = %(connection_id)s and revoke_due_at is not null;

-- name: forget_tokens
-- The connection holds no tokens any more.
update connections set token_set_id = null, revoke_due_at = null
where id = %(connection_id)s and status = 'disconnected';

-- name: tenant_users
-- How many connections still go to this organisation.
select count(*) from connections
where tenant_id = %(tenant_id)s and id <> %(connection_id)s and status in ('active', 'lost');

-- name: erase_token_set
-- The tokens are gone.
delete from token_sets t
where t.id = %(token_set_id)s
  and not exists (select from connections c where c.token_set_id = t.id);

-- name: lock_mapping
-- The revision in force, kept so until the end of the transaction: savers come one by one.
select mapping_revision from connections where id = %(connection_id)s
for update;

-- name: unmapped_waiting
-- How many documents wait while the connection has no mapping at all.
select count(*) from documents d
join connections c on c.id = d.connection_id
where c.id = %(connection_id)s and c.mapping_revision is null and d.status = 'waiting';

-- name: save_mapping
-- A new revision of a connection's mapping; the old ones stay.
insert into mappings (connection_id, revision, content, saved_by)
select %(connection_id)s, coalesce(max(revision), 0) + 1, %(content)s, %(saved_by)s
from mappings where connection_id = %(connection_id)s
returning revision;

-- name: use_mapping
-- This revision counts from now on.
update connections set mapping_revision = %(revision)s where id = %(connection_id)s;

-- name: mapping
-- The mapping in force.
select m.content
from connections c
join mappings m on m.connection_id = c.id and m.revision = c.mapping_revision
where c.id = %(connection_id)s;

-- name: requeue_cured
-- The cause is gone: documents that waited for it go on by themselves.
with cured as (
    select id from documents
    where connection_id = %(connection_id)s and status = 'needs_attention'
      and reason_cure = any(%(cures)s) and xero_id is null
    order by kind, mintsoft_id
    for update
)
update documents
set status = 'waiting', due_at = now(), failures = 0, alone = false, reason_code = null,
    reason_message = null, reason_remedy = null, reason_cure = null, reason_detail = null,
    updated_at = now()
where id in (select id from cured)
returning id;

-- name: requeue_cured_imports
-- The cause is gone: imports that waited for it go on by themselves.
update imports
set status = 'waiting', due_at = now(), failures = 0, crashes = 0, reason_code = null,
    reason_message = null, reason_remedy = null, reason_cure = null, reason_detail = null,
    updated_at = now()
where connection_id = %(connection_id)s and status in ('needs_attention', 'skipped')
  and imported_at is null and reason_cure = any(%(cures)s::text[]);

-- name: chart
-- The chart of accounts as last read, and whether it is due to be read again.
select organisation, accounts, tax_rates, tracking, currencies, fetched_at, due_at <= now() as due,
       case when whole_due_at > now() then accounts_since end as accounts_since
from charts where connection_id = %(connection_id)s;

-- name: claim_chart_reading
-- Who may read the chart now; whoever dies over it has held up the others for the lease only.
update connections set chart_lease_until = now() + %(lease)s::interval
where id = %(connection_id)s
  and (%(anyway)s or chart_lease_until is null or chart_lease_until <= now())
returning id;

-- name: chart_reading_ends
-- When it is worth a look whether the chart has been read.
select now() + %(look_again)s::interval;

-- name: end_chart_reading
-- The chart is read, or could not be.
update connections set chart_lease_until = null where id = %(connection_id)s;

-- name: save_chart
-- What Xero says now, and whether that differs from what it said before.
with before as (
    select (organisation, accounts, tax_rates, tracking, currencies)::text as content
    from charts where connection_id = %(connection_id)s
)
insert into charts (connection_id, organisation, accounts, tax_rates, tracking, currencies,
                    accounts_since, due_at, whole_due_at)
values (%(connection_id)s, %(organisation)s, %(accounts)s, %(tax_rates)s, %(tracking)s,
        %(currencies)s, %(accounts_since)s,
        now() + %(life)s::interval * (0.9 + 0.2 * random()), now() + %(whole_life)s::interval)
on conflict (connection_id) do update
set organisation = excluded.organisation, accounts = excluded.accounts,
    tax_rates = excluded.tax_rates, tracking = excluded.tracking,
    currencies = excluded.currencies, accounts_since = excluded.accounts_since,
    fetched_at = now(), due_at = excluded.due_at,
    whole_due_at = case when %(whole)s then excluded.whole_due_at else charts.whole_due_at end
returning (organisation, accounts, tax_rates, tracking, currencies)::text
          is distinct from (select content from before);

-- name: chart_is_stale
-- Xero refused something that the chart allowed: read all of it again, but not for every refusal.
update charts set due_at = least(due_at, fetched_at + %(pause)s::interval), accounts_since = null
where connection_id = %(connection_id)s;

-- name: contacts
-- The Xero contacts linked so far.
select key, contact_id from xero_contacts where connection_id = %(connection_id)s;

-- name: link_contacts
-- Remember which contact Xero used.
insert into xero_contacts (connection_id, key, contact_id)
select distinct on (key) %(connection_id)s, key, contact_id
from unnest(%(keys)s::text[], %(contacts)s::uuid[]) as l (key, contact_id)
order by key
on conflict (connection_id, key) do update set contact_id = excluded.contact_id, linked_at = now()
    where xero_contacts.contact_id <> excluded.contact_id;

-- name: unlink_contact
-- The linked contact is of no use any more.
delete from xero_contacts where connection_id = %(connection_id)s and key = %(key)s;

-- name: known_items
-- Which of these item codes the organisation has.
select code from xero_items where connection_id = %(connection_id)s and code = any(%(codes)s);

-- name: link_items
-- The organisation has these items.
insert into xero_items (connection_id, code)
select %(connection_id)s, code from unnest(%(codes)s::text[]) as l (code)
order by code
on conflict do nothing;

-- name: forget_items
-- Xero denies items we believed in: ask for each again when it is needed.
delete from xero_items where connection_id = %(connection_id)s and code = any(%(codes)s);

-- name: short_code
-- What Xero's links call the organisation.
select organisation ->> 'ShortCode' from charts where connection_id = %(connection_id)s;

-- name: audit
-- Who did what.
insert into audit (who, action, connection_id, document_id, details)
values (%(who)s, %(action)s, %(connection_id)s, %(document_id)s, %(details)s);

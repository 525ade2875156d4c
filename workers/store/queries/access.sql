-- name: lose
-- Xero lets one connection in no more; nothing changes if it has other tokens by now.
update connections set status = 'lost', lost_reason = %(reason)s
where id = %(connection_id)s and token_set_id = %(token_set_id)s and status = 'active'
returning id, mode, account, tenant_id;

-- name: lose_all
-- Xero has ended a consent: every connection that lives by its token set is lost with it.
with ended as (
    select id from connections
    where token_set_id = %(token_set_id)s and status = 'active'
    order by id
    for update
)
update connections set status = 'lost', lost_reason = %(reason)s
where id in (select id from ended)
returning id, mode, account, tenant_id;

-- name: lock
-- How a connection stands, kept so until the end of the transaction.
select mode, account, client_id, export_channels, tenant_id, organisation, status, token_set_id
from connections where id = %(connection_id)s
for update;

-- name: siblings
-- A connection and those that were lost with the same tokens, locked in the order of lose_all.
select id from connections
where id = %(connection_id)s or (status = 'lost' and token_set_id = (
    select token_set_id from connections where id = %(connection_id)s))
order by id
for update;

-- name: may_be_in_xero
-- Whether a document of this connection is in its organisation, or may be.
select exists (
    select from documents
    where connection_id = %(connection_id)s
      and (xero_id is not null or reason_code = 'disconnected'))
or exists (
    select from attempts where connection_id = %(connection_id)s and state = 'sealed');

-- name: overlapping
-- Another connection that takes orders of these channels since this one was disconnected.
select id from connections
where account = %(account)s and client_id = %(client_id)s and mode = 'accounting'
  and status <> 'disconnected' and id <> %(connection_id)s
  and export_channels && %(export_channels)s::bigint[];

-- name: reconnect
-- It is in force again, with new tokens; nothing of its trouble is left.
update connections
set status = 'active', token_set_id = %(token_set_id)s, tenant_id = %(tenant_id)s,
    organisation = case when tenant_id = %(tenant_id)s then organisation end,
    lost_reason = null, disconnected_at = null, revoke_due_at = null, revoke_failures = 0,
    paused_until = null, outages = 0, chart_retry_at = null, chart_failures = 0
where id = %(connection_id)s;

-- name: erase_unused
-- Tokens that no connection lives by any more.
delete from token_sets t
where t.id = %(token_set_id)s
  and not exists (select from connections c where c.token_set_id = t.id);

-- name: renew_chart
-- What was read may be of long ago: read all of it again.
update charts set due_at = now(), accounts_since = null where connection_id = %(connection_id)s;

-- name: forget_chart
-- It is another organisation's.
delete from charts where connection_id = %(connection_id)s;

-- name: forget_contacts
-- They are another organisation's.
delete from xero_contacts where connection_id = %(connection_id)s;

-- name: forget_items
-- They are another organisation's.
delete from xero_items where connection_id = %(connection_id)s;

-- name: release_waiting
-- What waited for Xero goes at once.
update documents set due_at = now()
where connection_id = %(connection_id)s and status = 'waiting' and due_at > now();

-- name: forget_wakeups
-- The next sweep wakes its queues, whatever was sent while it was lost.
delete from wakeups where connection_id = %(connection_id)s;

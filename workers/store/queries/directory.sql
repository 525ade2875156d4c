-- name: some
-- These connections, whole.
select id, mode, account, client_id, warehouse_id, channel_id, tenant_id, organisation, status,
       lost_reason, settings, mapping_revision, token_set_id,
       coalesce(paused_until > now(), false) as is_paused, outages,
       revoke_due_at, revoke_failures, created_at, disconnected_at,
       drafts_held,
       drafts_confirmed_at is null
           and coalesce((settings ->> 'draft_first')::int, 0) > 0 as is_drafting
from connections where id = any(%(ids)s)
order by array_position(%(ids)s::uuid[], id);

-- name: listed
-- A page of those that fit, disconnected ones last, then by account; it begins behind *after*.
select c.id
from connections c
left join connections behind on behind.id = %(after)s
where (%(after)s::uuid is null
       or (c.status = 'disconnected', c.account, c.created_at, c.id)
          > (behind.status = 'disconnected', behind.account, behind.created_at, behind.id))
  and (%(status)s::text is null or c.status = %(status)s)
  and (%(text)s::text is null
       or strpos(lower(c.account), lower(%(text)s)) > 0
       or strpos(lower(c.organisation), lower(%(text)s)) > 0
       or c.client_id::text = %(text)s)
order by c.status = 'disconnected', c.account, c.created_at, c.id
limit %(most)s;

-- name: offered
-- The first that were made, for a list of choices; disconnected ones last.
select id from connections order by status = 'disconnected', created_at, id limit %(most)s;

-- name: by_status
-- How many connections stand how.
select status, count(*)::bigint as connections from connections group by status;

-- name: troubled
-- What a glance is to show: lost ones, those without an organisation or a mapping, and those with
-- most documents that need somebody.
with held as (
    select connection_id, sum(entered - gone)::bigint as documents
    from tallied where status = 'needs_attention'
    group by connection_id
    having sum(entered - gone) > 0
)
select c.id
from connections c left join held on held.connection_id = c.id
where c.status <> 'disconnected'
order by case when c.status = 'lost' then 0
              when c.status = 'active' and c.mapping_revision is null then 1
              when c.status = 'pending' then 2 else 3 end,
         coalesce(held.documents, 0) desc, coalesce(c.organisation, c.account), c.id
limit %(most)s;

-- name: revision
-- One revision of a mapping, with who made it.
select m.revision, m.saved_at as at, m.saved_by as who, m.content, null::jsonb as before
from mappings m
where m.connection_id = %(connection_id)s and m.revision = %(revision)s;

-- name: history
-- The last revisions of a mapping, the newest first, each with the one it replaced.
select m.revision, m.saved_at as at, m.saved_by as who, m.content, p.content as before
from mappings m
left join mappings p on p.connection_id = m.connection_id and p.revision = m.revision - 1
where m.connection_id = %(connection_id)s
order by m.revision desc
limit %(limit)s;

-- name: models
-- Other connections of the same mode whose mapping may be copied.
select o.id, o.account, o.client_id, o.organisation, o.mapping_revision as revision
from connections o, connections c
where c.id = %(connection_id)s and o.id <> c.id and o.mode = c.mode
  and o.mapping_revision is not null
order by o.status = 'disconnected', o.account, o.client_id, o.created_at;

-- name: unmapped_waiting
-- How many documents wait while the connection has no mapping at all.
select count(*) from documents d
join connections c on c.id = d.connection_id
where c.id = %(connection_id)s and c.mapping_revision is null and d.status = 'waiting';

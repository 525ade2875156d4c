-- name: revision
-- One revision of a mapping, with who made it and how many documents went on by it.
select m.revision, m.saved_at as at, m.saved_by as who, m.content, null::jsonb as before,
       coalesce((
           select (a.details ->> 'going_on')::integer from audit a
           where a.connection_id = m.connection_id and a.action = 'mapping saved'
             and a.details ->> 'revision' = m.revision::text
           order by a.id desc
           limit 1), 0) as going_on
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

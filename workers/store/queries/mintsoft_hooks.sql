-- name: save
-- The secret of a connection's address for web hooks; the one before stops at once.
insert into mintsoft_hooks (connection_id, digest, made_by)
values (%(connection_id)s, %(digest)s, %(who)s)
on conflict (connection_id) do update
set digest = excluded.digest, made_at = now(), made_by = excluded.made_by;

-- name: made_at
-- Since when a connection has an address.
select made_at from mintsoft_hooks where connection_id = %(connection_id)s;

-- name: find
-- Whose address this is; a disconnected connection has none any more.
select h.digest, c.id as connection_id, c.account, c.client_id
from mintsoft_hooks h join connections c on c.id = h.connection_id
where h.digest = %(digest)s and c.status <> 'disconnected' and c.client_id is not null;

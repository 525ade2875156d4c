-- name: counts_of
-- How many documents of these connections stand how now.
select connection_id, status, sum(entered - gone)::bigint as documents
from tallied
where connection_id = any(%(connections)s)
group by connection_id, status
having sum(entered - gone) > 0;

-- name: trail
-- What was done with a connection and its documents, the newest first.
select a.at, a.who, a.action, a.details
from audit a
where a.connection_id = %(connection_id)s
order by a.id desc
limit %(limit)s;

-- name: rival
-- Another connection that takes the documents which this one would take.
select o.id from connections o, connections c
where c.id = %(connection_id)s and o.id <> c.id and o.account = c.account and o.mode = c.mode
  and o.status <> 'disconnected'
  and (c.mode = 'fulfilment'
       or (o.client_id = c.client_id
           and ((o.export_channels is null and c.export_channels is null)
                or o.export_channels && c.export_channels)))
order by o.created_at
limit 1;

-- name: holder
-- A connection of another Mintsoft account that writes to the organisation.
select id, account from connections
where tenant_id = %(tenant_id)s and id <> %(connection_id)s and status in ('active', 'lost')
  and account <> %(account)s
order by created_at
limit 1;

-- name: add_pending
-- A connection whose organisation is still to be named in the browser.
insert into connections (mode, account, client_id, warehouse_id, channel_id, status)
values (%(mode)s, %(account)s, %(client_id)s, %(warehouse_id)s, %(channel_id)s, 'pending')
returning id;

-- name: name_organisation
-- What the organisation is called, before its chart is read.
update connections set organisation = %(organisation)s where id = %(connection_id)s;

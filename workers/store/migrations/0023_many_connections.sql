-- A thousand connections of one account cost an event no more than one of them.

-- Routing reads the connections of the clients in a batch.
create index connections_by_client on connections (account, client_id)
    where status <> 'disconnected';
drop index connections_by_account;

-- The sweep looks for access that is to be taken back, among connections that nearly all keep it.
create index connections_revoke_due on connections (revoke_due_at) where revoke_due_at is not null;

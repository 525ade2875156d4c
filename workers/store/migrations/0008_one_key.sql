-- A document's key leads with Mintsoft's id: one index then serves the key and the look-up by id
-- over connections, and a new document costs one index entry less. Old code infers it as well.

create unique index documents_by_key on documents (mintsoft_id, kind, connection_id);
alter table documents
    drop constraint documents_connection_id_kind_mintsoft_id_key,
    add constraint documents_one_per_key unique using index documents_by_key;
drop index documents_by_mintsoft_id;

-- Lists of imports over many rows: by reason, by connection, and by what people type of a number.

create index imports_by_reason on imports (reason_code, id) where reason_code is not null;
create index imports_by_connection on imports (connection_id, id);
-- Search by the beginning of a number, there or here, as for documents.
create index imports_by_number on imports ((lower(number)) collate "C");
create index imports_by_mintsoft_number on imports ((lower(mintsoft_number)) collate "C")
    where mintsoft_number is not null;

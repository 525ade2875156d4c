-- A sealed attempt that ends its workers again and again must be told from one that Xero keeps
-- waiting: only the first is a sign of a document that nobody can send.
alter table attempts
    -- Holders in a row that ended without a word: killed, or by an error that nobody foresaw.
    add column crashes integer not null default 0 check (crashes >= 0),
    -- Its last holder said that it is to be repeated: no crash.
    add column to_repeat boolean not null default false;

-- A batch that Xero refuses as one goes out again by halves, and a half by its own: which document
-- goes with which is in the ledger, so that the search for the bad one survives any process.

-- Counts only beside `alone` (apart from ordinary batches): the others of its half, or null: nobody.
-- Code that does not know it sends each of them by itself, which is right as well.
alter table documents add column half uuid;
-- All of a half are found at once, however much else waits; there are hardly ever any.
create index documents_by_half on documents (half)
    where status = 'waiting' and alone and half is not null;

comment on column attempts.body is
    'What goes out, exactly; empty: part of an attempt that was taken apart, only ever looked up';

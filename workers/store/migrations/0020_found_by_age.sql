-- What is deleted by age is found by age, by a B-tree: a BRIN index forgets how. Rows that go leave room
-- that new rows take, a range of pages that has been used anew still counts as old, and once a retention
-- period has passed every look reads the whole table (docs/decisions/0024-batches-not-partitions.md).
--
-- Building them stops writers for a second a million rows. Where there are many millions, build each
-- beforehand by hand, with `create index concurrently` and the same name: it is then found here.

create index if not exists inbox_by_time on inbox (received_at);
create index if not exists attempts_by_time on attempts (created_at);

drop index inbox_by_age;
drop index attempts_by_age;

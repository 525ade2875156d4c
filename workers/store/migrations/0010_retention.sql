-- What is deleted by age is found by age. A BRIN index costs a new row next to nothing, and these
-- tables grow in the order of time.

create index inbox_by_age on inbox using brin (received_at);
create index attempts_by_age on attempts using brin (created_at);
create index parked_by_age on parked using brin (parked_at);

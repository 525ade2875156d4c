-- A poll that always fails, or is always put off, runs often and comes to an end never: how late it
-- is follows from when one last did, or from its beginning. Old rows, of which nobody knows, begin now.
alter table schedules add column begun_at timestamptz not null default now();
comment on column schedules.begun_at is 'When the schedule was made, or told to forget and begin anew';

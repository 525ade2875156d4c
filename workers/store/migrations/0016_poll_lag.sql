-- A poll that always fails, or is always put off, runs often and comes to an end never: how late it
-- is follows from when one last did. Old rows, of which nobody knows, begin with now.
alter table schedules add column finished_at timestamptz not null default now();
comment on column schedules.finished_at is 'When a run last came to its end; of a new one, when it was made';

-- Tokens kept alive, charts kept fresh, and what Xero tells by web hook.

alter table token_sets
    add column keep_due_at timestamptz not null default now() + interval '20 days';
comment on column token_sets.keep_due_at is
    'When the set is refreshed although nobody needs it: unused for 60 days, Xero forgets it';
update token_sets set keep_due_at = refreshed_at + interval '20 days';
-- The sweep looks for sets that have lain idle; there is hardly ever one.
create index token_sets_keep_due on token_sets (keep_due_at);

alter table charts
    add column accounts_since timestamptz,   -- the largest UpdatedDateUTC in it; null: read all anew
    add column whole_due_at timestamptz;     -- accounts that were deleted show only in a whole reading

alter table connections
    add column chart_retry_at timestamptz,   -- its chart is being read, or could not be: not before
    add column chart_failures integer not null default 0;

create table xero_events (
    tenant_id    uuid not null,
    invoice_id   uuid not null,
    heard_at     timestamptz not null default now(),
    check_due_at timestamptz,                -- null: nothing of ours to look up
    primary key (tenant_id, invoice_id)
);
comment on table xero_events is 'Invoices that Xero says have changed, by web hook; the newest word on each';
-- The sweep looks for invoices of ours that have changed.
create index xero_events_check_due on xero_events (check_due_at) where check_due_at is not null;
-- What was heard long ago is forgotten.
create index xero_events_heard on xero_events (heard_at);

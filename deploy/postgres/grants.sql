-- Run as mx_owner after each `mintsoft-xero db upgrade`.

-- Which migrations ran is the owner's to write down.
revoke insert, update, delete on schema_migrations from mx_fleet;

-- What mx_reports may read: a new table is closed to reports until it is named here.
--
-- Closed for good, for what is in them: token_sets, mintsoft_keys, mintsoft_hooks, operators, sessions,
-- sign_in_failures, sign_ins, consents (secrets and accounts); inbox, parked, parked_replays, outbox (bodies
-- with people's names and addresses).

revoke all on all tables in schema public from mx_reports;

grant select on
    act_members,
    acts,
    attempt_members,
    attempts,
    audit,
    backfill_seen,
    backfills,
    balance_changes,
    balance_rows,
    balance_sums,
    budget_calls,
    budgets,
    charts,
    connections,
    document_terms,
    document_terms_until,
    documents,
    export_requests,
    flow_hours,
    imports,
    mappings,
    mintsoft_products,
    mintsoft_unreadable,
    notice_standings,
    notices,
    schedules,
    schema_migrations,
    tags,
    tallies,
    tally_changes,
    wakeups,
    xero_contacts,
    xero_events,
    xero_items,
    xero_totals
to mx_reports;

"""What each column of the database holds, as data protection sees it.

A test compares this with the schema and with ``docs/data-protection.md``: no column comes to be
without somebody having said what it holds. ``privacy find`` and ``privacy erase`` look into every
column of the kinds PERSON and TEXT, which another test proves.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What a column holds."""

    PERSON = "person"
    """Names, addresses, e-mail addresses, phone numbers of customers and contacts."""
    TEXT = "text"
    """Words that may name somebody: Xero's and Mintsoft's own, or a person's reason."""
    NUMBER = "number"
    """Leads to somebody only for who can look it up in Mintsoft or Xero."""
    STAFF = "staff"
    """Who works with this service."""
    SECRET = "secret"  # noqa: S105  the word
    """Opens something: encrypted, or only a digest of it is here."""
    PLAIN = "plain"
    """Says nothing about a person."""


P, T, N, S, X, O = Kind.PERSON, Kind.TEXT, Kind.NUMBER, Kind.STAFF, Kind.SECRET, Kind.PLAIN  # noqa: E741

COLUMNS: dict[str, dict[Kind, str]] = {
    "act_members": {T: "before", O: "act_id document_id outcome touched_at"},
    "acts": {T: "why", S: "who", O: "id verb undoes at finished_at"},
    "attempt_members": {
        T: "warnings contact_key",
        N: "invoice_number url",
        O: "attempt_id position document_id version expected_total mintsoft_total "
        "mintsoft_currency currency",
    },
    "attempts": {
        P: "body",
        O: "id connection_id kind state lease_until sealed_at tries outcome created_at "
        "finished_at crashes to_repeat",
    },
    "audit": {T: "details", S: "who", O: "id at action connection_id document_id"},
    "backfill_seen": {N: "mintsoft_id", O: "backfill_id"},
    "backfills": {
        T: "last_error",
        S: "started_by",
        O: "id connection_id since until state paused reading page news looked fresh known others "
        "early unreadable totals brought due_at lease_until failures started_at finished_at",
    },
    "balance_changes": {N: "xero_id", O: "connection_id document_id tenant_id"},
    "balance_rows": {
        N: "xero_id",
        O: "connection_id line day finding document_id mintsoft_currency mintsoft_total "
        "xero_currency xero_total booked",
    },
    "balance_sums": {
        O: "connection_id day finding mintsoft_currency xero_currency documents "
        "mintsoft_documents mintsoft_total xero_documents xero_total",
    },
    "budget_calls": {O: "id tenant_id purpose started_at finished_at lease_until"},
    "budgets": {O: "tenant_id blocked_until blocked_by day day_used day_remaining"},
    "charts": {
        O: "connection_id organisation accounts tax_rates tracking currencies fetched_at due_at "
        "accounts_since whole_due_at",
    },
    "connections": {
        T: "lost_reason",
        S: "drafts_confirmed_by",
        O: "id mode account client_id warehouse_id channel_id export_channels tenant_id "
        "organisation status settings mapping_revision token_set_id revoke_due_at revoke_failures "
        "paused_until outages created_at disconnected_at chart_retry_at chart_failures "
        "draft_since drafts_held drafts_confirmed_at chart_lease_until",
    },
    "consents": {
        X: "digest session verifier",
        O: "connection_id another created_at used_at token_set_id organisations end_due_at "
        "end_failures",
    },
    "document_terms": {T: "term", O: "document_id"},
    "document_terms_until": {O: "single id"},
    "documents": {
        P: "payload",
        T: "withdrawal reason_message reason_detail warnings",
        N: "mintsoft_id number xero_id xero_number",
        O: "id connection_id kind client_id status version total currency due_at failures crashes "
        "alone attempt_id reason_code reason_remedy reason_cure xero_total exported_total "
        "exported_currency posted_at traceparent created_at updated_at half",
    },
    "export_requests": {
        N: "mintsoft_id",
        S: "requested_by",
        O: "account kind requested_at fetch_due_at fetch_failures",
    },
    "flow_hours": {O: "connection_id hour"},
    "imports": {
        P: "payload placed",
        T: "reason_message reason_detail",
        N: "xero_id number mintsoft_id mintsoft_number",
        O: "id connection_id tenant_id account client_id kind status xero_updated_at due_at tries "
        "failures crashes in_doubt first_tried_at delivery imported_at reason_code reason_remedy "
        "reason_cure created_at updated_at",
    },
    "inbox": {N: "event_id", O: "source type outcome received_at"},
    "mappings": {S: "saved_by", O: "connection_id revision content saved_at"},
    "mintsoft_hooks": {X: "digest", S: "made_by", O: "connection_id made_at"},
    "mintsoft_keys": {
        X: "api_key password",
        S: "username saved_by",
        O: "connection_id version saved_at",
    },
    "mintsoft_products": {O: "account client_id sku product_id seen_at"},
    "mintsoft_unreadable": {N: "event_id", O: "source told_at"},
    "notice_standings": {
        S: "silenced_by",
        O: "connection_id said said_at flowed_at quiet_at silent_until",
    },
    "notices": {
        T: "subject body last_error",
        O: "id connection_id channel message_id revision created_at due_at lease_until tries "
        "sent_at given_up_at",
    },
    "operators": {
        X: "password_hash",
        S: "name issuer subject",
        O: "id role password_set_at created_at disabled_at signed_in_at",
    },
    "outbox": {
        P: "data",
        N: "subject",
        O: "id event_id type account traceparent occurred_at published_at",
    },
    "parked": {
        P: "body headers",
        T: "reason discard_reason",
        S: "replayed_by discarded_by",
        O: "id routing_key content_type code parked_at replayed_at discarded_at",
    },
    "parked_replays": {P: "body", S: "who", O: "id parked_id at routing_key"},
    "schedules": {
        T: "last_outcome",
        O: "connection_id kind interval_minutes enabled next_run_at due_at running_until tries "
        "cursor reading_since page backward confirmed_at failures last_run_at placing_after "
        "outages complete_at begun_at",
    },
    "schema_migrations": {O: "name applied_at"},
    "sessions": {X: "digest", S: "operator_id", O: "created_at seen_at ends_at"},
    "sign_in_failures": {X: "key", O: "failures last_at blocked_until"},
    "sign_ins": {
        X: "digest browser address nonce verifier",
        O: "target created_at used_at",
    },
    "tags": {T: "last_error", O: "document_id connection_id due_at failures done_at"},
    "tallied": {O: "hour connection_id kind status warned reason_code entered gone"},
    "tallies": {O: "hour connection_id kind status warned reason_code entered gone"},
    "tally_changes": {O: "hour connection_id kind status warned reason_code entered gone"},
    "token_sets": {
        X: "access_token refresh_token digest",
        S: "xero_user",
        O: "id scope expires_at refreshed_at refreshing_by refreshing_until keep_due_at",
    },
    "wakeups": {O: "connection_id queue woken_at times"},
    "xero_contacts": {T: "key", N: "contact_id", O: "connection_id linked_at"},
    "xero_events": {N: "invoice_id", O: "tenant_id heard_at check_due_at"},
    "xero_items": {O: "connection_id code linked_at"},
    "xero_totals": {
        N: "xero_id number",
        O: "tenant_id status day currency net total updated_at made_by_app read_at",
    },
}


def kinds() -> dict[str, Kind]:
    """Return the kind of each ``table.column``. Raises ValueError when one is named twice."""
    found: dict[str, Kind] = {}
    for table, by_kind in COLUMNS.items():
        for kind, names in by_kind.items():
            for name in names.split():
                if f"{table}.{name}" in found:
                    raise ValueError(f"{table}.{name} is classified twice")
                found[f"{table}.{name}"] = kind
    return found

"""How imports, schedules, parked messages and comparisons stand, in people's words. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from schemas.imports import ImportKind, ImportStatus, import_status_words
from workers.console import words
from workers.console.words import Standing, action, whose
from workers.reasons.parked import PREFIX
from workers.store.audit import Act
from workers.store.connections import ConnectionRow
from workers.store.schedules import Listed, ScheduleKind

_IMPORT_TONES = {
    ImportStatus.WAITING: "warn",
    ImportStatus.PLACING: "warn",
    ImportStatus.IMPORTED: "good",
    ImportStatus.NEEDS_ATTENTION: "bad",
    ImportStatus.SKIPPED: "calm",
    ImportStatus.WITHDRAWN: "calm",
}

IMPORT_KINDS = {
    ImportKind.SALES_ORDER.value: "Sales invoice",
    ImportKind.PURCHASE_ORDER.value: "Purchase order",
}
"""What a document is in Xero."""

IMPORT_EVENTS = {
    "order.import-requested.v1": "Asked Mintsoft to make the order",
    "asn.import-requested.v1": "Asked Mintsoft to make the ASN",
    "order.imported.v1": "Told other systems that the order is in Mintsoft",
    "asn.imported.v1": "Told other systems that the ASN is in Mintsoft",
    "import.needs-attention.v1": "Told other systems that it needs attention",
}
"""What an event of ours about an import says."""

BECOMES = {
    ImportKind.SALES_ORDER.value: "order",
    ImportKind.PURCHASE_ORDER.value: "ASN",
}
"""What it becomes in Mintsoft."""

SCHEDULES = {
    ScheduleKind.SALES_ORDERS: "Sales invoices from Xero",
    ScheduleKind.PURCHASE_ORDERS: "Purchase orders from Xero",
    ScheduleKind.MINTSOFT_ORDERS: "Despatched orders from Mintsoft",
    ScheduleKind.MINTSOFT_INVOICES: "3PL invoices from Mintsoft",
    ScheduleKind.XERO_TOTALS: "Xero's totals, for the reconciliation",
}

FINDINGS = {
    "missing": Standing("Not in Xero", "warn", "Mintsoft has it, Xero does not have it yet."),
    "different": Standing(
        "Different", "bad", "Mintsoft's total or currency is not what Xero has, and was sent."
    ),
    "edited": Standing(
        "Edited in Xero", "bad", "Its total in Xero is no longer the one that was sent."
    ),
    "withdrawn": Standing(
        "Taken back in Mintsoft", "bad", "Mintsoft took it back after it was sent; Xero has it."
    ),
    "voided": Standing("Voided in Xero", "bad", "Somebody voided or deleted it in Xero."),
    "gone": Standing("Gone from Xero", "bad", "Xero has no invoice of this id any more."),
    "extra": Standing(
        "Only in Xero", "warn", "We made it in Xero, and no document here belongs to it."
    ),
    "agrees": Standing("Agrees", "good", "Both have the same total and currency."),
}
"""How a document compares, the worst news first."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads, and what it is called."""

    words: str
    path: str


def import_standing(status: str) -> Standing:
    """Return how an import stands."""
    return Standing(import_status_words(status), _IMPORT_TONES[ImportStatus(status)], "")


def parked(code: str) -> str:
    """Return what is wrong with a message, in a word or two."""
    return words.reason(f"{PREFIX}{code}")


def schedule_standing(row: Listed, now: datetime) -> Standing:
    """Return how a schedule stands; *now* in UTC."""
    if row.connection_status != "active":
        return Standing("Stopped", "calm", "Its connection is not connected to Xero.")
    if row.running_until is not None and row.running_until > now:
        return Standing("Running", "warn", "A worker is at it.")
    if row.failures:
        return Standing("Failing", "bad", "It is tried again by itself.")
    if row.due_at is not None:
        return Standing("Asked for", "warn", "A worker takes it within seconds.")
    if not row.enabled:
        return Standing("Paused", "calm", "It runs only when somebody asks.")
    return Standing("On", "good", "")


def lag(row: Listed, now: datetime) -> str:
    """Return how long ago a run last came to the end of what there was; *now* in UTC."""
    return "never" if row.complete_at is None else f"{span(now - row.complete_at)} ago"


def span(length: timedelta) -> str:
    """Return how long something lasts, in its largest unit."""
    minutes = max(0, int(length.total_seconds() // 60))
    for size, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return "less than a minute"


def every(minutes: int) -> str:
    """Return how often something runs."""
    if minutes % 60:
        return "every minute" if minutes == 1 else f"every {minutes} minutes"
    hours = minutes // 60
    return "every hour" if hours == 1 else "every day" if hours == 24 else f"every {hours} hours"


def amount(value: Decimal | None) -> str:
    """Return an amount with two decimals at least; nothing for none."""
    if value is None:
        return ""
    exact = value.normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"{value:,.{places}f}"


def signed(value: Decimal) -> str:
    """Return a difference with its sign."""
    return amount(value) if value <= 0 else f"+{amount(value)}"


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count:,} bytes" if count < 10_000 else f"{count / 1024:,.0f} KB"


def about(act: Act) -> Target | None:
    """Return the page of what an act was done with, beside its connection."""
    if act.document_id is not None:
        return Target(f"Document {act.document_id}", f"/documents/{act.document_id}")
    for name, label, path in (("import", "Import", "imports"), ("parked", "Message", "parked")):
        number = act.details.get(name)
        if isinstance(number, int) or (isinstance(number, str) and number.isdecimal()):
            return Target(f"{label} {number}", f"/{path}/{number}")
    return None


def result_of(row: Listed) -> Target:
    """Return the page that shows what a schedule reads."""
    here = f"connection={row.connection_id}"
    match row.kind:
        case ScheduleKind.SALES_ORDERS:
            return Target("Sales invoices read", f"/imports?kind=sales_order&{here}")
        case ScheduleKind.PURCHASE_ORDERS:
            return Target("Purchase orders read", f"/imports?kind=purchase_order&{here}")
        case ScheduleKind.XERO_TOTALS:
            return Target("Reconciliation", f"/reconciliation?{here}")
    return Target("Documents read", f"/documents?{here}")


def _choice_of_import(status: str) -> tuple[str, str]:
    return status, import_status_words(status)


def _choice_of_connection(row: ConnectionRow) -> tuple[str, str]:
    named = f"{row.organisation}, {whose(row)}" if row.organisation else whose(row)
    return str(row.id), f"{named} (disconnected)" if row.status == "disconnected" else named


def _choice_of_action(name: str) -> tuple[str, str]:
    return name, action(name)


def _choice_of_reason(code: str) -> tuple[str, str]:
    return code, words.reason(code)


def _choice_of_parked(code: str) -> tuple[str, str]:
    return code, parked(code)


def _choice_of_itself(name: str) -> tuple[str, str]:
    return name, name


CHOICES: dict[str, Callable[..., tuple[str, str]]] = {
    "import_words": _choice_of_import,
    "connection_words": _choice_of_connection,
    "action_words": _choice_of_action,
    "reason_words": _choice_of_reason,
    "parked_words": _choice_of_parked,
    "twice": _choice_of_itself,
}
"""Filters of templates: (value, words) of what a list of choices offers."""

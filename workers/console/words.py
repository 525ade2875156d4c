"""How things stand, in words of the people who use the console. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from events.exact_json import dumps
from schemas.connections import Mode
from schemas.exports import Status, status_words
from workers.reasons.catalogue import find
from workers.reasons.entries import in_general
from workers.store.connections import ConnectionRow


@dataclass(frozen=True, slots=True)
class Standing:
    """A status in words; ``tone`` is how it is coloured, never the only sign of it."""

    word: str
    tone: str
    meaning: str


PENDING = Standing(
    "Not connected yet", "calm", "Connect it to a Xero organisation. Documents wait until then."
)
UNMAPPED = Standing(
    "Connected, not mapped", "warn", "Xero lets us in. Documents wait until accounts are mapped."
)
CONNECTED = Standing("Connected", "good", "Documents are sent to Xero.")
LOST = Standing(
    "Access lost",
    "bad",
    "Xero no longer lets us in. Documents wait; they go on by themselves once it is reconnected.",
)
DISCONNECTED = Standing(
    "Disconnected", "calm", "Nothing is sent. What was sent before stays in Xero and here."
)

STATUSES = {
    "active": "Connected",
    "lost": LOST.word,
    "pending": PENDING.word,
    "disconnected": DISCONNECTED.word,
}

MODES = {
    Mode.ACCOUNTING: "Accounting: orders of one client",
    Mode.FULFILMENT: "Fulfilment: 3PL invoices of all clients",
}

ACTIONS = {
    "connection added": "Added the connection",
    "connection reconnected": "Connected to Xero",
    "connection disconnected": "Disconnected from Xero",
    "connection lost": "Xero ended the access",
    "connect started": "Went to Xero to connect",
    "connect refused": "Connecting did not succeed",
    "mapping saved": "Saved the account mapping",
    "backfill started": "Began to count what was despatched",
    "backfill begun": "Had it brought in",
    "backfill paused": "Paused the backfill",
    "backfill resumed": "Let the backfill go on",
    "backfill cancelled": "Ended the backfill",
    "drafts first": "Had the next documents go as drafts",
    "drafts complete": "All drafts are in Xero; the others wait",
    "drafts confirmed": "Let documents go on after the drafts",
    "notices silenced": "Wanted no notices for a while",
    "notices resumed": "Wanted notices again",
    "schedule set": "Changed a schedule",
    "run asked for": "Asked for a run",
    "import retried": "Tried an import again",
    "import skipped": "Skipped an import",
    "parked message opened": "Looked into a parked message",
    "parked message replayed": "Published a parked message again",
    "parked message discarded": "Discarded a parked message",
}

DOCUMENTS = ("waiting", "ready", "needs_attention", "posted", "skipped", "withdrawn")
"""Statuses of documents in the order of the pages; what is being sent counts as waiting."""

_TONES = {
    Status.READY: ("calm", "Somebody has to say that it goes to Xero."),
    Status.WAITING: ("calm", "It goes to Xero by itself."),
    Status.SENDING: ("calm", "It is on its way to Xero just now."),
    Status.POSTED: ("good", "Xero has it."),
    Status.NEEDS_ATTENTION: ("bad", "Somebody has to do something before it can go on."),
    Status.SKIPPED: ("calm", "It is not sent to Xero."),
    Status.WITHDRAWN: ("calm", "Mintsoft took it back before it was sent."),
}

STANDINGS = {
    status.value: Standing(status_words(status), *tone) for status, tone in _TONES.items()
} | {
    "posted_with_warnings": Standing(
        status_words("posted", warned=True), "warn", "Xero has it; somebody may want to look at it."
    )
}
"""How a document stands, by its status; see :func:`document`."""

WAYS = {"mail": "mail", "hook": "web hook"}
"""How notices go to people."""

KINDS = {"order": "Order", "invoice": "3PL invoice"}

DEEDS = {
    "retried": "Sent it on its way again",
    "skipped": "Decided not to send it",
    "marked as posted": "Marked it as already in Xero",
    "undone": "Undid what was decided before",
}

ATTEMPTS = {
    "answered": "Xero answered",
    "abandoned": "Was given back before it was sent",
    "disconnected": "The connection was disconnected meanwhile",
    "throttled": "Xero asked us to wait",
    "beingread": "Waited while the chart of accounts was read",
}

EVENTS = {
    "document.posted.v1": "Told other systems that it is in Xero",
    "document.needs-attention.v1": "Told other systems that it needs attention",
    "document.withdrawn.v1": "Told other systems that it was withdrawn",
}

TECHNICAL = frozenset({"tenant_id", "from"})
"""Details of acts that say nothing to people."""


FEW = 4
"""So many words of a list are told, not counted."""


def standing(row: ConnectionRow) -> Standing:
    """Return how a connection stands."""
    match row.status:
        case "pending":
            return PENDING
        case "lost":
            return LOST
        case "disconnected":
            return DISCONNECTED
    return CONNECTED if row.mapping_revision else UNMAPPED


def title(row: ConnectionRow) -> str:
    """Return what a connection is called: its organisation, else whose documents it takes."""
    return row.organisation or whose(row)


def whose(row: ConnectionRow) -> str:
    """Return whose documents a connection takes."""
    if row.mode is Mode.FULFILMENT:
        return f"{row.account}, all clients"
    return f"{row.account}, client {row.client_id}"


def verb(row: ConnectionRow) -> str:
    """Return what the button says that leads to Xero."""
    return "Connect" if row.tenant_id is None else "Reconnect"


def documents(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return (status, word, number) for every status of documents."""
    merged = {**counts, "waiting": counts.get("waiting", 0) + counts.get("sending", 0)}
    return [(each, STANDINGS[each].word, merged.get(each, 0)) for each in DOCUMENTS]


def document(status: str, *, warned: bool) -> Standing:
    """Return how a document stands."""
    return STANDINGS["posted_with_warnings" if warned and status == "posted" else status]


def attempt(outcome: str) -> str:
    """Return how an attempt ended."""
    return ATTEMPTS.get(outcome, f"Ended: {outcome.replace('_', ' ')}")


def reason(code: str) -> str:
    """Return a reason's code as people read it: the heading of its page."""
    entry = find(code)
    return in_general(entry.heading) if entry else code.replace("_", " ").capitalize()


def amount(value: Decimal | None, currency: str | None) -> str:
    """Return money with its currency; two decimals at least, and as many as it has."""
    if value is None:
        return ""
    exponent = value.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{value:,.{places}f} {currency or ''}".strip()


def age(seconds: float) -> str:
    """Return how long something lasts, in its largest unit."""
    for name, unit in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= unit:
            return number_of(int(seconds // unit), name)
    return "less than a minute"


def number_of(count: int, what: str) -> str:
    """Return a count with its noun."""
    return f"{count} {what}" if count == 1 else f"{count:,} {what}s"


def pretty(value: object, depth: int = 0) -> str:
    """Return JSON for eyes, every number with its own digits."""
    inner, outer = "  " * (depth + 1), "  " * depth
    match value:
        case dict() if value:
            rows = [f"{inner}{dumps(str(k))}: {pretty(v, depth + 1)}" for k, v in value.items()]
            return "{\n" + ",\n".join(rows) + f"\n{outer}}}"
        case list() if value:
            rows = [f"{inner}{pretty(each, depth + 1)}" for each in value]
            return "[\n" + ",\n".join(rows) + f"\n{outer}]"
    return dumps(value)


def moment(value: datetime) -> str:
    """Return a time in UTC as people read it."""
    return f"{value:%-d %B %Y, %H:%M} UTC"


def plain(value: Decimal) -> str:
    """Return a number without needless zeros."""
    return f"{value.normalize():f}"


def price(value: Decimal) -> str:
    """Return an amount with two decimals, or as many as it needs."""
    return f"{value:.2f}" if value == round(value, 2) else plain(value)


def action(name: str) -> str:
    """Return what somebody did."""
    return ACTIONS.get(name, name.capitalize())


def details(found: Mapping[str, Any]) -> str:
    """Return what is known of an act in one line, without what only programs need."""
    shown = {
        name: _listed(value) if isinstance(value, list) else value
        for name, value in found.items()
        if name not in TECHNICAL and value not in ("", None, False, 0)
    }
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in shown.items())


def _listed(found: list[Any]) -> object:
    """Return a few words as they are, anything else as how much it is."""
    few = len(found) <= FEW and all(isinstance(each, str) for each in found)
    return " and ".join(found) if few else len(found)

"""How things stand, in words of the people who use the console. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.connections import Mode
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
    "schedule set": "Changed a schedule",
    "run asked for": "Asked for a run",
    "import retried": "Tried an import again",
    "import skipped": "Skipped an import",
    "parked message opened": "Looked into a parked message",
    "parked message replayed": "Published a parked message again",
    "parked message discarded": "Discarded a parked message",
}

DOCUMENTS = (
    ("waiting", "Waiting"),
    ("ready", "Ready to export"),
    ("needs_attention", "Needs attention"),
    ("posted", "In Xero"),
    ("skipped", "Skipped"),
    ("withdrawn", "Withdrawn"),
)
"""Statuses of documents in the order of the pages; what is being sent counts as waiting."""


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
    return [(status, word, merged.get(status, 0)) for status, word in DOCUMENTS]


def number_of(count: int, what: str) -> str:
    """Return a count with its noun."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def moment(value: datetime) -> str:
    """Return a time in UTC as people read it."""
    return f"{value:%-d %B %Y, %H:%M} UTC"


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

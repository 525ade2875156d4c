"""Every code there is, in the order of its page. A code that is not here can't be made."""

from workers.reasons.connections import CONNECTIONS
from workers.reasons.documents import DOCUMENTS
from workers.reasons.entries import Entry
from workers.reasons.imports import IMPORTS
from workers.reasons.mintsoft import MINTSOFT
from workers.reasons.parked import PARKED, PREFIX
from workers.reasons.reconciliation import PREFIX as RECONCILED
from workers.reasons.reconciliation import RECONCILIATION
from workers.reasons.warnings import WARNINGS
from workers.reasons.xero import XERO

AREAS: dict[str, tuple[Entry, ...]] = {
    "Documents on their way to Xero": DOCUMENTS,
    "What Xero refuses": XERO,
    "Documents on their way to Mintsoft": IMPORTS,
    "What Mintsoft refuses": MINTSOFT,
    "Warnings": WARNINGS,
    "Mintsoft and Xero compared": RECONCILIATION,
    "Events that could not be read": PARKED,
    "Connections, consents and polls": CONNECTIONS,
}
"""The catalogue by what a code is about."""

BY_CODE = {entry.code: entry for entries in AREAS.values() for entry in entries}


def find(code: str) -> Entry | None:
    """Return what *code* means; None for one that this version does not know."""
    return BY_CODE.get(code)


def reason_url(code: str) -> str:
    """Return the address of the page about *code* in the console."""
    return f"/reasons/{code}"


def parked_url(code: str) -> str:
    """Return the address of the page about the code of a parked event."""
    return reason_url(f"{PREFIX}{code}")


def finding_url(finding: str) -> str:
    """Return the address of the page about how a document compares."""
    return reason_url(f"{RECONCILED}{finding}")

"""What somebody may do with a document as it stands, and what stands against it. Pure.

The statements of :mod:`workers.store.documents` decide in the end; this says beforehand what they
will say, so that a page can tell it before anything is done.
"""

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What may be done with many documents at once."""

    RETRY = "retry"
    SKIP = "skip"
    MARK_POSTED = "mark_posted"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a document stands, as far as it matters here.

    ``known``: its content came, not only its withdrawal; ``from_xero``: it was made from a
    document of Xero.
    """

    status: str
    in_xero: bool = False
    disconnected: bool = False
    from_xero: bool = False
    known: bool = True


HINDRANCES = {
    "disconnected": "Its connection is disconnected. Reconnect it first.",
    "to_close": "It is in Xero already: put it right there, then mark it as already in Xero.",
    "posted": "It is in Xero already.",
    "sending": "It is being sent to Xero just now: look again in a minute.",
    "waiting": "It is on its way to Xero already.",
    "withdrawn": "It was taken back in Mintsoft: finalise it there again.",
    "skipped": "It is skipped already.",
    "from_xero": "It was made from a document of Xero, so it is there already.",
    "unknown": "It was taken back before it came: nothing of it is known.",
    "touched": "It has changed since, so it is left as it is.",
    "not_in_xero": "Xero has no invoice with its number.",
    "dead_in_xero": "The invoice with its number was voided or deleted in Xero.",
    "owned": "The invoice with its number is another document of the ledger.",
    "unasked": "Xero could not be asked. Try again later.",
    "no_number": "Its number in Xero can't be made from the connection's template.",
}
"""What stands against a deed, as a page tells it of one document."""

_RETRIED = ("ready", "needs_attention", "skipped")
_SKIPPED = ("ready", "waiting", "needs_attention")


def hindrance(verb: Verb, document: Standing) -> str:
    """Return the code of what stands against it, empty when nothing does."""
    match verb:
        case Verb.RETRY:
            return _against_retry(document)
        case Verb.SKIP:
            return _against_skip(document)
        case Verb.MARK_POSTED:
            return _against_marking(document)
    return ""


def _against_retry(document: Standing) -> str:
    if document.disconnected:
        return "disconnected"
    if document.in_xero:
        return "posted" if document.status == "posted" else "to_close"
    if document.status not in _RETRIED:
        return document.status
    if document.from_xero:
        return "from_xero"
    return "" if document.known else "unknown"


def _against_skip(document: Standing) -> str:
    if document.in_xero:
        return "posted" if document.status == "posted" else "to_close"
    return "" if document.status in _SKIPPED else document.status


def _against_marking(document: Standing) -> str:
    if document.status in ("posted", "sending"):
        return document.status
    if document.disconnected:
        return "disconnected"
    return "" if document.known else "unknown"

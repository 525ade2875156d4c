"""Events about what became of a document: asked for, posted, stuck, withdrawn."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.values import Amount, EventData, MintsoftId, Text


class Kind(StrEnum):
    """What a document is in Mintsoft: an order or a 3PL invoice."""

    ORDER = "order"
    INVOICE = "invoice"


class Status(StrEnum):
    """Where a document stands; people read the words of :func:`status_words`."""

    READY = "ready"
    WAITING = "waiting"
    SENDING = "sending"
    POSTED = "posted"
    NEEDS_ATTENTION = "needs_attention"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


_WORDS: dict[Status, str] = {
    Status.READY: "Ready",
    Status.WAITING: "Waiting",
    Status.SENDING: "Sending",
    Status.POSTED: "In Xero",
    Status.NEEDS_ATTENTION: "Needs attention",
    Status.SKIPPED: "Skipped",
    Status.WITHDRAWN: "Withdrawn",
}


def status_words(status: str, *, warned: bool = False) -> str:
    """Return a status as people read it. Raises ValueError for what is no status."""
    words = _WORDS[Status(status)]
    return f"{words} with warnings" if warned and status == Status.POSTED else words


class DocumentWarning(EventData):
    """Something a bookkeeper may want to know about a document that was posted all the same."""

    code: str
    message: str


class ExportRequestedV1(EventData):
    """``export.requested.v1``: a person pressed Export for one document."""

    kind: Kind
    id: MintsoftId
    requested_by: Text | None = None


class DocumentPostedV1(EventData):
    """``document.posted.v1``: the document is in Xero; ``total`` is Xero's, tax included."""

    connection_id: UUID
    kind: Kind
    mintsoft_id: MintsoftId
    xero_id: UUID
    xero_number: str
    xero_url: str
    total: Amount
    currency_code: str
    warnings: Annotated[list[DocumentWarning], Field(default_factory=list)]


class DocumentNeedsAttentionV1(EventData):
    """``document.needs-attention.v1``: a person must act; ``remedy`` says what to do."""

    connection_id: UUID
    kind: Kind
    mintsoft_id: MintsoftId
    code: str
    message: str
    remedy: str
    xero_id: UUID | None = None
    xero_number: str | None = None


class DocumentWithdrawnV1(EventData):
    """``document.withdrawn.v1``: taken back before it was sent; nothing of it is in Xero."""

    connection_id: UUID
    kind: Kind
    mintsoft_id: MintsoftId
    reason: str | None = None

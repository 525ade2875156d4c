"""What is to become of a document: data, made by pure functions, consumed by one ``match``."""

from dataclasses import dataclass

from schemas.exports import DocumentWarning
from workers.mapping.drafts import InvoiceDraft, ItemDraft
from workers.mapping.reasons import Reason


@dataclass(frozen=True, slots=True)
class Post:
    """Send it. ``items`` are all items its lines name; those Xero lacks must be created first.

    ``contact_key`` is the key under which the answer's ContactID is worth remembering.
    """

    invoice: InvoiceDraft
    items: tuple[ItemDraft, ...]
    warnings: tuple[DocumentWarning, ...]
    contact_key: str | None


@dataclass(frozen=True, slots=True)
class Wait:
    """It can't be sent until the reason's cause is gone."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Skip:
    """There is nothing to send, and that is as it should be."""

    reason: Reason


Decision = Post | Wait | Skip

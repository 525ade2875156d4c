"""Where a document stands once Xero has answered, or has not.

A member of an attempt may have changed while it was on its way: taken back, or finalised
anew with another total. What Xero has then is told as it is; what it refused follows the
newer wish.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from schemas.exports import DocumentWarning, Kind, Status
from workers.mapping.arrivals import changed_after_posting, withdrawn_after_posting
from workers.mapping.reasons import Reason, reason


@dataclass(frozen=True, slots=True)
class Member:
    """A document in an attempt, as it was sealed, with how it stands now.

    ``expected_total`` is the gross Xero will compute; ``mintsoft_total`` is the document's own
    when it was sealed, ``total`` the same now. All in the document's currency.
    """

    position: int
    document_id: int
    kind: Kind
    invoice_number: str
    url: str
    expected_total: Decimal
    mintsoft_total: Decimal
    contact_key: str | None
    warnings: list[dict[str, str]]
    mintsoft_id: int
    number: str
    total: Decimal
    currency: str
    withdrawal: str | None
    failures: int
    traceparent: str | None

    @property
    def is_same(self) -> bool:
        """Whether Mintsoft still says what was sealed."""
        return self.total == self.mintsoft_total


@dataclass(frozen=True, slots=True)
class InXero:
    """The document Xero has: ``total`` is gross."""

    id: UUID
    number: str
    total: Decimal
    contact_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where a document stands after an attempt.

    A waiting one is due at ``due_at`` (UTC) or ``delay`` after now. ``in_xero`` is set when
    Xero has it; ``detail`` holds Xero's own words.
    """

    document_id: int
    status: Status
    failures: int = 0
    due_at: datetime | None = None
    delay: timedelta = field(default_factory=timedelta)
    alone: bool = False
    reason: Reason | None = None
    detail: str | None = None
    warnings: tuple[DocumentWarning, ...] = ()
    in_xero: InXero | None = None


def posted(member: Member, found: InXero) -> Settlement:
    """Xero has the document."""
    problem = _after_posting(member, found)
    return Settlement(
        member.document_id,
        Status.NEEDS_ATTENTION if problem else Status.POSTED,
        reason=problem,
        warnings=tuple(DocumentWarning(**each) for each in member.warnings),
        in_xero=found,
    )


def _after_posting(member: Member, found: InXero) -> Reason | None:
    if member.withdrawal is not None:
        return withdrawn_after_posting(member.kind, member.number, found.number, member.withdrawal)
    if found.total != member.expected_total:
        return reason(
            "total_differs_in_xero",
            xero_number=found.number,
            xero_total=found.total,
            expected=member.expected_total,
        )
    if not member.is_same:
        return changed_after_posting(member.kind, found.number, member.mintsoft_total, member.total)
    return None


def refused(member: Member, why: Reason, detail: str = "") -> Settlement:
    """Xero does not want the document; a newer version of it gets its own chance."""
    if member.withdrawal is not None:
        return Settlement(member.document_id, Status.WITHDRAWN)
    if not member.is_same:
        return Settlement(member.document_id, Status.WAITING)
    return Settlement(member.document_id, Status.NEEDS_ATTENTION, reason=why, detail=detail or None)


def again(member: Member, *, alone: bool = False, delay: timedelta | None = None) -> Settlement:
    """Nothing of the document is in Xero: it goes out with a later batch."""
    if member.withdrawal is not None:
        return Settlement(member.document_id, Status.WITHDRAWN)
    return Settlement(
        member.document_id,
        Status.WAITING,
        failures=member.failures + 1,
        alone=alone,
        delay=delay or timedelta(),
    )


def is_ours(member: Member, url: str | None, total: Decimal, live: bool) -> bool:
    """Return whether the invoice found under the member's number is the member itself.

    Only the link back to the Mintsoft document and the total together prove it; one that was
    voided or deleted since no longer counts.
    """
    return live and url == member.url and total == member.expected_total


def number_taken(member: Member, found: str) -> Reason:
    """Return the reason of a document whose number another document has; *found* describes it."""
    return reason("number_taken", number=member.invoice_number, found=found)

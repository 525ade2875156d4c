"""Where a document stands once Xero has answered, or has not.

A member of an attempt may have changed while it was on its way: taken back, or updated in
Mintsoft. What Xero has then is told as it is; what it refused follows the newer wish.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from schemas.exports import DocumentWarning, Kind, Status
from workers.mapping.arrivals import changed_after_posting, withdrawn_after_posting, worth
from workers.mapping.reasons import Reason, reason

CRASHES = 3
"""A document whose attempts end this often without a word is set aside for a person."""

HOPELESS = 2 * CRASHES
"""Three crashes have an attempt looked up instead of sent; after three more in a row the look-up
itself is what ends its workers, and is taken apart."""


@dataclass(frozen=True, slots=True)
class Member:
    """A document in an attempt, as it was sealed, with how it stands now.

    ``expected_total`` is the gross Xero will compute, in ``currency``. ``version``,
    ``mintsoft_total`` and ``mintsoft_currency`` are the document's own when it was sealed;
    ``version_now``, ``total_now`` and ``currency_now`` are the same now.
    """

    position: int
    document_id: int
    kind: Kind
    invoice_number: str
    url: str
    expected_total: Decimal
    currency: str
    version: datetime
    mintsoft_total: Decimal
    mintsoft_currency: str | None
    contact_key: str | None
    warnings: list[dict[str, str]]
    mintsoft_id: int
    number: str
    version_now: datetime
    total_now: Decimal
    currency_now: str | None
    withdrawal: str | None
    failures: int
    crashes: int
    traceparent: str | None
    alone: bool = False
    half: UUID | None = None

    @property
    def is_latest(self) -> bool:
        """Whether nothing newer came from Mintsoft since it was sealed."""
        return self.version == self.version_now

    @property
    def is_worth_the_same(self) -> bool:
        """Whether what was sealed and what Mintsoft says now come to the same money."""
        sealed = self.mintsoft_total, self.mintsoft_currency
        return sealed == (self.total_now, self.currency_now)


@dataclass(frozen=True, slots=True)
class InXero:
    """The document Xero has: ``total`` is gross, in ``currency``."""

    id: UUID
    number: str
    total: Decimal
    currency: str
    contact_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where a document stands after an attempt.

    A waiting one is due at ``due_at`` (UTC) or ``delay`` after now. ``in_xero`` is set when
    Xero has it; ``exported_*`` say what it holds of Mintsoft's; ``detail`` is Xero's own words.
    One that goes ``alone`` keeps out of ordinary batches; those of a ``half`` go together.
    """

    document_id: int
    status: Status
    failures: int = 0
    crashes: int = 0
    due_at: datetime | None = None
    delay: timedelta = field(default_factory=timedelta)
    alone: bool = False
    half: UUID | None = None
    reason: Reason | None = None
    detail: str | None = None
    warnings: tuple[DocumentWarning, ...] = ()
    in_xero: InXero | None = None
    exported_total: Decimal | None = None
    exported_currency: str | None = None


def posted(member: Member, found: InXero) -> Settlement:
    """Xero has the document."""
    problem = _after_posting(member, found)
    return Settlement(
        member.document_id,
        Status.NEEDS_ATTENTION if problem else Status.POSTED,
        reason=problem,
        warnings=tuple(DocumentWarning(**each) for each in member.warnings),
        in_xero=found,
        exported_total=member.mintsoft_total,
        exported_currency=member.mintsoft_currency,
    )


def _after_posting(member: Member, found: InXero) -> Reason | None:
    if member.withdrawal is not None:
        return withdrawn_after_posting(member.kind, member.number, found.number, member.withdrawal)
    if (found.total, found.currency) != (member.expected_total, member.currency):
        return reason(
            "total_differs_in_xero",
            xero_number=found.number,
            xero_total=worth(found.total, found.currency),
            expected=worth(member.expected_total, member.currency),
        )
    if not member.is_worth_the_same:
        return changed_after_posting(
            member.kind,
            found.number,
            worth(member.mintsoft_total, member.mintsoft_currency),
            worth(member.total_now, member.currency_now),
        )
    return None


def refused(member: Member, why: Reason, detail: str = "") -> Settlement:
    """Xero does not want the document; a newer version of it gets its own chance."""
    if member.withdrawal is not None:
        return Settlement(member.document_id, Status.WITHDRAWN)
    if not member.is_latest:
        return Settlement(member.document_id, Status.WAITING)
    return Settlement(member.document_id, Status.NEEDS_ATTENTION, reason=why, detail=detail or None)


def again(member: Member, delay: timedelta) -> Settlement:
    """Nothing of the document is in Xero: it goes out later, in the same company."""
    if member.withdrawal is not None:
        return Settlement(member.document_id, Status.WITHDRAWN)
    return Settlement(
        member.document_id,
        Status.WAITING,
        member.failures + 1,
        alone=member.alone,
        half=member.half,
        delay=delay,
    )


def apart(member: Member, half: UUID) -> Settlement:
    """Xero refuses the batch and does not say why: the document goes on with its *half*, now."""
    if member.withdrawal is not None:
        return Settlement(member.document_id, Status.WITHDRAWN)
    return Settlement(member.document_id, Status.WAITING, member.failures, alone=True, half=half)


def unknown(member: Member, cause: str, detail: str = "") -> Settlement:
    """The document can't be looked up because of *cause*: a person must look."""
    kind, number = member.kind.value, member.invoice_number
    if member.withdrawal is None:
        why = reason("outcome_unknown", kind=kind, number=number, cause=cause)
    else:
        why = reason("outcome_unknown_withdrawn", kind=kind, number=number, cause=cause)
    return Settlement(member.document_id, Status.NEEDS_ATTENTION, reason=why, detail=detail or None)


def is_ours(member: Member, url: str | None, found: InXero, live: bool) -> bool:
    """Return whether the invoice found under the member's number is the member itself.

    Only the link back to the Mintsoft document and the total together prove it; one that was
    voided or deleted since no longer counts.
    """
    same = (found.total, found.currency) == (member.expected_total, member.currency)
    return live and url == member.url and same


def number_taken(member: Member, found: str) -> Reason:
    """Return the reason of a document whose number another document has; *found* describes it."""
    return reason("number_taken", number=member.invoice_number, found=found)

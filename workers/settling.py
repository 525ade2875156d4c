"""What Xero's answers mean for the members of an attempt. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from uuid import UUID

from schemas.exports import Status
from workers.clock import backoff
from workers.errors import Failure, Permanent, Throttled, Transient
from workers.mapping import outcomes
from workers.mapping.arrivals import worth
from workers.mapping.outcomes import Member, Settlement
from workers.mapping.reasons import reason
from workers.store.ledger import InAttempt
from workers.xero.reasons import reason_of
from workers.xero.results import FoundInvoice, InvoiceOutcome

NUMBER_TAKEN = "xero_number_taken"


def refused(answers: Iterable[InvoiceOutcome]) -> list[str]:
    """Return the numbers of what Xero refused."""
    return [each.number for each in answers if not each.ok]


def taken(answers: Iterable[InvoiceOutcome]) -> list[str]:
    """Return the numbers that Xero refused because they are in use: perhaps by us."""
    return [
        each.number
        for each in answers
        if not each.ok and reason_of(each.errors).code == NUMBER_TAKEN
    ]


def by_answer(
    member: Member, answer: InvoiceOutcome, found: Mapping[str, FoundInvoice], rng: Random
) -> Settlement:
    """Settle *member* by its element of the answer; *found* is what has a refused number."""
    if answer.in_xero is not None:
        return outcomes.posted(member, answer.in_xero)
    if member.invoice_number in found:
        return by_look_up(member, found, rng)
    return outcomes.refused(member, reason_of(answer.errors), " ".join(answer.errors))


def by_look_up(
    member: Member,
    found: Mapping[str, FoundInvoice],
    rng: Random,
    *,
    crashes: int = 0,
    only: bool = False,
) -> Settlement:
    """Settle *member* by what Xero has under its number.

    What Xero lacks goes out again, unless its attempts have ended so many workers (*crashes* in
    this one) that it goes alone, or is set aside when it was the *only* one.
    """
    other = found.get(member.invoice_number)
    if other is None and crashes and member.withdrawal is None:
        return _crashed(member, member.crashes + crashes, rng, only=only)
    if other is None:
        return outcomes.again(member, backoff(member.failures + 1, rng))
    if outcomes.is_ours(member, other.url, other.in_xero, other.live):
        return outcomes.posted(member, other.in_xero)
    described = f"{other.status.lower()}, {worth(other.in_xero.total, other.in_xero.currency)}"
    return outcomes.refused(member, outcomes.number_taken(member, described))


def by_refusal(member: Member, refusal: Permanent, half: UUID | None) -> Settlement:
    """Settle *member* of an attempt that Xero refused as one; no *half*: it was alone in it."""
    if half is None:
        return outcomes.refused(member, refusal.reason, refusal.detail)
    return outcomes.apart(member, half)


def by_failure(
    document: InAttempt, failure: Failure, rng: Random, *, half: UUID | None
) -> Settlement:
    """Settle a document of an attempt that Xero did not carry out.

    *half* is where it goes if the attempt was refused as one; None: it was the only one in it.
    """
    if document.withdrawal is not None:
        return Settlement(document.document_id, Status.WITHDRAWN)
    waiting = Settlement(
        document.document_id,
        Status.WAITING,
        document.failures,
        alone=document.alone,
        half=document.half,
    )
    match failure:
        case Throttled(until=until):
            return replace(waiting, due_at=until)
        case Transient():
            failures = document.failures + 1
            why = reason("xero_unavailable", cause=str(failure))
            return replace(waiting, failures=failures, delay=backoff(failures, rng), reason=why)
        case Permanent() if half is not None:
            return replace(waiting, alone=True, half=half)
        case Permanent(reason=why, detail=detail):
            number = document.document_id
            return Settlement(number, Status.NEEDS_ATTENTION, reason=why, detail=detail)
    return waiting


def by_crash(document: InAttempt, rng: Random) -> Settlement:
    """Settle a document whose attempt ended without a word before anything was sent.

    After a second time it goes alone, so that it can't take others along; after a third a
    person must look.
    """
    if document.withdrawal is not None:
        return Settlement(document.document_id, Status.WITHDRAWN)
    crashes = document.crashes + 1
    only = document.alone and document.half is None
    return _crashed(document, crashes, rng, only=only)


def _crashed(each: InAttempt | Member, crashes: int, rng: Random, *, only: bool) -> Settlement:
    """Only a document that was alone is to blame; others get their own chance to be."""
    if only and crashes >= outcomes.CRASHES:
        why = reason("unexpected", error=f"{crashes} attempts ended without a word")
        return Settlement(each.document_id, Status.NEEDS_ATTENTION, reason=why)
    counted = min(crashes, outcomes.CRASHES - 1)
    by_itself = counted > 1
    return Settlement(
        each.document_id,
        Status.WAITING,
        each.failures,
        counted,
        delay=backoff(crashes, rng),
        alone=by_itself or each.alone,
        half=None if by_itself else each.half,
    )

"""What Xero's answers mean for the members of an attempt. Pure."""

from collections.abc import Mapping
from random import Random

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


def is_taken(answer: InvoiceOutcome) -> bool:
    """Return whether Xero refused the document because its number is in use: perhaps by itself."""
    return not answer.ok and reason_of(answer.errors).code == NUMBER_TAKEN


def by_answer(
    member: Member, answer: InvoiceOutcome, found: Mapping[str, FoundInvoice], rng: Random
) -> Settlement:
    """Settle *member* by its element of the answer; *found* is what has its number."""
    if answer.in_xero is not None:
        return outcomes.posted(member, answer.in_xero)
    if is_taken(answer) and member.invoice_number in found:
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
        total = member.crashes + crashes
        return _crashed(member.document_id, member.failures, total, rng, only=only)
    if other is None:
        return outcomes.again(member, backoff(member.failures + 1, rng))
    if outcomes.is_ours(member, other.url, other.in_xero, other.live):
        return outcomes.posted(member, other.in_xero)
    described = f"{other.status.lower()}, {worth(other.in_xero.total, other.in_xero.currency)}"
    return outcomes.refused(member, outcomes.number_taken(member, described))


def by_failure(document: InAttempt, failure: Failure, rng: Random, *, only: bool) -> Settlement:
    """Settle a document of an attempt that Xero did not carry out; *only*: it was alone in it."""
    if document.withdrawal is not None:
        return Settlement(document.document_id, Status.WITHDRAWN)
    number, failures, alone = document.document_id, document.failures, document.alone
    match failure:
        case Throttled(until=until):
            return Settlement(number, Status.WAITING, failures, due_at=until, alone=alone)
        case Transient():
            why = reason("xero_unavailable", cause=str(failure))
            delay = backoff(failures + 1, rng)
            return Settlement(
                number, Status.WAITING, failures + 1, delay=delay, alone=alone, reason=why
            )
        case Permanent(reason=why, detail=detail) if only:
            return Settlement(number, Status.NEEDS_ATTENTION, reason=why, detail=detail)
    return Settlement(number, Status.WAITING, failures, alone=isinstance(failure, Permanent))


def by_crash(document: InAttempt, rng: Random) -> Settlement:
    """Settle a document whose attempt ended without a word before anything was sent.

    After a second time it goes alone, so that it can't take others along; after a third a
    person must look.
    """
    if document.withdrawal is not None:
        return Settlement(document.document_id, Status.WITHDRAWN)
    crashes = document.crashes + 1
    return _crashed(document.document_id, document.failures, crashes, rng, only=document.alone)


def _crashed(
    document_id: int, failures: int, crashes: int, rng: Random, *, only: bool
) -> Settlement:
    """Only a document that was alone is to blame; others get their own chance to be."""
    if only and crashes >= outcomes.CRASHES:
        why = reason("unexpected", error=f"{crashes} attempts ended without a word")
        return Settlement(document_id, Status.NEEDS_ATTENTION, reason=why)
    counted = min(crashes, outcomes.CRASHES - 1)
    delay = backoff(crashes, rng)
    return Settlement(
        document_id, Status.WAITING, failures, counted, delay=delay, alone=counted > 1
    )

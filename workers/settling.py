"""What Xero's answers mean for the members of an attempt. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random

from schemas.exports import Status
from workers.clock import backoff
from workers.errors import Failure, Permanent, Throttled, Transient
from workers.mapping import outcomes
from workers.mapping.outcomes import InXero, Member, Settlement
from workers.store.ledger import InAttempt
from workers.xero.reasons import reason_of
from workers.xero.results import FoundInvoice, InvoiceOutcome

NUMBER_TAKEN = "xero_number_taken"


def is_taken(answer: InvoiceOutcome) -> bool:
    """Return whether Xero refused the document because its number is in use: perhaps by itself."""
    return not answer.ok and reason_of(answer.errors).code == NUMBER_TAKEN


def by_answer(
    member: Member, answer: InvoiceOutcome, found: Mapping[str, FoundInvoice]
) -> Settlement:
    """Settle *member* by its element of the answer; *found* is what has its number."""
    if answer.ok and answer.invoice_id is not None:
        total = member.expected_total if answer.total is None else answer.total
        in_xero = InXero(answer.invoice_id, answer.number, total, answer.contact_id)
        return outcomes.posted(member, in_xero)
    if is_taken(answer) and member.invoice_number in found:
        return by_look_up(member, found)
    return outcomes.refused(member, reason_of(answer.errors), " ".join(answer.errors))


def by_look_up(member: Member, found: Mapping[str, FoundInvoice]) -> Settlement:
    """Settle *member* by what Xero has under its number."""
    other = found.get(member.invoice_number)
    if other is None:
        return outcomes.again(member)
    if outcomes.is_ours(member, other.url, other.total, other.live):
        in_xero = InXero(other.invoice_id, other.number, other.total, other.contact_id)
        return outcomes.posted(member, in_xero)
    described = f"{other.status.lower()}, total {other.total}"
    return outcomes.refused(member, outcomes.number_taken(member, described))


def by_failure(document: InAttempt, failure: Failure, rng: Random) -> Settlement:
    """Settle a document of an attempt that Xero did not carry out."""
    if document.withdrawal is not None:
        return Settlement(document.document_id, Status.WITHDRAWN)
    number, failures = document.document_id, document.failures
    match failure:
        case Throttled(until=until):
            return Settlement(number, Status.WAITING, failures, due_at=until)
        case Transient():
            delay = backoff(failures + 1, rng)
            return Settlement(number, Status.WAITING, failures + 1, delay=delay)
        case Permanent(reason=why, detail=detail):
            return Settlement(number, Status.NEEDS_ATTENTION, reason=why, detail=detail)
    return Settlement(number, Status.WAITING, failures, delay=timedelta())

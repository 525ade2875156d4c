"""What an event changes about a document in the ledger.

Events come doubled, late and out of order, so the outcome depends only on what they say and
on the versions they carry: an older version changes nothing, a withdrawal seen before its
document leaves a mark that the document meets, and what is in Xero is never sent again but
reported when Mintsoft changes it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from schemas.exports import Kind, Status
from workers.mapping.reasons import Reason, reason

SKIPPED_BY_PERSON = "skipped_by_person"
"""The code of a skip that a person decided; new versions of the document do not undo it."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One document of Mintsoft on one connection."""

    connection_id: UUID
    kind: Kind
    mintsoft_id: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document, or its withdrawal (then ``withdrawal`` says why), as an event brings it.

    ``total`` is Mintsoft's: gross of an order, net of a 3PL invoice, in ``currency``.
    ``payload`` is the event's data as JSON text. ``asked_for``: someone pressed Export.
    """

    key: Key
    client_id: int
    number: str
    version: datetime
    payload: str | None = None
    total: Decimal | None = None
    currency: str | None = None
    withdrawal: str | None = None
    asked_for: bool = True
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A document as the ledger has it. ``payload`` None means: as stored."""

    key: Key
    client_id: int
    number: str
    status: Status
    version: datetime
    payload: str | None = None
    total: Decimal | None = None
    currency: str | None = None
    withdrawal: str | None = None
    reason: Reason | None = None
    xero_id: UUID | None = None
    xero_number: str | None = None
    xero_total: Decimal | None = None
    traceparent: str | None = None


def arrive(standing: Standing | None, arrival: Arrival) -> Standing:
    """Return how the document stands after *arrival*; the same object when nothing changes."""
    if standing is None:
        return _first(arrival)
    if arrival.version <= standing.version:
        return standing
    if arrival.withdrawal is not None:
        return _withdraw(standing, arrival)
    return _update(standing, arrival)


def _first(arrival: Arrival) -> Standing:
    withdrawn = arrival.withdrawal is not None
    return Standing(
        key=arrival.key,
        client_id=arrival.client_id,
        number=arrival.number,
        status=Status.WITHDRAWN if withdrawn else _start(arrival),
        version=arrival.version,
        payload=arrival.payload,
        total=arrival.total,
        currency=arrival.currency,
        traceparent=arrival.traceparent,
    )


def _start(arrival: Arrival) -> Status:
    return Status.WAITING if arrival.asked_for else Status.READY


def _withdraw(standing: Standing, arrival: Arrival) -> Standing:
    if standing.status is Status.SENDING:
        return replace(standing, version=arrival.version, withdrawal=arrival.withdrawal)
    if standing.xero_number is not None:
        return replace(
            standing,
            version=arrival.version,
            status=Status.NEEDS_ATTENTION,
            reason=withdrawn_after_posting(
                standing.key.kind, standing.number, standing.xero_number, arrival.withdrawal or ""
            ),
        )
    return replace(standing, version=arrival.version, status=Status.WITHDRAWN, reason=None)


def _update(standing: Standing, arrival: Arrival) -> Standing:
    if standing.xero_number is not None:
        return _changed_in_xero(standing, arrival)
    renewed = replace(
        standing,
        number=arrival.number,
        version=arrival.version,
        payload=arrival.payload,
        total=arrival.total,
        currency=arrival.currency,
        withdrawal=None,
        traceparent=arrival.traceparent,
    )
    if standing.status in (Status.SENDING, Status.READY) or _skipped_by_person(standing):
        return renewed
    if standing.status is Status.WITHDRAWN:
        return replace(renewed, status=_start(arrival))
    return replace(renewed, status=Status.WAITING, reason=None)


def _skipped_by_person(standing: Standing) -> bool:
    return standing.reason is not None and standing.reason.code == SKIPPED_BY_PERSON


def _changed_in_xero(standing: Standing, arrival: Arrival) -> Standing:
    same = arrival.total == standing.total and arrival.currency == standing.currency
    if same:
        return replace(standing, version=arrival.version)
    return replace(
        standing,
        version=arrival.version,
        payload=arrival.payload,
        total=arrival.total,
        currency=arrival.currency,
        status=Status.NEEDS_ATTENTION,
        reason=changed_after_posting(
            standing.key.kind, standing.xero_number or "", standing.total, arrival.total
        ),
    )


def withdrawn_after_posting(kind: Kind, number: str, xero_number: str, why: str) -> Reason:
    """Return the reason of a document that was taken back when it was already in Xero."""
    return reason(
        "withdrawn_after_posting",
        kind=kind.value,
        number=number,
        xero_number=xero_number,
        why=f": {why}" if why else "",
    )


def changed_after_posting(
    kind: Kind, xero_number: str, before: Decimal | None, after: Decimal | None
) -> Reason:
    """Return the reason of a document whose total changed when it was already in Xero."""
    return reason(
        "changed_after_posting",
        kind=kind.value,
        xero_number=xero_number,
        before=before,
        after=after,
    )

"""What an event changes about a document in the ledger.

Events come doubled, late and out of order, so the outcome depends only on what they say and
on the versions they carry: an older version changes nothing, a withdrawal seen before its
document leaves a mark that the document meets, and what is in Xero is never sent again but
reported when Mintsoft changes it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from schemas.exports import Kind, Status
from workers.mapping.reasons import Reason, reason

SKIPPED_BY_PERSON = "skipped_by_person"
"""The code of a skip that a person decided; new versions of the document do not undo it."""

CLOCK_SKEW = timedelta(seconds=5)
"""A withdrawal carries its event's time, a document LastUpdated: two clocks of Mintsoft's."""

_SETTLED_BY_NEWS = frozenset({"withdrawn_after_posting", "changed_after_posting"})
"""Reasons that end when Mintsoft says again what Xero has."""


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
    ``xero_id``: the document of Xero that an order says it was made from; ``already``: why it is
    in Xero without having been exported.
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
    xero_id: UUID | None = None
    already: Reason | None = None


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
    exported_total: Decimal | None = None
    exported_currency: str | None = None
    traceparent: str | None = None


def arrive(standing: Standing | None, arrival: Arrival) -> Standing:
    """Return how the document stands after *arrival*; the same object when nothing changes."""
    if standing is None:
        return _first(arrival)
    if arrival.withdrawal is not None:
        late = standing.version - arrival.version >= CLOCK_SKEW  # a sum might pass year 9999
        return standing if late else _withdraw(standing, arrival)
    return standing if arrival.version <= standing.version else _update(standing, arrival)


def _is_withdrawn(standing: Standing) -> bool:
    """Whether the document was taken back already: then only the version is news."""
    told = standing.reason is not None and standing.reason.code == "withdrawn_after_posting"
    return standing.status is Status.WITHDRAWN or standing.withdrawal is not None or told


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
        reason=arrival.already,
        traceparent=arrival.traceparent,
    )


def _start(arrival: Arrival) -> Status:
    if arrival.already is not None:
        return Status.SKIPPED
    return Status.WAITING if arrival.asked_for else Status.READY


def _withdraw(standing: Standing, arrival: Arrival) -> Standing:
    version = max(standing.version, arrival.version)
    if _is_withdrawn(standing):
        return standing if version == standing.version else replace(standing, version=version)
    if standing.status is Status.SENDING:
        return replace(standing, version=version, withdrawal=arrival.withdrawal)
    if standing.xero_number is None:
        return replace(standing, version=version, status=Status.WITHDRAWN, reason=None)
    why = withdrawn_after_posting(
        standing.key.kind, standing.number, standing.xero_number, arrival.withdrawal or ""
    )
    return replace(standing, version=version, status=Status.NEEDS_ATTENTION, reason=why)


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
    if standing.status is Status.SENDING or _skipped_by_person(standing):
        return renewed
    if arrival.already is not None:
        return replace(renewed, status=Status.SKIPPED, reason=arrival.already)
    if standing.status in (Status.READY, Status.WITHDRAWN):
        return replace(renewed, status=_start(arrival))
    return replace(renewed, status=Status.WAITING, reason=None)


def _skipped_by_person(standing: Standing) -> bool:
    return standing.reason is not None and standing.reason.code == SKIPPED_BY_PERSON


def _changed_in_xero(standing: Standing, arrival: Arrival) -> Standing:
    """What is in Xero is compared with what was exported, however often it changed since."""
    renewed = replace(
        standing,
        version=arrival.version,
        payload=arrival.payload,
        total=arrival.total,
        currency=arrival.currency,
    )
    if (arrival.total, arrival.currency) == (standing.exported_total, standing.exported_currency):
        settled = standing.reason is not None and standing.reason.code in _SETTLED_BY_NEWS
        return replace(renewed, status=Status.POSTED, reason=None) if settled else renewed
    why = changed_after_posting(
        standing.key.kind,
        standing.xero_number or "",
        worth(standing.exported_total, standing.exported_currency),
        worth(arrival.total, arrival.currency),
    )
    return replace(renewed, status=Status.NEEDS_ATTENTION, reason=why)


def worth(total: Decimal | None, currency: str | None) -> str:
    """Return an amount for a sentence, such as ``12.00 GBP``."""
    return f"{total} {currency or ''}".strip()


def came_from_xero(number: str, xero_number: str) -> Reason:
    """Return the reason of an order that was made from an invoice of Xero."""
    return reason("came_from_xero", number=number, xero_number=xero_number)


def withdrawn_after_posting(kind: Kind, number: str, xero_number: str, why: str) -> Reason:
    """Return the reason of a document that was taken back when it was already in Xero."""
    return reason(
        "withdrawn_after_posting",
        kind=kind.value,
        number=number,
        xero_number=xero_number,
        why=f": {why}" if why else "",
    )


def changed_after_posting(kind: Kind, xero_number: str, before: str, after: str) -> Reason:
    """Return the reason of a document whose total changed when it was already in Xero."""
    return reason(
        "changed_after_posting",
        kind=kind.value,
        xero_number=xero_number,
        before=before,
        after=after,
    )

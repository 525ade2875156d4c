"""What is to become of a Xero document: data, made by pure functions, consumed by one ``match``."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from schemas.imports import NewAsn, NewOrder
from workers.mapping.reasons import Reason

Body = TypeVar("Body", NewOrder, NewAsn)


@dataclass(frozen=True, slots=True)
class Place(Generic[Body]):
    """Bring it into Mintsoft: ``body`` is the whole of it."""

    body: Body


@dataclass(frozen=True, slots=True)
class Hold:
    """It can't come in until the reason's cause is gone: needs attention."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Pass:
    """It isn't for Mintsoft, and that is as it should be: skipped."""

    reason: Reason


SalesOrderDecision = Place[NewOrder] | Hold | Pass
PurchaseOrderDecision = Place[NewAsn] | Hold | Pass

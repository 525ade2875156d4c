"""Values that every contract shares.

Amounts are ``Decimal`` and stay so: JSON is read by :func:`events.envelope.loads`, which
makes a ``Decimal`` of each number's own text, so no amount ever passes through ``float``.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic.alias_generators import to_pascal


def as_utc(moment: datetime) -> datetime:
    """Return *moment* in UTC; Mintsoft writes times without a zone and means UTC."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is outside the years 1 to 9999 in UTC") from None


UtcDatetime = Annotated[datetime, AfterValidator(as_utc)]
"""An aware moment in UTC."""


def as_written(moment: datetime) -> datetime:
    """Return *moment* in the zone it was written in, so that its day is the one that was meant.

    Without a zone it is UTC's. Raises ValueError if it has no equal in UTC.
    """
    in_utc = as_utc(moment)
    return in_utc if moment.tzinfo is None else moment


WrittenDatetime = Annotated[datetime, AfterValidator(as_written)]
"""An aware moment whose day is the day of whoever wrote it."""

LARGEST_AMOUNT = Decimal(10) ** 12
"""A larger one is a mistake; checked by comparing, as counting digits costs five times as much."""

Amount = Annotated[Decimal, Field(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT)]
"""An amount of money or a quantity; its currency stands beside it in the document."""


def _zero(value: object) -> object:
    return Decimal(0) if value is None else value


def _no(value: object) -> object:
    return False if value is None else value


AmountOrZero = Annotated[Amount, BeforeValidator(_zero, json_schema_input_type=Amount | None)]
"""An amount that upstream may leave out or send as null; both mean nothing."""

YesOrNo = Annotated[bool, BeforeValidator(_no, json_schema_input_type=bool | None)]
"""A flag that upstream may leave out or send as null; both mean no."""

CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code, such as GBP."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
"""Free text from upstream, without the spaces around it."""

MintsoftId = Annotated[int, Field(gt=0, le=2**63 - 1)]
"""Mintsoft's id of a document, client, channel or warehouse."""


class MintsoftModel(BaseModel):
    """A shape of Mintsoft's REST API: PascalCase names; fields we do not use are ignored."""

    model_config = ConfigDict(
        alias_generator=to_pascal, populate_by_name=True, frozen=True, extra="ignore"
    )


class EventData(MintsoftModel):
    """The ``data`` of an event, in the naming of Mintsoft's API."""


class Setting(BaseModel):
    """Something a person writes by hand: a name that is not known is an error, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

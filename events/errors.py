"""What can be wrong with an event, as one error with a code that operators can filter by.

    Unreadable
     ├─ too-large         the body is larger than MAX_BODY_BYTES
     ├─ not-json          the body is no JSON text, or nests too deep
     ├─ not-storable      PostgreSQL could not keep a text or a number in it
     ├─ not-cloudevent    JSON, but no CloudEvents 1.0 message
     ├─ attribute         an attribute of the envelope is missing, empty or malformed
     ├─ wrong-source      the source is not /mintsoft/<account>
     ├─ wrong-key         the type differs from the routing key
     ├─ unknown-type      an event, or a version of one, that we do not know
     ├─ wrong-data        the data does not fit the event's schema
     ├─ delivery-limit    reading it ended or defeated its reader as often as the broker allows
     └─ unexpected        a defect of ours: reading the event failed in a way nobody foresaw

Each message names the field, the value and the remedy. Values of data are named only where they
are numbers: a text may be somebody's name or address.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pydantic import ValidationError
from pydantic_core import ErrorDetails


class Code(StrEnum):
    """Why an event can't be read."""

    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    NOT_STORABLE = "not-storable"
    NOT_CLOUDEVENT = "not-cloudevent"
    ATTRIBUTE = "attribute"
    WRONG_SOURCE = "wrong-source"
    WRONG_KEY = "wrong-key"
    UNKNOWN_TYPE = "unknown-type"
    WRONG_DATA = "wrong-data"
    DELIVERY_LIMIT = "delivery-limit"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong with an event's data; ``got`` never repeats a text."""

    field: str
    kind: str
    problem: str
    got: str | None
    spelt: str | None = None
    """The name in other case, where the field seems to be missing for that alone."""


class Unreadable(ValueError):  # noqa: N818  the word of the ledger and the console
    """The message can't be read as one of our events; it is to be parked, not retried.

    ``defects`` are all that is wrong with the data, where that is the reason.
    """

    def __init__(self, code: Code, message: str, defects: Sequence[Defect] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.defects = defects


SHOWN_ERRORS = 5
"""So many defects are named; whoever mends a publisher mends them a few at a time."""

SHOWN_CHARACTERS = 80
"""A value is cut after so many characters in a message."""


def quoted(value: object) -> str:
    """Return *value* for a message: in ASCII, cut, without control characters."""
    text = ascii(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}... (cut)"


def field_path(location: Iterable[int | str]) -> str:
    """Return a field's place as people write it: ``OrderItems[0].SKU``."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.removeprefix(".") or "data"


def explain(error: ValidationError) -> str:
    """Return what is wrong with an event's data, without repeating texts from it."""
    found = defects_of(error)
    shown = "; ".join(map(_one, found[:SHOWN_ERRORS]))
    more = len(found) - SHOWN_ERRORS
    return f"{shown}; and {more} more" if more > 0 else shown


def defects_of(error: ValidationError) -> list[Defect]:
    """Return everything that is wrong with an event's data."""
    return [_defect(each) for each in error.errors(include_url=False, include_context=False)]


def _defect(detail: ErrorDetails) -> Defect:
    missing = detail["type"] == "missing"
    return Defect(
        field_path(detail["loc"]),
        detail["type"],
        detail["msg"],
        None if missing else _kind(detail["input"]),
        _other_case(detail) if missing else None,
    )


def _other_case(detail: ErrorDetails) -> str | None:
    wanted = str(detail["loc"][-1]).lower()
    names = detail["input"] if isinstance(detail["input"], Mapping) else ()
    return next((name for name in names if name.lower() == wanted), None)


def _one(defect: Defect) -> str:
    got = "" if defect.got is None else f", got {defect.got}"
    return f"{defect.field}: {defect.problem}{got}"


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return quoted(str(value)).strip("'")
        case str():
            return f"a text of {len(value)} characters"
        case Mapping():
            return "an object"
    return "a list" if isinstance(value, list) else f"a {type(value).__name__}"

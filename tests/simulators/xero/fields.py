"""Reading single fields of a request, with one message per fault instead of an exception each."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from tests.simulators.exchange import Json
from tests.simulators.xero.dates import parse_date


def decimal_of(raw: Json, name: str, errors: list[str]) -> Decimal | None:
    """A number, also when sent as text; a fault is added to `errors`."""
    value = raw.get(name)
    if value is None or isinstance(value, Decimal):
        return value
    if value == "":
        return None
    number = _parsed(value)
    if number is None:
        errors.append(f"{name} '{value}' is not a valid number.")
    return number


def _parsed(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def date_of(raw: Json, name: str, errors: list[str]) -> date | None:
    """A day from a field or its String companion; a fault is added to `errors`."""
    value = raw.get(name) or raw.get(f"{name}String")
    if not value:
        return None
    try:
        return parse_date(str(value))
    except ValueError:
        errors.append(f"{name} '{value}' is not a valid date.")
        return None


def too_long(raw: Json, limits: Iterable[tuple[str, int]]) -> Iterator[str]:
    """A message for each text field over its length in characters."""
    for name, limit in limits:
        value = raw.get(name)
        if isinstance(value, str) and len(value) > limit:
            yield f"The field {name} exceeds the maximum length of {limit} characters."


def messages(errors: Iterable[str]) -> list[Json]:
    """Messages as Xero's ValidationErrors."""
    return [{"Message": message} for message in errors]

"""JSON as Xero reads and writes it, with every amount exact.

Amounts are Decimal on both sides. The SDK's own serialiser turns them into floats, so bodies
are written here; a float in a body is a defect and is refused.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import jiter


def encode(value: object) -> bytes:
    """Return *value* as compact JSON, Decimal as plain number text without an exponent.

    Raises TypeError for floats and other things that are not JSON, ValueError for NaN and
    infinity. Half a surrogate pair, which is no character, becomes a question mark.
    """
    return _text(value).encode("utf-8", errors="replace")


def decode(body: bytes) -> object:
    """Return the JSON in *body*, numbers with a fraction as Decimal. Raises ValueError."""
    return jiter.from_json(body, float_mode="decimal", allow_inf_nan=False, cache_mode="keys")


def amount(value: object) -> Decimal | None:
    """Return a JSON number as Decimal; None for what is missing or no number."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)


def _text(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return _number(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case UUID() | date():
            return f'"{value}"'
        case Mapping():
            return _object(value)
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return f"[{','.join(_text(each) for each in value)}]"
    raise TypeError(f"{type(value).__name__} {value!r} can't be sent: give money as Decimal")


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is not an amount")
    return f"{value:f}"


def _object(value: Mapping[object, object]) -> str:
    return "{" + ",".join(f"{_text(str(key))}:{_text(each)}" for key, each in value.items()) + "}"

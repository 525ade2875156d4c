"""JSON whose numbers keep their own text: no amount passes through ``float``, in or out.

What is read here can also be stored: PostgreSQL's jsonb takes neither the NUL character nor
lone surrogates nor numbers beyond its ``numeric``, and one refused row would lose a whole batch.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import jiter

MAX_NUMBER_DIGITS = 8000
"""Digits or decimals of a number; PostgreSQL keeps up to 16,383 decimals."""

_SHAPE = bytes.maketrans(b"123456789E", b"000000000e")
"""With every digit a 0 and no signs, two searches say that no number of a text is extreme."""

_HALF_TOO_LONG = b"0" * (MAX_NUMBER_DIGITS // 2)
_LONG_EXPONENT = re.compile(rb"[:,\[\s]-?\d[\d.]*[eE][+-]?\d{4}")
"""An exponent of four digits where a number may stand, unlike the ``3e1234`` of a UUID."""


class NotJson(ValueError):  # noqa: N818  named after what is wrong, as Unreadable is
    """The bytes are no JSON text."""


class TooDeep(NotJson):
    """The JSON text nests deeper than 200 levels."""


class NotStorable(NotJson):
    """The JSON text is well formed, and PostgreSQL could not keep it."""


def loads(raw: bytes) -> object:
    """Return the value of a JSON text; numbers with a point or an exponent become Decimal.

    Raises NotJson (also for NaN, Infinity and lone surrogates), TooDeep or NotStorable.
    """
    try:
        value: object = jiter.from_json(
            raw, float_mode="decimal", allow_inf_nan=False, cache_mode="keys"
        )
    except ValueError as error:
        deep = "recursion limit" in str(error)
        raise (TooDeep if deep else NotJson)(str(error)) from None
    if _may_be_unstorable(raw):
        _check_storable(value)
    return value


def _may_be_unstorable(raw: bytes) -> bool:
    """Few texts are walked through value by value, which takes longer than reading them."""
    return b"\\u0000" in raw or has_extreme_number(raw)


def has_extreme_number(raw: bytes) -> bool:
    """Return False when no number in a JSON text has thousands of digits or a long exponent."""
    shape = raw.translate(_SHAPE, b"+-")
    if _HALF_TOO_LONG in shape:
        return True
    return b"0e0000" in shape and _LONG_EXPONENT.search(b" " + raw) is not None


def _check_storable(value: object) -> None:
    for leaf in _leaves(value):
        if isinstance(leaf, str) and "\0" in leaf:
            raise NotStorable("a text contains the NUL character (\\u0000)")
        if isinstance(leaf, Decimal) and _extent(leaf) > MAX_NUMBER_DIGITS:
            raise NotStorable(f"a number has more than {MAX_NUMBER_DIGITS} digits or decimals")


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _leaves(member)
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member)
    else:
        yield value


def _extent(number: Decimal) -> int:
    _, digits, exponent = number.as_tuple()
    return max(len(digits), abs(int(exponent)))


_SKIP: Callable[[str, int], tuple[object, int]] = json.JSONDecoder(
    parse_float=str, parse_int=str
).raw_decode
_SPACE = re.compile(r"[ \t\n\r]*")


def member_text(text: str, wanted: str) -> str | None:
    """Return the text of member *wanted* of the JSON object *text*, exactly as written.

    *text* must have been read by :func:`loads`. Of members with one name the last counts, as
    there. None when the object has no such member.
    """
    found = None
    at = _skip_space(text, text.index("{") + 1)
    while text[at] != "}":
        name, at = _SKIP(text, at)
        start = _skip_space(text, _skip_space(text, at) + 1)
        _, end = _SKIP(text, start)
        if name == wanted:
            found = text[start:end]
        at = _skip_space(text, end)
        if text[at] == ",":
            at = _skip_space(text, at + 1)
    return found


_TEXT = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BEFORE_DATA = re.compile(rf'\s*{{(?:\s*{_TEXT}\s*:\s*(?:{_TEXT}|null)\s*,)*+\s*"data"\s*:\s*')


def last_member_text(text: str) -> str | None:
    """Return the text of ``data`` when it is the last member of an envelope as all write it.

    Ten times faster than :func:`member_text`, and None whenever there is the least doubt: a
    nested or numeric attribute before it, or the name once more (in plain or escaped letters).
    """
    match = _BEFORE_DATA.match(text)
    if match is None or any(again in text for again in ("\\u006", "\\u007")):
        return None
    if text.find('"data"', match.end()) >= 0:
        return None
    return text[match.end() : text.rindex("}")].rstrip()


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def dumps(value: object) -> str:
    """Return *value* as JSON text: a Decimal as plain number text, times in UTC.

    Raises TypeError for a float and for anything JSON has no form for, ValueError for a
    Decimal that is not finite and for a time without a zone.
    """
    writer = _WRITERS.get(type(value))
    return writer(value) if writer else _unusual(value)


def _unusual(value: object) -> str:
    """Whatever is not exactly of a plain type: subclasses, other mappings and sequences."""
    match value:
        case str():
            return _quoted(value)
        case int():
            return int.__repr__(value)
        case datetime():
            return f'"{utc_text(value)}"'
        case UUID() | date():
            return f'"{value}"'
        case Mapping():
            return _object(value)
        case Sequence() if not isinstance(value, bytes | bytearray):
            return "[" + ",".join(map(dumps, value)) + "]"
    raise TypeError(f"{type(value).__name__} has no exact JSON form; use Decimal, str or int")


def _object(value: Mapping[object, object]) -> str:
    return "{" + ",".join([f"{_name(k)}:{dumps(v)}" for k, v in value.items()]) + "}"


_quoted: Callable[[str], str] = json.encoder.encode_basestring  # leaves non-ASCII text as it is


def utc_text(moment: datetime) -> str:
    """Return *moment* as RFC 3339 in UTC, ending in ``Z``. Raises ValueError without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give an aware time")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is not an amount: JSON has no word for it")
    return f"{value:f}"


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{key!r}: the names of a JSON object are texts")
    return _quoted(key)


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    str: _quoted,
    int: int.__repr__,
    Decimal: _number,
    dict: _object,
    list: lambda value: "[" + ",".join(map(dumps, value)) + "]",
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}
"""By exact type, which is ten times faster than asking one after the other."""

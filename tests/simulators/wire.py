"""JSON in and out without floats: numbers are Decimal when read and plain digits when written."""

import json
from collections.abc import Callable
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

Emit = Callable[[str], None]


def loads(body: bytes) -> Any:
    """Parse JSON, every fractional number as Decimal. Raises ValueError when it is not JSON."""
    return json.loads(body, parse_float=Decimal)


def dumps(value: Any) -> bytes:
    """Write JSON with Decimal as plain digits and None-valued members left out, as Xero does."""
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts).encode()


def _write(value: Any, emit: Emit) -> None:
    if isinstance(value, str):
        emit(encode_basestring(value))
    elif isinstance(value, Decimal):
        emit(format(value, "f"))
    elif isinstance(value, dict):
        _write_members(value, emit)
    elif isinstance(value, list | tuple):
        _write_elements(value, emit)
    elif value is True or value is False:
        emit("true" if value else "false")
    else:
        emit(json.dumps(value))


def _write_members(members: dict[str, Any], emit: Emit) -> None:
    opening = "{"
    for name, member in members.items():
        if member is not None:
            emit(f"{opening}{encode_basestring(name)}:")
            _write(member, emit)
            opening = ","
    emit("{}" if opening == "{" else "}")


def _write_elements(elements: list[Any] | tuple[Any, ...], emit: Emit) -> None:
    opening = "["
    for element in elements:
        emit(opening)
        _write(element, emit)
        opening = ","
    emit("[]" if opening == "[" else "]")

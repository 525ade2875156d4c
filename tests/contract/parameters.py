"""Checks the path, query and header parameters of a recorded request."""

import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from tests.contract import tolerated
from tests.contract.schemas import Schema

MAX_KEY = 128
# Headers of the description that are checked where they occur; others belong to HTTP.
DESCRIBED_HEADERS = ("xero-tenant-id", "idempotency-key", "if-modified-since")


class Described(Protocol):
    """The part of an operation that parameters need."""

    @property
    def parameters(self) -> dict[tuple[str, str], Schema]:
        """Schemas by place and name; names of headers in lower case."""

    @property
    def required(self) -> frozenset[tuple[str, str]]:
        """Those that must be there."""


def place(parameter: dict[str, Any]) -> tuple[str, str]:
    """Where a parameter stands and what it is called."""
    where, name = parameter["in"], parameter["name"]
    return where, name.lower() if where == "header" else name


def breaches(operation: Described, exchange: dict[str, Any], path: dict[str, str]) -> Iterator[str]:
    """Unknown, missing and malformed parameters."""
    sent = dict(sent_parameters(exchange, path))
    for missing in operation.required - sent.keys():
        yield f"{missing[0]} parameter {missing[1]} is missing"
    for spot, value in sent.items():
        schema = operation.parameters.get(spot)
        if schema is None:
            yield f"{spot[0]} parameter {spot[1]} is not in the description"
        elif not fits(spot, schema, value):
            yield f"{spot[0]} parameter {spot[1]} is {value!r}, which is no {kind_of(schema)}"
    if exchange["body"] is not None and not is_json(exchange["headers"]):
        yield "the content-type is not application/json"


def sent_parameters(
    exchange: dict[str, Any], path: dict[str, str]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Every parameter of a request with its place."""
    for name, value in path.items():
        yield ("path", name), value
    for name, value in exchange["query"]:
        yield ("query", name), value
    for name, value in exchange["headers"].items():
        if name in DESCRIBED_HEADERS:
            yield ("header", name), value


def is_json(headers: dict[str, str]) -> bool:
    """Whether the request says that its body is JSON."""
    return headers.get("content-type", "").startswith("application/json")


def kind_of(schema: Schema) -> str:
    """A word for what was expected."""
    return str(schema.get("format") or schema.get("type"))


def fits(spot: tuple[str, str], schema: Schema, value: str) -> bool:
    """Whether the text of a parameter is of the type and format described."""
    if spot[0] == "path" and spot[1] in tolerated.PATH_PARAMETERS:
        return bool(value)
    if spot == ("header", "idempotency-key"):
        return 0 < len(value) <= MAX_KEY
    if spot == ("header", "xero-tenant-id"):
        return is_uuid(value)
    if schema.get("type") == "array":
        return all(fits(spot, schema["items"], part) for part in value.split(","))
    return fits_scalar(schema, value)


def fits_scalar(schema: Schema, value: str) -> bool:
    """Whether the text of one value is of its type; true and false in any case, as .NET reads."""
    match schema.get("format") or schema.get("type"):
        case "boolean":
            return value.lower() in ("true", "false")
        case "integer":
            return re.fullmatch(r"-?\d+", value) is not None
        case "uuid":
            return is_uuid(value)
        case "date-time":
            return is_moment(value)
        case _:
            return value in schema.get("enum", [value])


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def is_moment(text: str) -> bool:
    """Whether the text is an ISO date and time; without a zone it means UTC."""
    try:
        return "T" in text and bool(datetime.fromisoformat(text))
    except ValueError:
        return False

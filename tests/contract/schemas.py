"""Turns OpenAPI 3.0 schemas into strict JSON Schemas, apart for requests and answers.

Strict means: no property that the description does not name, no read-only property in a request,
dates in Xero's notation. OpenAPI 3.0 ignores what stands beside a $ref, and so does this.
"""

from collections.abc import Iterable
from typing import Any, Literal

from tests.contract import tolerated

Schema = dict[str, Any]
Direction = Literal["request", "answer"]

MS_DATE = r"^/Date\(-?\d+([+-]\d{4})?\)/$"
ISO_DATE = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?$"
KEPT = ("type", "enum", "format", "maxLength", "minLength", "pattern", "required")
ENVELOPE = tuple(tolerated.ENVELOPE_PROPERTIES)


def definitions(document: dict[str, Any], side: Direction) -> Schema:
    """All named schemas of a file for one direction."""
    named = document["components"]["schemas"]
    envelopes = envelope_names(document)
    made = {name: strict(schema, side, name) for name, schema in named.items()}
    if side == "answer":
        for name in envelopes & made.keys():
            made[name]["properties"] = anything(ENVELOPE) | made[name]["properties"]
    return made


def envelope_names(document: dict[str, Any]) -> set[str]:
    """The schemas that are lists inside an envelope."""
    return {
        name
        for name, schema in document["components"]["schemas"].items()
        if "x-objectArrayKey" in schema
    }


def strict(schema: Schema, side: Direction, name: str) -> Schema:
    """One schema made strict; `name` is that of the schema it is defined in."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"].replace("#/components/schemas/", "#/$defs/")}
    made = {key: schema[key] for key in KEPT if key in schema}
    made |= dates(schema, side)
    if side == "answer":
        relax(made)
    if "items" in schema:
        made["items"] = strict(schema["items"], side, name)
    if "properties" in schema:
        made |= strict_object(schema, side, name)
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            made[key] = [strict(each, side, name) for each in schema[key]]
    return nullable(made) if schema.get("nullable") else made


def strict_object(schema: Schema, side: Direction, name: str) -> Schema:
    """An object that has the properties described and no others."""
    properties = {
        key: strict(each, side, name)
        for key, each in schema["properties"].items()
        if side == "answer" or may_be_sent(name, key, each)
    }
    if side == "answer":
        properties |= anything(key for owner, key in tolerated.ANSWER_PROPERTIES if owner == name)
        widen(properties, name)
    opened = side == "answer" and name in tolerated.OPEN_SCHEMAS
    return {"type": "object", "properties": properties, "additionalProperties": opened}


def widen(properties: dict[str, Schema], name: str) -> None:
    """Let answers have values that the description leaves out."""
    for (owner, key), values in tolerated.ANSWER_VALUES.items():
        if owner == name:
            properties[key] = {**properties[key], "enum": [*properties[key]["enum"], *values]}


def anything(names: Iterable[str]) -> Schema:
    """Properties that may hold anything."""
    return {name: {} for name in names}


def may_be_sent(name: str, key: str, schema: Schema) -> bool:
    """Whether a property may be in a request."""
    return not schema.get("readOnly") or (name, key) in tolerated.SENT_READ_ONLY


def dates(schema: Schema, side: Direction) -> Schema:
    """The notation of dates: Xero answers in its own and takes ISO as well."""
    if not schema.get("x-is-msdate") and not schema.get("x-is-msdate-time"):
        return {}
    return {"pattern": MS_DATE if side == "answer" else f"{MS_DATE}|{ISO_DATE}"}


def relax(made: Schema) -> None:
    """Drop what is known not to hold for answers."""
    for key in tolerated.ANSWER_KEYWORDS:
        made.pop(key, None)
    if made.get("format") in tolerated.ANSWER_FORMATS:
        del made["format"]


def nullable(made: Schema) -> Schema:
    """The same schema that also allows null."""
    return {"anyOf": [made, {"type": "null"}]}

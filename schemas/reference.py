"""Writes ``docs/events.md``: every event on a page that people read, from the AsyncAPI document.

It says nothing that the document does not; ``python -m schemas.reference`` writes it, with
``--check`` it ends with 1 when the page is not as it should be.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.catalogue import INCOMING, OUTGOING
from schemas.generate import HERE, asyncapi, schema_of

PAGE = HERE.parent / "docs" / "events.md"

Json = dict[str, Any]
HEAD = """# Events

Made by `python -m schemas.reference` from the models, as `schemas/asyncapi.yaml` is.
[Publishing](publishing.md) says how events get here.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A field: its name, whether it has to be there, and what it is in words."""

    name: str
    is_required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Table:
    """The fields of the data, or of a part of it that has a name."""

    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Example:
    """An event as it is on the wire, laid out."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """All that there is to say of one event."""

    name: str
    summary: str
    exchange: str
    tables: list[Table]
    examples: list[Example]


@dataclass(frozen=True, slots=True)
class Part:
    """The events of one direction."""

    title: str
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole document, for whoever writes a page of it."""

    description: str
    envelope: list[Row]
    parts: list[Part]


def reference() -> Reference:
    """Return the AsyncAPI document as people read it."""
    document = asyncapi()
    sides = (("Events we read", INCOMING), ("Events we publish", OUTGOING))
    return Reference(
        document["info"]["description"],
        list(_rows(document["components"]["schemas"]["cloudEvent"], {})),
        [Part(title, [_event(document, name) for name in names]) for title, names in sides],
    )


def page() -> str:
    """Return the page in Markdown."""
    return "\n".join(_lines(reference())) + "\n"


def _lines(told: Reference) -> Iterator[str]:
    yield HEAD
    yield told.description
    yield from ("", "## The envelope", *_markdown(Table("attribute", told.envelope)))
    for part in told.parts:
        yield from ("", f"## {part.title}")
        for event in part.events:
            yield from _section(event)


def _section(event: Event) -> Iterator[str]:
    yield from ("", f"### {event.name}", "", event.summary, "")
    link = f"[JSON Schema](../schemas/json/{event.name}.schema.json)"
    yield f"Exchange `{event.exchange}`, routing key `{event.name}`, {link}."
    for table in event.tables:
        yield from _markdown(table)
    first = event.examples[0]
    yield from ("", f"Example: {first.name}", "", "```json", first.text, "```")


def _markdown(table: Table) -> Iterator[str]:
    yield from ("", f"| {table.title} | | |", "|---|---|---|")
    for row in table.rows:
        need = "required" if row.is_required else ""
        yield f"| `{row.name}` | {need} | {row.words} |"


def _event(document: Json, name: str) -> Event:
    message = document["components"]["messages"][name]
    schema = schema_of(name, {**INCOMING, **OUTGOING}[name])
    definitions = schema.get("$defs", {})
    return Event(
        name,
        message["summary"],
        document["channels"][name]["bindings"]["amqp"]["exchange"]["name"],
        [
            Table(title, list(_rows(part, definitions)))
            for title, part in (("data", schema), *definitions.items())
            if "properties" in part
        ],
        [Example(each["name"], _laid_out(each["payload"])) for each in message["examples"]],
    )


def _laid_out(payload: Json) -> str:
    return json.dumps(payload, indent=2, ensure_ascii=False, default=float)


def _rows(schema: Json, definitions: Json) -> Iterator[Row]:
    required = schema.get("required", ())
    for name, member in schema["properties"].items():
        yield Row(name, name in required, _told(member, definitions))


def _told(member: Json, definitions: Json) -> str:
    """Return what a value has to be, in words."""
    kind = _kind(member, definitions)
    described = member.get("description")
    return f"{kind}. {described}" if described else kind


def _kind(member: Json, definitions: Json) -> str:
    if "anyOf" in member:
        return " or ".join(_kind(each, definitions) for each in member["anyOf"])
    if "$ref" in member:
        name = member["$ref"].rpartition("/")[2]
        return name if "properties" in definitions[name] else _kind(definitions[name], definitions)
    if "const" in member or "enum" in member:
        return ", ".join(f"`{each}`" for each in member.get("enum", [member.get("const")]))
    if member.get("type") == "array":
        return f"list of {_kind(member['items'], definitions)}"
    return str(member.get("format") or member.get("type") or "any value")


def main(arguments: Sequence[str], path: Path = PAGE) -> int:
    """Exit code 0 when written or alike, 1 when it differs, 2 for wrong usage."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m schemas.reference [--check]\n")
        return 2
    if not arguments:
        path.write_text(page(), encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != page():
        sys.stderr.write(f"{path.name} differs: run python -m schemas.reference and commit it.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

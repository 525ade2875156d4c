"""Writes ``docs/events.md``: every event on a page that people read, from the AsyncAPI document.

It says nothing that the document does not; ``python -m schemas.reference`` writes it, with
``--check`` it ends with 1 when the page is not as it should be.
"""

import json
import sys
from collections.abc import Iterator, Sequence
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


def page() -> str:
    """Return the page in Markdown."""
    return "\n".join(_lines(asyncapi())) + "\n"


def _lines(document: Json) -> Iterator[str]:
    yield HEAD
    yield document["info"]["description"]
    yield from ("", "## The envelope", "", "| attribute | | |", "|---|---|---|")
    envelope = document["components"]["schemas"]["cloudEvent"]
    yield from _rows(envelope, {})
    for title, names in (("Events we read", INCOMING), ("Events we publish", OUTGOING)):
        yield from ("", f"## {title}")
        for name in names:
            yield from _event(document, name)


def _event(document: Json, name: str) -> Iterator[str]:
    message = document["components"]["messages"][name]
    exchange = document["channels"][name]["bindings"]["amqp"]["exchange"]["name"]
    schema = schema_of(name, {**INCOMING, **OUTGOING}[name])
    yield from ("", f"### {name}", "", message["summary"], "")
    link = f"[JSON Schema](../schemas/json/{name}.schema.json)"
    yield f"Exchange `{exchange}`, routing key `{name}`, {link}."
    definitions = schema.get("$defs", {})
    for title, part in (("data", schema), *definitions.items()):
        if "properties" in part:
            yield from ("", f"| {title} | | |", "|---|---|---|", *_rows(part, definitions))
    first = message["examples"][0]
    yield from ("", f"Example: {first['name']}", "", "```json")
    yield from (json.dumps(first["payload"], indent=2, ensure_ascii=False, default=float), "```")


def _rows(schema: Json, definitions: Json) -> Iterator[str]:
    required = schema.get("required", ())
    for name, member in schema["properties"].items():
        need = "required" if name in required else ""
        yield f"| `{name}` | {need} | {_told(member, definitions)} |"


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

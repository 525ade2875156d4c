"""The contract as a folder for other people's CI: schemas, examples, a manifest of both, a runner.

It follows from the models and the examples alone, so it is right for the release that writes it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas.catalogue import INCOMING, OUTGOING
from schemas.generate import (
    DIALECT,
    HERE,
    cloud_event,
    event_schema,
    example,
    examples_of,
    schema_of,
)

Json = dict[str, Any]
EVERY = {**INCOMING, **OUTGOING}


def files() -> dict[str, str]:
    """Return every file of the kit by its path, with its text."""
    found = {path.name: path.read_text(encoding="utf-8") for path in _own()}
    cases: list[Json] = []
    for name in EVERY:
        data = schema_of(name, EVERY[name])
        found[f"schemas/data/{name}.schema.json"] = _text(data)
        found[f"schemas/events/{name}.schema.json"] = _text(_whole(name, data))
        for case, text in _cases(name):
            found[case["file"]] = text
            cases.append(case)
    return {**found, "manifest.json": _text(cases)}


def write(folder: Path) -> int:
    """Write the kit into *folder* and return the number of files. Raises OSError."""
    made = files()
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return len(made)


def _own() -> Iterator[Path]:
    yield from sorted(path for path in (HERE / "kit_files").iterdir() if path.is_file())


def _whole(name: str, data: Json) -> Json:
    """A whole CloudEvent's schema in one file, its data's definitions included."""
    definitions = data.get("$defs", {})
    own = {word: value for word, value in data.items() if word not in ("$schema", "$id", "$defs")}
    return {
        "$schema": DIALECT,
        "$id": f"urn:mintsoft-xero:event:{name}",
        "title": f"{name} as a CloudEvent",
        "allOf": [cloud_event(), event_schema(name, own)],
        "$defs": definitions,
    }


def _cases(name: str) -> Iterator[tuple[Json, str]]:
    schema = f"schemas/data/{name}.schema.json"
    for path in examples_of(name, "pass"):
        file = f"examples/{name}/{path.name}"
        yield {"file": file, "schema": schema, "valid": True}, path.read_text(encoding="utf-8")
        file = f"events/{name}/{path.name}"
        whole = {"file": file, "schema": f"schemas/events/{name}.schema.json", "valid": True}
        yield whole, _text(example(name, path)["payload"])
    for path in examples_of(name, "fail"):
        wrong = json.loads(path.read_text(encoding="utf-8"))
        file = f"examples/{name}/{path.name}"
        case = {"file": file, "schema": schema, "valid": False, "field": wrong["$error"]}
        yield case, _text(wrong["data"])


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=float) + "\n"

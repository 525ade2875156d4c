"""Refuses a change of a published schema that others would notice.

``schemas/published`` holds every schema as it was last published.
``python -m schemas.compatibility`` compares what the models say now with it; ``--publish`` writes
that down, unless something is broken.
Descriptions and defaults don't count. Of an event that we

- *read*, everything that its published schema allows must still be allowed: a field may become
  optional, a type or a bound wider, a field may be added as long as it is optional;
- *write*, nothing may come that its published schema does not allow, and no field may go: fields
  may be added, bounds may become narrower.

Whatever else has to change is a new version beside the old one. JSON Schema has more words than
our models make; a word that is not known here may not change at all. Weakness: a field that is new
to an event that we read was ignored before, so whoever sent something else under its name is
refused from then on; a field's meaning is not judged either.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.catalogue import INCOMING, OUTGOING
from schemas.generate import HERE, schema_of

PUBLISHED = HERE / "published"

Json = dict[str, Any]

SILENT = frozenset({"$schema", "$id", "$defs", "title", "description", "default"})
"""Words that refuse no value."""

LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
SAME = ("pattern", "format")
"""Which of two patterns is the wider nobody can tell: they are alike or there is none."""

KNOWN = {
    *SILENT, *LOWER, *UPPER, *SAME,
    "$ref", "anyOf", "type", "const", "enum", "items", "properties", "required",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema, or a part of one, with the definitions that its references lead to."""

    words: Json
    definitions: Json

    def part(self, words: Json) -> "Schema":
        """Return a part with its reference followed."""
        while "$ref" in words:
            words = self.definitions[words["$ref"].rpartition("/")[2]]
        return Schema(words, self.definitions)

    def ways(self) -> list["Schema"]:
        """Return the alternatives, one of which a value has to fit."""
        return [self.part(each) for each in self.words.get("anyOf", [self.words])]


def whole(document: Json) -> Schema:
    """Return a schema as it stands in a file."""
    return Schema(document, document.get("$defs", {}))


def broken_for_senders(published: Json, now: Json) -> list[str]:
    """Return what senders may do by the *published* schema, and may not *now*."""
    return list(_refused(whole(published), whole(now), "data", keep=False))


def broken_for_readers(published: Json, now: Json) -> list[str]:
    """Return what readers rely on by the *published* schema, and can't *now*."""
    return list(_refused(whole(now), whole(published), "data", keep=True))


def _refused(given: Schema, taken: Schema, place: str, *, keep: bool) -> Iterator[str]:
    """Yield what *given* allows and *taken* refuses; with *keep* no field of *taken* may go."""
    for way in given.ways():
        found = [list(_of_one(way, each, place, keep)) for each in taken.ways()]
        if all(found):
            yield from min(found, key=len)


def _of_one(given: Schema, taken: Schema, place: str, keep: bool) -> Iterator[str]:
    yield from _type(given.words, taken.words, place)
    yield from _values(given.words, taken.words, place)
    yield from _bounds(given.words, taken.words, place)
    yield from _alike(given.words, taken.words, place)
    yield from _members(given, taken, place, keep)
    if "items" in taken.words:
        items = given.part(given.words.get("items", {}))
        yield from _refused(items, taken.part(taken.words["items"]), f"{place}[]", keep=keep)


def _type(given: Json, taken: Json, place: str) -> Iterator[str]:
    one, other = given.get("type"), taken.get("type")
    if other is None or one == other or (one, other) == ("integer", "number"):
        return
    if one is None and _allowed(given) is not None:
        return  # values say more than a type
    yield f"{place}: type {one or 'any'} against {other}"


def _allowed(words: Json) -> list[Any] | None:
    return [words["const"]] if "const" in words else words.get("enum")


def _values(given: Json, taken: Json, place: str) -> Iterator[str]:
    ours, theirs = _allowed(given), _allowed(taken)
    if theirs is None:
        return
    if ours is None:
        yield f"{place}: any value against one of {theirs}"
    elif more := [each for each in ours if each not in theirs]:
        yield f"{place}: {more} is not one of {theirs}"


def _bounds(given: Json, taken: Json, place: str) -> Iterator[str]:
    for names, sign in ((LOWER, 1), (UPPER, -1)):
        for name in names:
            bound, ours = taken.get(name), given.get(name)
            if bound is not None and (ours is None or ours * sign < bound * sign):
                yield f"{place}: {name} {'none' if ours is None else ours} against {bound}"


def _alike(given: Json, taken: Json, place: str) -> Iterator[str]:
    for name in SAME:
        if name in taken and given.get(name) != taken[name]:
            yield f"{place}: {name} {given.get(name, 'none')} against {taken[name]}"
    for name in sorted((set(given) | set(taken)) - KNOWN):
        if given.get(name) != taken.get(name):
            yield f"{place}: {name} has changed, which can't be judged"


def _members(given: Schema, taken: Schema, place: str, keep: bool) -> Iterator[str]:
    ours, theirs = (each.words.get("properties", {}) for each in (given, taken))
    always = given.words.get("required", ())
    for name in taken.words.get("required", ()):
        if name not in always and not (keep and name not in ours):
            yield f"{place}.{name}: not always there against required"
    for name, member in theirs.items():
        if name in ours:
            inner = given.part(ours[name]), taken.part(member)
            yield from _refused(*inner, f"{place}.{name}", keep=keep)
        elif keep:
            yield f"{place}.{name}: removed"


def current() -> dict[str, Json]:
    """Return the schema of every event, as the models say now."""
    return {name: schema_of(name, model) for name, model in {**INCOMING, **OUTGOING}.items()}


def published(folder: Path = PUBLISHED) -> dict[str, Json]:
    """Return the schema of every event, as it was last published."""
    return {
        path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.schema.json"))
    }


def broken(before: Mapping[str, Json], now: Mapping[str, Json]) -> list[str]:
    """Return a line for each thing that others would notice, the event first."""
    lines = []
    for name, old in before.items():
        if name not in now:
            lines.append(f"{name}: gone; others may still send or read it")
        else:
            judge = broken_for_senders if name in INCOMING else broken_for_readers
            lines += [f"{name}: {each}" for each in judge(old, now[name])]
    return lines


def unpublished(before: Mapping[str, Json], now: Mapping[str, Json]) -> list[str]:
    """Return the events whose schema is new or has changed."""
    return [name for name, schema in now.items() if before.get(name) != schema]


def write(schemas: Mapping[str, Json], folder: Path = PUBLISHED) -> None:
    """Write down that *schemas* are published."""
    folder.mkdir(exist_ok=True)
    for name, schema in schemas.items():
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        folder.joinpath(f"{name}.schema.json").write_text(text, encoding="utf-8")


def main(arguments: Sequence[str], folder: Path = PUBLISHED) -> int:
    """Exit code 0 when nothing is broken and all is published, 1 when not, 2 for wrong usage."""
    if arguments not in ([], ["--publish"]):
        sys.stderr.write("usage: python -m schemas.compatibility [--publish]\n")
        return 2
    before, now = published(folder), current()
    if lines := broken(before, now):
        text = "\n".join(lines)
        sys.stderr.write(f"{text}\nLeave the version as it was, and make a new one beside it.\n")
        return 1
    if arguments:
        write(now, folder)
        return 0
    if changed := unpublished(before, now):
        names = ", ".join(changed)
        sys.stderr.write(
            f"Not published yet: {names}. Nobody is broken by it: "
            "run python -m schemas.compatibility --publish and commit the result.\n"
        )
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

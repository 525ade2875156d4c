"""``mapping.yaml`` as text: what is exported can be imported, here and on the command line."""

import re
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from schemas.connections import Mapping as AccountMapping
from workers.mapping.keys import Content, Key, content_of

SHOWN_CHARACTERS = 60
"""A value is cut after so many characters."""

UNKEPT = re.compile("[\0\ud800-\udfff]")
"""What PostgreSQL's text can't hold."""

DEEPEST = 20
"""Levels of lists and names; a mapping has four."""


class Unreadable(ValueError):  # noqa: N818  named after what it is
    """The text is no mapping; ``problems`` are sentences with what is wrong and where."""

    def __init__(self, problems: list[tuple[Key, str]]) -> None:
        super().__init__("; ".join(sentence for _, sentence in problems))
        self.problems = problems


def written(mapping: AccountMapping) -> str:
    """Return a mapping as ``mapping load`` takes it."""
    return str(yaml.safe_dump(content_of(mapping), sort_keys=False, allow_unicode=True))


def read(text: str) -> AccountMapping:
    """Return the mapping in a file that a stranger may have written. Raises Unreadable."""
    return validated(_loaded(text))


def validated(content: Mapping[str, Any]) -> AccountMapping:
    """Return *content* as a mapping. Raises Unreadable with every fault and its key."""
    try:
        return AccountMapping.model_validate(content)
    except ValidationError as error:
        raise Unreadable(_faults(error)) from None


def _loaded(text: str) -> Content:
    try:
        _check_plain(text)
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        words = " ".join(str(error).split())
        raise Unreadable([((), f"This is no YAML: {_cut(words)}")]) from None
    if not isinstance(found, dict):
        raise Unreadable([((), "The file must hold names and values, such as `defaults:`.")])
    return {str(name): value for name, value in found.items()}


def _check_plain(text: str) -> None:
    """Refuse what a few lines can blow up without end, or no database keeps. Raises ValueError."""
    depth = 0
    for event in yaml.parse(text):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("references (*name) are not read, write each value out")
        if isinstance(event, yaml.ScalarEvent) and UNKEPT.search(event.value):
            raise ValueError(f"{_cut(ascii(event.value))} has a character that can't be stored")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} levels deep")


def _faults(error: ValidationError) -> list[tuple[Key, str]]:
    return [
        (_key(each["loc"]), _sentence(each["loc"], each["msg"], each["input"]))
        for each in error.errors(include_url=False, include_context=False)
    ]


def _key(place: tuple[int | str, ...]) -> Key:
    return tuple(str(step) for step in place if step != "[key]")


def _sentence(place: tuple[int | str, ...], message: str, value: object) -> str:
    where = ".".join(map(str, place))
    got = "" if isinstance(value, dict | list) else f" (got {_cut(repr(value))})"
    return f"{where + ': ' if where else ''}{message.removeprefix('Value error, ')}{got}."


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."

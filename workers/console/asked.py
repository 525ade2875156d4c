"""What the address of a list asks for, read into values: filters and where a page begins.

A value that means nothing is refused by name, never passed over: a filter that silently let
everything through would make people act on the wrong rows.
"""

from collections.abc import Collection, Mapping
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from workers.console.refusals import Refused
from workers.console.visits import Visit

LARGEST_ID = 2**63 - 1

LONGEST = 200
"""Characters of a text that is searched for."""


def choice(visit: Visit, name: str, known: Collection[str]) -> str | None:
    """Return one of *known*, None when nothing is asked for. Raises Refused."""
    return choice_in(visit.query, name, known)


def choice_in(given: Mapping[str, str], name: str, known: Collection[str]) -> str | None:
    """The same of the fields of an address or a form."""
    value = text_in(given, name)
    if value is not None and value not in known:
        raise _refused(name, value, f"Choose one of {', '.join(sorted(known))}.")
    return value


def text(visit: Visit, name: str) -> str | None:
    """Return a text to search for, None when there is none. Raises Refused."""
    return text_in(visit.query, name)


def text_in(given: Mapping[str, str], name: str) -> str | None:
    """The same of the fields of an address or a form."""
    value = given.get(name, "").strip()
    if "\0" in value or len(value) > LONGEST:
        raise _refused(name, value[:20].replace("\0", "?"), f"Use at most {LONGEST} characters.")
    return value or None


def number(visit: Visit, name: str) -> int | None:
    """Return a whole number from 1, None when there is none. Raises Refused."""
    value = text(visit, name)
    return None if value is None else whole(name, value)


def whole(name: str, value: str) -> int:
    """Return *value* as a whole number from 1. Raises Refused."""
    if value.isascii() and value.isdecimal() and 0 < int(value[:20]) <= LARGEST_ID:
        return int(value)
    raise _refused(name, value, "Give a whole number from 1.")


def uuid(visit: Visit, name: str) -> UUID | None:
    """Return an id, None when there is none. Raises Refused."""
    return uuid_in(visit.query, name)


def uuid_in(given: Mapping[str, str], name: str) -> UUID | None:
    """The same of the fields of an address or a form."""
    value = text_in(given, name)
    try:
        return None if value is None else UUID(value)
    except ValueError:
        raise _refused(name, value or "", "Choose it from the list.") from None


def day(visit: Visit, name: str) -> date | None:
    """Return a day, None when there is none. Raises Refused."""
    value = text(visit, name)
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise _refused(name, value or "", "Write it as 2026-11-30.") from None


def link(path: str, fields: Mapping[str, object]) -> str:
    """Return an address with the fields that have a value."""
    asked = {name: str(value) for name, value in fields.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(asked)}" if asked else path


def _refused(name: str, value: str, remedy: str) -> Refused:
    why = f"{name}: {value[:LONGEST]!r} is not what can be looked for."
    return Refused(400, "This can't be looked for", why, remedy)

"""Imports by the names that people call them, and what they decide about them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from workers.cli.documents import Done, Refused
from workers.cli.errors import Problem

if TYPE_CHECKING:
    from psycopg import Connection

    from workers.import_acts import Acted
    from workers.store.imports import Import, Listed

MOST_CHOICES = 10


def import_of(conn: "Connection", name: str) -> "Import":
    """Return the import that *name* names. Raises Problem when there is none, or several."""
    from workers.store import imports

    found = imports.find(conn, resolve(conn, name))
    if found is None:
        raise Problem(f"There is no import {name}: see mintsoft-xero import list.")
    return found


def resolve(conn: "Connection", name: str) -> int:
    """Return the ledger id that ``12``, ``INV-0042``, ``sales_order:1042`` or Xero's id names."""
    if name.isascii() and name.isdecimal():
        return int(name)
    found = _named(conn, *_split(name))
    if not found:
        raise Problem(f"{name} is not among the imports: see mintsoft-xero import list.")
    if len(found) > 1:
        choices = ", ".join(f"{each.id} ({each.kind})" for each in found[:MOST_CHOICES])
        raise Problem(f"{name} is {len(found)} imports: name one by its id, {choices}.")
    return found[0].id


def _split(name: str) -> tuple[str | None, str]:
    """Return kind and number: any number may have a colon, so only a known kind counts."""
    from schemas.imports import ImportKind

    kind, _, number = name.partition(":")
    return (kind, number) if kind in [*ImportKind] else (None, name)


def _named(conn: "Connection", kind: str | None, text: str) -> "list[Listed]":
    from workers.store.imports import Filter, listed

    rows = listed(conn, Filter(kind=kind, text=text, page=1000))
    return [each for each in rows if text == each.number or _uuid(text) == each.xero_id]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def retry(conn: "Connection", names: Sequence[str], who: str) -> Done:
    """Try imports again that need attention or were skipped, or that wait for a later time."""
    from workers import import_acts

    return _done(import_acts.retry(conn, [import_of(conn, name) for name in names], who))


def skip(conn: "Connection", names: Sequence[str], why: str, who: str) -> Done:
    """Decide that imports are settled."""
    from workers import import_acts

    return _done(import_acts.skip(conn, [import_of(conn, name) for name in names], why, who))


def _done(acted: "Acted") -> Done:
    return Done(acted.done, [Refused(key, why) for key, why in acted.refused.items()])

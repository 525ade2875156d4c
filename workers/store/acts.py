"""Acts on many documents: who decided what about which, what became of each, and how it stood.

Members are taken in batches, each in one short transaction that locks what it changes and
nothing else, so a hundred thousand of them stop nobody. A process may die between two batches:
the act is open and goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, kwargs_row

from workers.deeds import Standing, Verb
from workers.store.browsing import Scope
from workers.store.sql import queries

SQL = queries("acts")

MOST = 100_000
"""Documents of one act; a page says when more fit."""

BATCH = 500
"""Documents of one transaction: some hundredths of a second."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Documents that stand alike, and the number of one of them."""

    standing: Standing
    documents: int
    example: str


@dataclass(frozen=True, slots=True)
class Open:
    """An act that is not over."""

    id: int
    verb: Verb
    who: str
    why: str
    undoes: int | None


@dataclass(frozen=True, slots=True)
class Act:
    """An act; times in UTC. ``undone_by`` is the act that undid it."""

    id: int
    verb: Verb
    who: str
    why: str
    undoes: int | None
    at: datetime
    finished_at: datetime | None
    undone_by: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of some documents of an act: empty while it is to be done yet, ``done``, or
    what stood against it.
    """

    outcome: str
    documents: int
    example: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A document of an act that is ours until the transaction ends."""

    id: int
    connection_id: UUID
    number: str
    standing: Standing


def facts(conn: Connection, scope: Scope) -> list[Fact]:
    """Return how the documents stand that an act would be about, :data:`MOST` at most."""
    with conn.cursor(row_factory=kwargs_row(_fact)) as cursor:
        values = scope.values() | {"most": MOST}
        return cursor.execute(SQL["facts"], values, prepare=False).fetchall()


def begin(conn: Connection, verb: Verb, scope: Scope, who: str, why: str) -> int:
    """Write an act and its documents down; return its id."""
    row = conn.execute(SQL["begin"], {"verb": verb.value, "who": who, "why": why}).fetchone()
    assert row is not None, "an insert that returns its id"
    values = scope.values() | {"act_id": row[0], "most": MOST}
    conn.execute(SQL["enroll"], values, prepare=False)
    return int(row[0])


def begin_undo(conn: Connection, act_id: int, who: str) -> int | None:
    """Write down that an act is undone; None when it can't be, or was."""
    row = conn.execute(SQL["begin_undo"], {"act_id": act_id, "who": who}).fetchone()
    if row is None:
        return None
    conn.execute(SQL["enroll_undone"], {"act_id": row[0], "undone": act_id})
    return int(row[0])


def find(conn: Connection, act_id: int) -> Act | None:
    """Return an act, or None."""
    with conn.cursor(row_factory=kwargs_row(_act)) as cursor:
        return cursor.execute(SQL["find"], {"act_id": act_id}).fetchone()


def outcomes(conn: Connection, act_id: int) -> list[Outcome]:
    """Return what became of an act's documents, the most frequent first."""
    with conn.cursor(row_factory=class_row(Outcome)) as cursor:
        return cursor.execute(SQL["outcomes"], {"act_id": act_id}).fetchall()


def undoable(conn: Connection, act_id: int) -> int:
    """Return with how many documents an undo would succeed."""
    row = conn.execute(SQL["undoable"], {"act_id": act_id}).fetchone()
    assert row is not None, "a count"
    return int(row[0])


def next_open(conn: Connection) -> Open | None:
    """Return an act that is not over, the oldest one."""
    with conn.cursor(row_factory=kwargs_row(_open)) as cursor:
        return cursor.execute(SQL["next_open"]).fetchone()


def take(conn: Connection, act_id: int, batch: int = BATCH) -> list[Taken]:
    """Return the next documents of an act, locked, and remember how they stand."""
    with conn.cursor(row_factory=kwargs_row(_taken)) as cursor:
        values = {"act_id": act_id, "batch": batch}
        return cursor.execute(SQL["take"], values).fetchall()


def restore(conn: Connection, undone: int, ids: Sequence[int]) -> list[int]:
    """Put documents back to where they stood before an act; return those that could be."""
    values = {"undone": undone, "ids": list(ids)}
    return [row[0] for row in conn.execute(SQL["restore"], values)]


def settle(conn: Connection, act_id: int, outcomes: Mapping[int, str]) -> None:
    """Write down what became of documents, by id: ``done``, or what stood against it."""
    values = {"act_id": act_id, "ids": list(outcomes), "outcomes": list(outcomes.values())}
    conn.execute(SQL["settle"], values)


def finish(conn: Connection, act_id: int) -> bool:
    """Close an act unless something of it is left to do."""
    return conn.execute(SQL["finish"], {"act_id": act_id}).rowcount == 1


def _fact(*, documents: int, example: str, **standing: Any) -> Fact:
    return Fact(Standing(**standing), documents, example)


def _open(*, verb: str, **row: Any) -> Open:
    return Open(verb=Verb(verb), **row)


def _act(*, verb: str, **row: Any) -> Act:
    return Act(verb=Verb(verb), **row)


def _taken(*, id: int, connection_id: UUID, number: str, **standing: Any) -> Taken:  # noqa: A002  the column's name
    return Taken(id, connection_id, number, Standing(**standing))

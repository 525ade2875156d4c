"""Rows that may be about a person: candidates by patterns, and what is left of them.

What the statements find is more than what is meant; :mod:`workers.privacy` judges it. Every
column that data protection calls a person's, or a text, is read by one of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from events.exact_json import dumps
from workers.store.sql import queries

SQL = queries("privacy")

PAGE = 200
"""Parked messages that are in memory at once; each may be large."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A table, the columns that tell its rows apart, and those in which somebody may be named."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


LEDGERS = (
    Place(
        "documents",
        ("id",),
        ("payload", "withdrawal", "reason_message", "reason_detail", "warnings"),
    ),
    Place("imports", ("id",), ("payload", "placed", "reason_message", "reason_detail")),
)
"""Where each row is one document of somebody's."""

LOOSE = (
    Place("outbox", ("id",), ("data",)),
    Place("notices", ("id",), ("subject", "body", "last_error")),
    Place("audit", ("id",), ("details",)),
    Place("acts", ("id",), ("why",)),
    Place("act_members", ("act_id", "document_id"), ("before",)),
    Place("attempt_members", ("attempt_id", "position"), ("warnings", "contact_key")),
    Place("tags", ("document_id",), ("last_error",)),
    Place("backfills", ("id",), ("last_error",)),
    Place("schedules", ("connection_id", "kind"), ("last_outcome",)),
    Place("connections", ("id",), ("lost_reason",)),
    Place("document_terms", ("document_id", "term"), ("term",)),
    Place("xero_contacts", ("connection_id", "key"), ("key",)),
)
"""Where somebody may be named in passing."""

PARKED = (
    Place("parked", ("id",), ("body", "headers", "reason", "discard_reason")),
    Place("parked_replays", ("id",), ("body",)),
)
"""Messages that could not be read: nobody knows what is in them."""


@dataclass(frozen=True, slots=True)
class ParkedWhole:
    """A parked message with what somebody made of it."""

    id: int
    headers: dict[str, Any]
    body: bytes
    reason: str
    discard_reason: str | None
    is_open: bool
    replays: list[bytes]


class Sought(Protocol):
    """What a row must have in it: all ``words`` (``~*``), and all ``cores`` (``like``) beside."""

    @property
    def words(self) -> list[str]:
        """Patterns that see a word however it is written."""
        ...

    @property
    def cores(self) -> list[str]:
        """Patterns in small letters that see it where no plain letter is escaped."""
        ...


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Of which Mintsoft client and account the documents are; None: of any."""

    client_id: int | None = None
    account: str | None = None


def candidates(conn: Connection, place: Place, sought: Sought, only: Narrowed) -> list[Row]:
    """Return the rows of *place* in which what is sought may stand."""
    values = {"client_id": only.client_id, "account": only.account}
    return _rows(conn, place.table, values | {"words": sought.words, "cores": sought.cores})


def numbered(conn: Connection, place: Place, number: str, only: Narrowed) -> list[Row]:
    """Return the rows of a ledger that are called *number*, in whatever capitals."""
    values = {"number": number, "client_id": only.client_id, "account": only.account}
    return _rows(conn, f"{place.table}_numbered", values)


def locked(conn: Connection, place: Place, ids: Sequence[int]) -> list[Row]:
    """Return rows of a ledger as they are; nobody changes them until this transaction ends."""
    return _rows(conn, f"lock_{place.table}", {"ids": list(ids)})


def write(conn: Connection, place: Place, row: Row, changed: Mapping[str, object]) -> None:
    """Replace *changed* columns of *row*; a key that changes ends its row."""
    old = {f"old_{name}": row[name] for name in place.key}
    values = {name: _text(each) for name, each in ({**row, **changed}).items()}
    conn.execute(SQL[f"write_{place.table}"], values | old)


def parked(conn: Connection) -> Iterator[ParkedWhole]:
    """Yield every parked message, oldest first."""
    above = 0
    while True:
        with conn.cursor(row_factory=class_row(ParkedWhole)) as cursor:
            found = cursor.execute(SQL["parked_page"], {"above": above, "most": PAGE}).fetchall()
        yield from found
        if len(found) < PAGE:
            return
        above = found[-1].id


def empty_parked(conn: Connection, parked_id: int, erased: str) -> None:
    """Leave nothing of a parked message that somebody has decided about; *erased* says so."""
    conn.execute(SQL["empty_parked"], {"id": parked_id, "erased": erased})


def staff(conn: Connection, words: Sequence[str]) -> list[tuple[str, str]]:
    """Return where a name stands that this does not erase: place and what there."""
    return [(row[0], row[1]) for row in conn.execute(SQL["staff"], {"words": list(words)})]


def erasures(conn: Connection, digests: Sequence[str]) -> list[tuple[datetime, str]]:
    """Return when, in UTC, and by whom data under one of *digests* was erased before."""
    rows = conn.execute(SQL["erasures"], {"digests": list(digests)})
    return [(row[0], row[1]) for row in rows]


def _rows(conn: Connection, query: str, values: Mapping[str, object]) -> list[Row]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL[query], values).fetchall()


def _text(value: object) -> object:
    return dumps(value) if isinstance(value, Mapping | list) else value

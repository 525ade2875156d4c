"""What has come in from Mintsoft, and what is still to be fetched from there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from psycopg import Connection

from schemas.connections import Mode
from schemas.exports import Kind
from workers.store.sql import queries

SQL = queries("incoming")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that somebody wants to export and that never arrived."""

    account: str
    kind: Kind
    mintsoft_id: int
    failures: int


def known(conn: Connection, source: str, ids: Collection[str]) -> set[str]:
    """Return which events of *source* need not be brought in again."""
    rows = conn.execute(SQL["known"], {"source": source, "ids": list(ids)})
    return {row[0] for row in rows}


def unreadable(conn: Connection, source: str, ids: Collection[str]) -> None:
    """Remember events that were brought in although nobody can read them."""
    if ids:
        conn.execute(SQL["unreadable"], {"source": source, "ids": list(ids)})


def claim_requests(conn: Connection, account: str, kind: Kind, batch: int) -> list[Wanted]:
    """Return documents to be fetched, left to this worker for two minutes."""
    values = {"account": account, "kind": kind.value, "batch": batch}
    rows = conn.execute(SQL["claim_requests"], values).fetchall()
    return [Wanted(account, kind, number, failures) for number, failures in rows]


def fetch_later(conn: Connection, wanted: Wanted, delay: timedelta) -> None:
    """Try again after *delay*."""
    conn.execute(SQL["fetch_later"], _key(wanted) | {"delay": delay})


def fetched(conn: Connection, wanted: Wanted) -> None:
    """Stop fetching; the request itself stays until its document arrives."""
    conn.execute(SQL["fetched"], _key(wanted))


def siblings(conn: Connection, account: str, mode: Mode) -> list[UUID]:
    """Return the active connections of an account in one mode, the oldest first."""
    rows = conn.execute(SQL["siblings"], {"account": account, "mode": mode.value})
    return [row[0] for row in rows]


def set_polling(conn: Connection, connection_id: UUID, *, on: bool) -> None:
    """Write down whether the connection looks in Mintsoft itself; schedules follow from that."""
    conn.execute(SQL["set_polling"], {"connection_id": connection_id, "on": on})


def _key(wanted: Wanted) -> dict[str, object]:
    return {
        "account": wanted.account,
        "kind": wanted.kind.value,
        "mintsoft_id": wanted.mintsoft_id,
    }

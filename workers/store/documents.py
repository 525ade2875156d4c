"""Documents as operators look at them and decide about them.

What is in Xero, or on its way there, is never set going a second time: the statements
themselves refuse it, whatever the caller has seen before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from schemas.exports import Kind
from workers.mapping.outcomes import InXero
from workers.mapping.reasons import reason
from workers.store.ledger import Claimed
from workers.store.sql import queries

SQL = queries("documents")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents to list; ``below`` an id is the next page, ``page`` its size."""

    status: str | None = None
    kind: str | None = None
    connection_id: UUID | None = None
    client_id: int | None = None
    reason: str | None = None
    text: str | None = None
    below: int | None = None
    page: int = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in a list. Totals in ``currency``: Mintsoft's own and, gross, Xero's."""

    id: int
    connection_id: UUID
    account: str
    kind: str
    mintsoft_id: int
    client_id: int
    number: str
    status: str
    warned: bool
    total: Decimal | None
    currency: str | None
    reason_code: str | None
    reason_message: str | None
    reason_remedy: str | None
    xero_id: UUID | None
    xero_number: str | None
    xero_total: Decimal | None
    failures: int
    due_at: datetime
    posted_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A document, whole; times in UTC."""

    id: int
    connection_id: UUID
    account: str
    kind: str
    mintsoft_id: int
    client_id: int
    number: str
    status: str
    version: datetime
    payload: dict[str, Any] | None
    total: Decimal | None
    currency: str | None
    due_at: datetime
    failures: int
    alone: bool
    attempt_id: UUID | None
    withdrawal: str | None
    reason_code: str | None
    reason_message: str | None
    reason_remedy: str | None
    reason_cure: str | None
    reason_detail: str | None
    warnings: list[dict[str, str]]
    xero_id: UUID | None
    xero_number: str | None
    xero_total: Decimal | None
    posted_at: datetime | None
    traceparent: str | None
    created_at: datetime
    updated_at: datetime
    connection_status: str
    short_code: str
    base_currency: str | None


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """A write to Xero that a document took part in; ``expected_total`` gross."""

    id: UUID
    state: str
    tries: int
    outcome: str | None
    created_at: datetime
    sealed_at: datetime | None
    finished_at: datetime | None
    invoice_number: str | None
    expected_total: Decimal | None


@dataclass(frozen=True, slots=True)
class Said:
    """An event about a document; unpublished while the relay has not got to it."""

    event_id: UUID
    type: str
    data: dict[str, Any]
    occurred_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did with a document."""

    at: datetime
    who: str
    action: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tag:
    """The tag of an order in Mintsoft; ``done_at`` with ``last_error`` means given up."""

    due_at: datetime
    failures: int
    last_error: str | None
    done_at: datetime | None


def listed(conn: Connection, wanted: Filter) -> list[Listed]:
    """Return one page of documents, the newest first."""
    values = {name: getattr(wanted, name) for name in Filter.__slots__}
    with conn.cursor(row_factory=class_row(Listed)) as cursor:
        return cursor.execute(SQL["list"], values).fetchall()


def find(conn: Connection, document_id: int) -> Document | None:
    """Return one document, or None."""
    with conn.cursor(row_factory=class_row(Document)) as cursor:
        return cursor.execute(SQL["find"], {"document_id": document_id}).fetchone()


def ids_of(conn: Connection, kind: Kind, mintsoft_id: int) -> list[int]:
    """Return the ledger's ids of a document of Mintsoft."""
    values = {"kind": kind.value, "mintsoft_id": mintsoft_id}
    return [row[0] for row in conn.execute(SQL["ids_of"], values)]


def owner_of(conn: Connection, connection_id: UUID, xero_id: UUID, document_id: int) -> int | None:
    """Return which other document is this invoice in Xero, if one is."""
    values = {"connection_id": connection_id, "xero_id": xero_id, "document_id": document_id}
    row = conn.execute(SQL["by_xero_id"], values).fetchone()
    return row[0] if row else None


def attempts(conn: Connection, document_id: int) -> list[PastAttempt]:
    """Return the writes that a document took part in, oldest first."""
    with conn.cursor(row_factory=class_row(PastAttempt)) as cursor:
        return cursor.execute(SQL["attempts"], {"document_id": document_id}).fetchall()


def events(conn: Connection, document_id: int) -> list[Said]:
    """Return what was said about a document, oldest first."""
    with conn.cursor(row_factory=class_row(Said)) as cursor:
        return cursor.execute(SQL["events"], {"document_id": document_id}).fetchall()


def audit_trail(conn: Connection, document_id: int) -> list[Act]:
    """Return what people did with a document, oldest first."""
    with conn.cursor(row_factory=class_row(Act)) as cursor:
        return cursor.execute(SQL["audit_trail"], {"document_id": document_id}).fetchall()


def tag(conn: Connection, document_id: int) -> Tag | None:
    """Return the tag of an order, None when none is wanted."""
    with conn.cursor(row_factory=class_row(Tag)) as cursor:
        return cursor.execute(SQL["tag"], {"document_id": document_id}).fetchone()


def next_ones(conn: Connection, connection_id: UUID, limit: int) -> list[Claimed]:
    """Return up to *limit* documents that would be sent next; they stay as they are."""
    values = {"connection_id": connection_id, "limit": limit}
    with conn.cursor(row_factory=class_row(Claimed)) as cursor:
        return cursor.execute(SQL["next_ones"], values).fetchall()


def held_ids(
    conn: Connection, reason: str | None, kind: str | None, connection_id: UUID | None
) -> list[int]:
    """Return the documents that need attention and could be retried, locked."""
    values = {"reason": reason, "kind": kind, "connection_id": connection_id}
    return [row[0] for row in conn.execute(SQL["held_ids"], values)]


def release(conn: Connection, ids: Sequence[int], who: str) -> list[int]:
    """Set documents going; return those that could be."""
    conn.execute(SQL["renew_charts"], {"ids": list(ids)})
    going = sorted(row[0] for row in conn.execute(SQL["release"], {"ids": list(ids)}))
    note(conn, going, who, "retried")
    return going


def skip(conn: Connection, ids: Sequence[int], why: str, who: str) -> list[int]:
    """Decide that documents are not sent; return those for which it could be decided."""
    told = reason("skipped_by_person", why=why)
    values = {
        "ids": list(ids),
        "code": told.code,
        "why": told.message,
        "remedy": told.remedy,
    }
    skipped = sorted(row[0] for row in conn.execute(SQL["skip"], values))
    note(conn, skipped, who, "skipped", {"why": why})
    return skipped


def mark_posted(conn: Connection, document_id: int, found: InXero) -> bool:
    """Record that Xero has a document; False when it is being sent or posted already."""
    values = {
        "document_id": document_id,
        "xero_id": found.id,
        "xero_number": found.number,
        "xero_total": found.total,
    }
    return conn.execute(SQL["mark_posted"], values).rowcount == 1


def note(
    conn: Connection,
    ids: Sequence[int],
    who: str,
    action: str,
    details: Mapping[str, object] | None = None,
) -> None:
    """Write down who did what to each of these documents."""
    if ids:
        values = {"ids": list(ids), "who": who, "action": action}
        conn.execute(SQL["audit_many"], values | {"details": Jsonb(dict(details or {}))})

"""The ledger's documents on their way to Xero: claimed, sealed, settled.

A document is ``sending`` exactly while it belongs to an open attempt, and the attempt's lease
says for how long its worker may be believed alive. ``tries`` is the fencing token: whoever
took the attempt over raised it, so an older holder finds that :func:`hold` refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, kwargs_row
from psycopg.types.json import Jsonb

from events.exact_json import dumps
from schemas.exports import DocumentWarning, Kind
from workers.mapping.outcomes import Member, Settlement
from workers.store.sql import queries

SQL = queries("export")

BATCH = 50
"""Documents in one write; Xero takes about fifty."""

LEASE = timedelta(minutes=3)
"""Longer than a batch takes even when Xero is slow. One that takes longer still is taken over:
its late holder records nothing, and numbers that are unique in Xero keep it from doubling."""

KEY_LIFE = timedelta(minutes=4)
"""How long an Idempotency-Key may be trusted; Xero says minutes, so we stay on the short side."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A document that is ours to send. ``payload`` is the event's data.

    ``first_wait``: seconds from its arrival until now, None when it was tried before.
    """

    id: int
    attempt_id: UUID
    mintsoft_id: int
    number: str
    version: datetime
    payload: dict[str, Any]
    total: Decimal
    currency: str | None
    alone: bool
    traceparent: str | None
    first_wait: float | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """An attempt taken over from a worker that is gone, or due to be repeated.

    ``crashes``: its holders in a row that ended without a word; ``crashes_before``: those of
    earlier attempts, of the member that has most. An empty ``body`` is never sent: what it is part
    of was, under another key.
    """

    id: UUID
    state: str
    tries: int
    body: bytes | None
    key_lives: bool
    crashes: int
    crashes_before: int


@dataclass(frozen=True, slots=True)
class NewMember:
    """A document's place in a sealed attempt: as claimed, and as Xero will have it."""

    document: Claimed
    invoice_number: str
    url: str
    expected_total: Decimal
    currency: str
    contact_key: str | None
    warnings: tuple[DocumentWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class InAttempt:
    """A document of an open attempt; ``withdrawal`` says why it was taken back meanwhile."""

    document_id: int
    mintsoft_id: int
    version: datetime
    failures: int
    crashes: int
    alone: bool
    withdrawal: str | None
    traceparent: str | None
    half: UUID | None = None


@dataclass(frozen=True, slots=True)
class DueTag:
    """An order that shall carry its tag; ``mintsoft_id`` is its id there."""

    document_id: int
    mintsoft_id: int
    failures: int


def take_over(conn: Connection, connection_id: UUID, kind: Kind) -> Resumed | None:
    """Return an open attempt of this connection whose lease has run out, now ours."""
    with conn.cursor(row_factory=class_row(Resumed)) as cursor:
        return cursor.execute(
            SQL["take_over"],
            {
                "connection_id": connection_id,
                "kind": kind.value,
                "lease": LEASE,
                "key_life": KEY_LIFE,
            },
        ).fetchone()


def worth_a_call(conn: Connection, connection_id: UUID, kind: Kind, patience: timedelta) -> bool:
    """Whether a batch is full, or its first document has been due for *patience*."""
    values = {
        "connection_id": connection_id,
        "kind": kind.value,
        "batch": BATCH,
        "patience": patience,
    }
    return conn.execute(SQL["worth_a_call"], values).fetchone() == (True,)


def claim(conn: Connection, connection_id: UUID, kind: Kind, batch: int = BATCH) -> list[Claimed]:
    """Return up to *batch* due documents, now members of one new attempt."""
    with conn.cursor(row_factory=class_row(Claimed)) as cursor:
        rows = cursor.execute(
            SQL["claim"],
            {
                "connection_id": connection_id,
                "kind": kind.value,
                "batch": batch,
                "lease": LEASE,
            },
        ).fetchall()
    return sorted(rows, key=lambda row: row.id)


def hold(conn: Connection, attempt_id: UUID, tries: int) -> bool:
    """Return whether the attempt is still ours, and lock it for this transaction."""
    values = {"attempt_id": attempt_id, "tries": tries}
    return conn.execute(SQL["hold"], values).rowcount == 1


def seal(conn: Connection, attempt_id: UUID, body: bytes, members: Sequence[NewMember]) -> None:
    """Fix body and members: from now on they go out only together, under the attempt's key."""
    conn.execute(SQL["seal"], {"attempt_id": attempt_id, "body": body, "lease": LEASE})
    conn.execute(
        SQL["add_members"],
        {
            "attempt_id": attempt_id,
            "positions": list(range(len(members))),
            "documents": [each.document.id for each in members],
            "versions": [each.document.version for each in members],
            "numbers": [each.invoice_number for each in members],
            "urls": [each.url for each in members],
            "expected": [each.expected_total for each in members],
            "currencies": [each.currency for each in members],
            "mintsoft": [each.document.total for each in members],
            "mintsoft_currencies": [each.document.currency for each in members],
            "contacts": [each.contact_key for each in members],
            "warnings": [_warnings_text(each.warnings) for each in members],
        },
    )


def members(conn: Connection, attempt_id: UUID) -> list[Member]:
    """Return the members of a sealed attempt in the order of its body, locked."""
    with conn.cursor(row_factory=kwargs_row(_member)) as cursor:
        return cursor.execute(SQL["members"], {"attempt_id": attempt_id}).fetchall()


def _member(*, kind: str, **row: Any) -> Member:
    return Member(kind=Kind(kind), **row)


def in_attempt(conn: Connection, attempt_id: UUID) -> list[InAttempt]:
    """Return the documents of an attempt, sealed or not, as they stand now; locked."""
    with conn.cursor(row_factory=class_row(InAttempt)) as cursor:
        return cursor.execute(SQL["in_attempt"], {"attempt_id": attempt_id}).fetchall()


def settle(conn: Connection, attempt_id: UUID, settlements: Sequence[Settlement]) -> None:
    """Write where documents stand now; they leave the attempt."""
    if settlements:
        rows = Jsonb([_row(each) for each in settlements])
        conn.execute(SQL["settle"], {"attempt_id": attempt_id, "settlements": rows})


def open_attempts(conn: Connection, connection_id: UUID) -> list[tuple[UUID, Kind, str]]:
    """Return the attempts of a connection that are under way (id, kind, state), locked."""
    found = conn.execute(SQL["open_attempts"], {"connection_id": connection_id}).fetchall()
    return [(attempt_id, Kind(kind), state) for attempt_id, kind, state in found]


def finish(conn: Connection, attempt_id: UUID, outcome: str) -> None:
    """Close an attempt whose documents have all been settled."""
    conn.execute(SQL["finish_attempt"], {"attempt_id": attempt_id, "outcome": outcome})


def take_apart(
    conn: Connection,
    attempt_id: UUID,
    members: Sequence[Member],
    parts: Sequence[UUID | None],
    crashes: int,
) -> None:
    """Let the *members* of a sealed attempt go on in attempts of their own, the *parts*' ids.

    Due at once, they are only ever looked up: what Xero lacks is sent by another attempt.
    *crashes* are held against them.
    """
    values = {
        "attempt_id": attempt_id,
        "documents": [each.document_id for each in members],
        "parts": list(parts),
        "crashes": crashes,
    }
    conn.execute(SQL["take_apart"], values)


def add_tags(conn: Connection, document_ids: Sequence[int]) -> None:
    """Have these orders tagged in Mintsoft, apart from their export."""
    conn.execute(SQL["add_tags"], {"documents": list(document_ids)})


def claim_tags(conn: Connection, connection_id: UUID, batch: int) -> list[DueTag]:
    """Return orders of a connection whose tag is due, held for five minutes."""
    with conn.cursor(row_factory=class_row(DueTag)) as cursor:
        return cursor.execute(
            SQL["claim_tags"], {"connection_id": connection_id, "batch": batch}
        ).fetchall()


def tags_done(conn: Connection, document_ids: Sequence[int]) -> None:
    """The orders carry their tag."""
    conn.execute(SQL["tags_done"], {"documents": list(document_ids)})


def tag_failed(conn: Connection, document_id: int, error: str, delay: timedelta) -> None:
    """Try the tag again after *delay*."""
    conn.execute(SQL["tag_failed"], {"document_id": document_id, "error": error, "delay": delay})


def tag_given_up(conn: Connection, document_id: int, error: str) -> None:
    """Mintsoft refuses the tag for good."""
    conn.execute(SQL["tag_given_up"], {"document_id": document_id, "error": error})


def repeat_later(conn: Connection, attempt_id: UUID, delay: timedelta) -> None:
    """Have the same attempt come up again after *delay*."""
    conn.execute(SQL["repeat_later"], {"attempt_id": attempt_id, "delay": delay})


def _row(each: Settlement) -> dict[str, object]:
    reason, found = each.reason, each.in_xero
    return {
        "document_id": each.document_id,
        "status": each.status.value,
        "due_at": each.due_at,
        "delay_ms": round(each.delay.total_seconds() * 1000),
        "failures": each.failures,
        "crashes": each.crashes,
        "alone": each.alone,
        "half": str(each.half) if each.half else None,
        "reason_code": reason.code if reason else None,
        "reason_message": reason.message if reason else None,
        "reason_remedy": reason.remedy if reason else None,
        "reason_cure": reason.cure.value if reason else None,
        "reason_detail": each.detail,
        "warnings": [_warning(warning) for warning in each.warnings] if each.warnings else None,
        "xero_id": found.id if found else None,
        "xero_number": found.number if found else None,
        "xero_total": found.total if found else None,
        "exported_total": each.exported_total,
        "exported_currency": each.exported_currency,
    }


def _warning(warning: DocumentWarning) -> dict[str, str]:
    return {"code": warning.code, "message": warning.message}


def _warnings_text(warnings: Sequence[DocumentWarning]) -> str:
    return dumps([_warning(each) for each in warnings])

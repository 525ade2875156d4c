"""The outbox: events that are published after the transaction in which they became true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from events.exact_json import dumps
from schemas.values import EventData
from workers.store.sql import queries

SQL = queries("outbox")


@dataclass(frozen=True, slots=True)
class Notice:
    """An event to be published: ``account`` makes its source, ``subject`` is a document's id."""

    type: str
    account: str
    subject: str
    data: EventData
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A row of the outbox; ```occurred_at`` UTC."""

    id: int
    event_id: UUID
    type: str
    account: str
    subject: str
    data: dict[str, Any]
    traceparent: str | None
    occurred_at: datetime


def add(conn: Connection, notices: Sequence[Notice]) -> None:
    """Add *notices* in their order."""
    if not notices:
        return
    conn.execute(
        SQL["add"],
        {
            "types": [each.type for each in notices],
            "accounts": [each.account for each in notices],
            "subjects": [each.subject for each in notices],
            "data": [
                dumps(each.data.model_dump(by_alias=True, exclude_none=True)) for each in notices
            ],
            "traces": [each.traceparent for each in notices],
        },
    )


def claim(conn: Connection, batch: int) -> list[Unpublished]:
    """Return the oldest unpublished events, held for this transaction."""
    with conn.cursor(row_factory=class_row(Unpublished)) as cursor:
        return cursor.execute(SQL["claim"], {"batch": batch}).fetchall()


def published(conn: Connection, ids: Sequence[int]) -> None:
    """Mark events as confirmed by the broker."""
    conn.execute(SQL["published"], {"ids": list(ids)})

"""Where events enter: routes, remembered ids, documents, requests, parked bodies."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row, kwargs_row
from psycopg.types.json import Jsonb

from schemas.connections import Mode
from schemas.exports import Kind, Status
from workers.mapping.arrivals import Key, Standing
from workers.mapping.reasons import Cure, Reason
from workers.store.sql import queries

SQL = queries("intake")


@dataclass(frozen=True, slots=True)
class Route:
    """A connection as far as routing needs it."""

    id: UUID
    mode: Mode
    account: str
    client_id: int | None
    export_channels: list[int] | None
    export_trigger: str


@dataclass(frozen=True, slots=True)
class EventId:
    """What makes an event the same event again, and what became of it."""

    source: str
    id: str
    type: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class ParkedBody:
    """A message that could not be read, whole."""

    routing_key: str
    content_type: str | None
    headers: Mapping[str, object]
    body: bytes
    code: str
    reason: str


def routes(
    conn: Connection, accounts: Collection[str], clients: Collection[int] | None
) -> list[Route]:
    """Return the connections of *accounts* that are not disconnected.

    With *clients*, Mintsoft's ids, only theirs and those that take all clients.
    """
    named = None if clients is None else sorted(clients)
    with conn.cursor(row_factory=kwargs_row(_route)) as cursor:
        return cursor.execute(
            SQL["routes"], {"accounts": sorted(accounts), "clients": named}
        ).fetchall()


def _route(*, mode: str, **row: Any) -> Route:
    return Route(mode=Mode(mode), **row)


def remember(conn: Connection, events: Sequence[EventId]) -> set[tuple[str, str]]:
    """Keep the ids of *events*; return (source, id) of those never seen before."""
    ordered = sorted(events, key=lambda event: (event.source, event.id))
    rows = conn.execute(
        SQL["remember_events"],
        {
            "sources": [event.source for event in ordered],
            "ids": [event.id for event in ordered],
            "types": [event.type for event in ordered],
            "outcomes": ["accepted" if event.wanted else "unwanted" for event in ordered],
        },
    ).fetchall()
    return {(source, event_id) for source, event_id in rows}


def holders(
    conn: Connection, wanted: Collection[tuple[str, Kind, int]]
) -> dict[tuple[str, Kind, int], UUID]:
    """Return the connection that has each of these documents (account, kind, id) already."""
    ordered = sorted(wanted)
    rows = conn.execute(
        SQL["holders"],
        {
            "accounts": [account for account, _, _ in ordered],
            "kinds": [kind.value for _, kind, _ in ordered],
            "ids": [number for _, _, number in ordered],
        },
    ).fetchall()
    return {(account, Kind(kind), number): holder for account, kind, number, holder in rows}


def standing(conn: Connection, keys: Collection[Key]) -> dict[Key, Standing]:
    """Return the documents of *keys* as they stand, locked until this transaction ends."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(SQL["standing"], _key_arrays(sorted(keys)))
        found = [_standing(row) for row in cursor]
    return {each.key: each for each in found}


def _key_arrays(keys: Sequence[Key]) -> dict[str, list[Any]]:
    return {
        "connections": [key.connection_id for key in keys],
        "kinds": [key.kind.value for key in keys],
        "ids": [key.mintsoft_id for key in keys],
    }


def _standing(row: dict[str, Any]) -> Standing:
    code = row["reason_code"]
    return Standing(
        key=Key(row["connection_id"], Kind(row["kind"]), row["mintsoft_id"]),
        client_id=row["client_id"],
        number=row["number"],
        status=Status(row["status"]),
        version=row["version"],
        total=row["total"],
        currency=row["currency"],
        withdrawal=row["withdrawal"],
        reason=_reason(row) if code else None,
        xero_id=row["xero_id"],
        xero_number=row["xero_number"],
        xero_total=row["xero_total"],
        exported_total=row["exported_total"],
        exported_currency=row["exported_currency"],
        traceparent=row["traceparent"],
    )


def _reason(row: dict[str, Any]) -> Reason:
    return Reason(
        row["reason_code"],
        row["reason_message"] or "",
        row["reason_remedy"] or "",
        Cure(row["reason_cure"] or Cure.PERSON),
    )


def insert(conn: Connection, documents: Sequence[Standing]) -> set[Key]:
    """Add documents; return the keys of those that were not there already."""
    rows = conn.execute(
        SQL["insert_documents"],
        {
            **_key_arrays([each.key for each in documents]),
            "clients": [each.client_id for each in documents],
            "numbers": [each.number for each in documents],
            "statuses": [each.status.value for each in documents],
            "versions": [each.version for each in documents],
            "payloads": [each.payload for each in documents],
            "totals": [each.total for each in documents],
            "currencies": [each.currency for each in documents],
            "traces": [each.traceparent for each in documents],
            "codes": [each.reason.code if each.reason else None for each in documents],
            "messages": [each.reason.message if each.reason else None for each in documents],
            "remedies": [each.reason.remedy if each.reason else None for each in documents],
            "cures": [each.reason.cure.value if each.reason else None for each in documents],
        },
    ).fetchall()
    return {Key(connection, Kind(kind), number) for connection, kind, number in rows}


def update(conn: Connection, documents: Sequence[Standing]) -> None:
    """Write documents that stand differently now."""
    with conn.cursor() as cursor:
        cursor.executemany(SQL["update_document"], [_update_values(each) for each in documents])


def _update_values(document: Standing) -> dict[str, object]:
    reason = document.reason
    return {
        "connection_id": document.key.connection_id,
        "kind": document.key.kind.value,
        "mintsoft_id": document.key.mintsoft_id,
        "number": document.number,
        "status": document.status.value,
        "version": document.version,
        "payload": document.payload,
        "total": document.total,
        "currency": document.currency,
        "withdrawal": document.withdrawal,
        "reason_code": reason.code if reason else None,
        "reason_message": reason.message if reason else None,
        "reason_remedy": reason.remedy if reason else None,
        "reason_cure": reason.cure.value if reason else None,
        "traceparent": document.traceparent,
    }


def request_export(
    conn: Connection, account: str, kind: Kind, mintsoft_id: int, requested_by: str | None
) -> list[UUID]:
    """Set a document going; return its connections. Unknown ones are remembered for later."""
    values = {
        "account": account,
        "kind": kind.value,
        "mintsoft_id": mintsoft_id,
        "requested_by": requested_by,
    }
    going = [row[0] for row in conn.execute(SQL["request_exports"], values)]
    known = conn.execute(SQL["is_known"], values).fetchone()
    if known == (False,):
        conn.execute(SQL["remember_request"], values)
    return going


def take_requests(
    conn: Connection, wanted: Collection[tuple[str, Kind, int]]
) -> set[tuple[str, Kind, int]]:
    """Return which of these documents (account, kind, id) were asked for before they came."""
    ordered = sorted(wanted)
    rows = conn.execute(
        SQL["take_requests"],
        {
            "accounts": [account for account, _, _ in ordered],
            "kinds": [kind.value for _, kind, _ in ordered],
            "ids": [number for _, _, number in ordered],
        },
    ).fetchall()
    return {(account, Kind(kind), number) for account, kind, number in rows}


def park(conn: Connection, bodies: Sequence[ParkedBody]) -> None:
    """Keep messages that could not be read."""
    with conn.cursor() as cursor:
        cursor.executemany(
            SQL["park"],
            [
                {
                    "routing_key": each.routing_key,
                    "content_type": each.content_type,
                    "headers": Jsonb(dict(each.headers)),
                    "body": each.body,
                    "code": each.code,
                    "reason": each.reason,
                }
                for each in bodies
            ],
        )

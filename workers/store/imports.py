"""The import ledger: Xero's sales invoices and purchase orders on their way into Mintsoft.

One row for each document of Xero and client, for ever. Whoever works on a row holds it by a
lease and a fencing token (``tries``); before a write that can't be repeated, the row says so
(``in_doubt``), so that whoever comes after looks for what it may have made.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, kwargs_row
from psycopg.types.json import Json, Jsonb

from events.exact_json import dumps
from schemas.imports import ImportKind, ImportStatus
from workers.mapping.arrivals import SKIPPED_BY_PERSON
from workers.mapping.reasons import Reason, reason
from workers.store.connections import ConnectionRow
from workers.store.sql import queries

SQL = queries("imports")

BATCH = 20
"""Documents placed for one wake-up: a call or two each."""

LEASE = timedelta(minutes=3)
"""Renewed before each document's turn; longer than its calls to Mintsoft may take."""

HIGHEST = "\U0010ffff"
"""Sorts behind whatever may follow the beginning of a number."""

MOST_NAMED = 1_000
"""Imports that are found by a text at once."""

PRODUCT_LIFE = timedelta(days=7)
"""A product that was seen is believed in this long, unless Mintsoft refuses something."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A document as Xero has it now; ``updated_at`` is Xero's own time (UTC)."""

    xero_id: UUID
    number: str
    updated_at: datetime
    payload: Mapping[str, object]
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """An import that is ours to place; ``placed`` is what Mintsoft has of it, or may have."""

    id: int
    kind: ImportKind
    xero_id: UUID
    number: str
    xero_updated_at: datetime
    payload: dict[str, Any]
    tries: int
    failures: int
    crashes: int
    in_doubt: bool
    first_tried_at: datetime | None
    placed: dict[str, Any] | None
    delivery: str | None
    mintsoft_id: int | None
    mintsoft_number: str | None

    @property
    def is_imported(self) -> bool:
        """Whether it is in Mintsoft, or Mintsoft's services were asked to take it."""
        return self.delivery is not None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where an import stands after a try.

    A waiting one is due at ``due_at`` (UTC) or ``delay`` after now. ``delivery`` with what was
    ``placed`` says that Mintsoft has it, as ``mintsoft_id`` unless it was asked by event.
    """

    status: ImportStatus
    failures: int = 0
    crashes: int = 0
    due_at: datetime | None = None
    delay: timedelta = timedelta()
    in_doubt: bool = False
    reason: Reason | None = None
    detail: str | None = None
    placed: Mapping[str, object] | None = None
    delivery: str | None = None
    mintsoft_id: int | None = None
    mintsoft_number: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order of Mintsoft's, and the document of Xero that its reference names, if it does."""

    account: str
    client_id: int
    mintsoft_id: int
    xero_id: UUID | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which imports to list; ``below`` an id is the next page, ``page`` its size."""

    status: str | None = None
    kind: str | None = None
    connection_id: UUID | None = None
    reason: str | None = None
    text: str | None = None
    below: int | None = None
    page: int = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """An import in a list; times in UTC."""

    id: int
    connection_id: UUID
    account: str
    client_id: int
    kind: str
    xero_id: UUID
    number: str
    status: str
    xero_updated_at: datetime
    due_at: datetime
    failures: int
    mintsoft_id: int | None
    mintsoft_number: str | None
    delivery: str | None
    imported_at: datetime | None
    reason_code: str | None
    reason_message: str | None
    reason_remedy: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Import:
    """An import, whole; times in UTC."""

    id: int
    connection_id: UUID
    account: str
    client_id: int
    kind: str
    xero_id: UUID
    number: str
    status: str
    xero_updated_at: datetime
    payload: dict[str, Any]
    due_at: datetime
    tries: int
    failures: int
    crashes: int
    in_doubt: bool
    first_tried_at: datetime | None
    placed: dict[str, Any] | None
    delivery: str | None
    mintsoft_id: int | None
    mintsoft_number: str | None
    imported_at: datetime | None
    reason_code: str | None
    reason_message: str | None
    reason_remedy: str | None
    reason_cure: str | None
    reason_detail: str | None
    created_at: datetime
    updated_at: datetime
    connection_status: str
    short_code: str


def exported(conn: Connection, tenant_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Return which of these invoices are exports of ours."""
    values = {"tenant_id": tenant_id, "ids": list(ids)}
    return {row[0] for row in conn.execute(SQL["exported"], values)}


def sealed(conn: Connection, numbers: Collection[str]) -> set[tuple[str, str]]:
    """Return (number, link) of what our attempts have sent under these numbers, or may have."""
    return set(conn.execute(SQL["sealed"], {"numbers": sorted(numbers)}).fetchall())


def known(
    conn: Connection, connection: ConnectionRow, kind: ImportKind, ids: Collection[UUID]
) -> dict[UUID, datetime]:
    """Return which of these documents are in the ledger, and their time of change there."""
    values = _owner(connection, kind) | {"ids": list(ids)}
    return dict(conn.execute(SQL["known"], values).fetchall())


def keep(
    conn: Connection, connection: ConnectionRow, kind: ImportKind, arrived: Sequence[Arrived]
) -> int:
    """Store documents as Xero has them now; return how many were news. Those go at once."""
    values = _owner(connection, kind) | {
        "connection_id": connection.id,
        "ids": [each.xero_id for each in arrived],
        "numbers": [each.number for each in arrived],
        "updated": [each.updated_at for each in arrived],
        "payloads": [dumps(each.payload) for each in arrived],
        "withdrawals": [each.xero_id for each in arrived if each.withdrawn],
        "by_person": SKIPPED_BY_PERSON,
    }
    news = [row[0] for row in conn.execute(SQL["keep"], values)]
    conn.execute(SQL["set_going"], {"ids": news})
    return len(news)


def _owner(connection: ConnectionRow, kind: ImportKind) -> dict[str, object]:
    return {
        "tenant_id": connection.tenant_id,
        "account": connection.account,
        "client_id": connection.client_id,
        "kind": kind.value,
    }


def claim(
    conn: Connection, connection_id: UUID, kind: ImportKind, batch: int = BATCH
) -> list[Claimed]:
    """Return up to *batch* due documents, now ours; one at which somebody has died goes alone."""
    values = {"connection_id": connection_id, "kind": kind.value, "lease": LEASE}
    with conn.cursor(row_factory=kwargs_row(_claimed)) as cursor:
        troubled = cursor.execute(SQL["claim"], values | {"batch": 1, "troubled": True}).fetchall()
        if troubled:
            return troubled
        found = cursor.execute(SQL["claim"], values | {"batch": batch, "troubled": False})
        return sorted(found, key=lambda each: each.id)


def is_full(claimed: Sequence[Claimed]) -> bool:
    """Whether more may be due: the batch is full, or one went alone."""
    return len(claimed) >= BATCH or any(each.crashes for each in claimed)


def _claimed(*, kind: str, **row: Any) -> Claimed:
    return Claimed(kind=ImportKind(kind), **row)


def hold(conn: Connection, claimed: Claimed) -> bool:
    """Return whether a document is still ours; its lease begins anew."""
    values = {"id": claimed.id, "tries": claimed.tries, "lease": LEASE}
    return conn.execute(SQL["hold"], values).rowcount == 1


def doubt(conn: Connection, claimed: Claimed, body: Mapping[str, object]) -> bool:
    """Note that *body* is about to be sent; False when the document is no longer ours."""
    values = {"id": claimed.id, "tries": claimed.tries, "lease": LEASE, "placed": Json(body)}
    return conn.execute(SQL["doubt"], values).rowcount == 1


def settle(conn: Connection, claimed: Claimed, to: Settlement) -> ImportStatus | None:
    """Write where a document stands; return that, which is waiting again if there are news.

    None when it is no longer ours: nothing is written.
    """
    reason = to.reason
    row = conn.execute(
        SQL["settle"],
        {
            "id": claimed.id,
            "tries": claimed.tries,
            "version": claimed.xero_updated_at,
            "status": to.status.value,
            "due_at": to.due_at,
            "delay": to.delay,
            "failures": to.failures,
            "crashes": to.crashes,
            "in_doubt": to.in_doubt,
            "placed": None if to.placed is None else dumps(to.placed),
            "delivery": to.delivery,
            "mintsoft_id": to.mintsoft_id,
            "mintsoft_number": to.mintsoft_number,
            "reason_code": reason.code if reason else None,
            "reason_message": reason.message if reason else None,
            "reason_remedy": reason.remedy if reason else None,
            "reason_cure": reason.cure.value if reason else None,
            "reason_detail": to.detail,
        },
    ).fetchone()
    return ImportStatus(row[0]) if row else None


def let_go(conn: Connection, claimed: Sequence[Claimed]) -> None:
    """Put documents back that were not begun."""
    values = {"ids": [each.id for each in claimed], "tries": [each.tries for each in claimed]}
    conn.execute(SQL["let_go"], values)


def due(conn: Connection) -> list[tuple[UUID, ImportKind]]:
    """Return the connections that have documents to place now."""
    return [(row[0], ImportKind(row[1])) for row in conn.execute(SQL["due"])]


def made_from_xero(conn: Connection, orders: Sequence[Order]) -> dict[Order, str]:
    """Return the invoice numbers of those *orders* that were made from invoices of Xero."""
    rows = conn.execute(
        SQL["made_from_xero"],
        {
            "accounts": [each.account for each in orders],
            "clients": [each.client_id for each in orders],
            "orders": [each.mintsoft_id for each in orders],
            "ids": [each.xero_id for each in orders],
        },
    ).fetchall()
    return {orders[position - 1]: number for position, number in rows}


def products(conn: Connection, connection: ConnectionRow, skus: Collection[str]) -> dict[str, int]:
    """Return the products of the client that Mintsoft was seen to have lately."""
    values = _client(connection) | {"skus": sorted(skus), "life": PRODUCT_LIFE}
    return dict(conn.execute(SQL["products"], values).fetchall())


def learn_products(conn: Connection, connection: ConnectionRow, found: Mapping[str, int]) -> None:
    """Remember products that Mintsoft has."""
    values = {"skus": list(found), "products": list(found.values())}
    conn.execute(SQL["learn_products"], _client(connection) | values)


def forget_products(conn: Connection, connection: ConnectionRow, skus: Collection[str]) -> None:
    """Look for each of these products again when it is needed."""
    conn.execute(SQL["forget_products"], _client(connection) | {"skus": sorted(skus)})


def _client(connection: ConnectionRow) -> dict[str, object]:
    return {"account": connection.account, "client_id": connection.client_id}


def listed(conn: Connection, wanted: Filter) -> list[Listed]:
    """Return one page of imports, the newest first."""
    ids = _ids_of_text(conn, wanted.text) if wanted.text else None
    values = {name: getattr(wanted, name) for name in Filter.__slots__} | {"ids": ids}
    if ids is not None:
        values["text"] = None
    with conn.cursor(row_factory=class_row(Listed)) as cursor:
        return cursor.execute(SQL["list"], values, prepare=False).fetchall()


def _ids_of_text(conn: Connection, text: str) -> list[int] | None:
    """Return the imports that a text names; None for so many that a list meets them soon."""
    low = text.strip().lower()
    values = {"low": low, "high": low + HIGHEST, "xero_id": _uuid(low), "most": MOST_NAMED + 1}
    found = [row[0] for row in conn.execute(SQL["ids_of_text"], values, prepare=False)]
    return found if len(found) <= MOST_NAMED else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def find(conn: Connection, import_id: int) -> Import | None:
    """Return one import, or None."""
    with conn.cursor(row_factory=class_row(Import)) as cursor:
        return cursor.execute(SQL["find"], {"id": import_id}).fetchone()


def held_ids(
    conn: Connection, reason: str | None, kind: str | None, connection_id: UUID | None
) -> list[int]:
    """Return the imports that need attention, locked."""
    values = {"reason": reason, "kind": kind, "connection_id": connection_id}
    return [row[0] for row in conn.execute(SQL["held_ids"], values)]


def release(conn: Connection, ids: Sequence[int], who: str) -> list[int]:
    """Set imports going; return those that could be."""
    going = sorted(row[0] for row in conn.execute(SQL["release"], {"ids": list(ids)}))
    _note(conn, going, who, "import retried", {})
    return going


def skip(conn: Connection, ids: Sequence[int], why: str, who: str) -> list[int]:
    """Decide that imports are settled; return those for which it could be decided."""
    told = reason("skipped_by_person", why=why)
    values = {
        "ids": list(ids),
        "code": told.code,
        "why": told.message,
        "remedy": told.remedy,
    }
    skipped = sorted(row[0] for row in conn.execute(SQL["skip"], values))
    _note(conn, skipped, who, "import skipped", {"why": why})
    return skipped


def counts(conn: Connection) -> dict[tuple[ImportKind, ImportStatus], int]:
    """Return the number of imports by kind and status."""
    rows = conn.execute(SQL["counts"])
    return {(ImportKind(kind), ImportStatus(status)): number for kind, status, number in rows}


def _note(
    conn: Connection, ids: Sequence[int], who: str, action: str, details: Mapping[str, object]
) -> None:
    if ids:
        values = {"ids": list(ids), "who": who, "action": action}
        conn.execute(SQL["audit_many"], values | {"details": Jsonb(dict(details))})

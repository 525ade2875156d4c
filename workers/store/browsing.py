"""Documents as the console lists them: by key, whatever the filter and however large the ledger.

Each filter is resolved into what an index knows: a client into connections, days into ids (which
grow with time), a text into the few documents that it names. Counts come from the tallies where
those know the filter, else the first thousand are counted and the page says that there are more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, LiteralString, TypeVar
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from workers.store import tallies
from workers.store.sql import queries
from workers.store.tallies import Tally

SQL = queries("browsing")

Row = TypeVar("Row")

PAGE = 50
"""Documents on a page."""

MOST_COUNTED = 1_000
"""Beyond this a page says "1,000+": counting on would cost what looking costs."""

MOST_NAMED = 1_000
"""Documents that a text may name; it is then too short to mean one of them."""

TAIL = 5_000
"""Documents without terms that are looked at one by one: what came in the last minute or so."""

FEW_CONNECTIONS = 200
"""For as many it is cheap to ask each for its newest documents."""

TERMS_BATCH = 2_000
"""Documents given their terms in one transaction."""

WARNED = "posted_with_warnings"
"""Stands beside the ledger's statuses: posted, and somebody may want to look at it."""

HIGHEST = "\U0010ffff"
"""Sorts behind whatever may follow a beginning."""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for; ``since`` and ``until`` are days (UTC), both included."""

    status: str | None = None
    kind: str | None = None
    connection_id: UUID | None = None
    client_id: int | None = None
    since: date | None = None
    until: date | None = None
    reason: str | None = None
    text: str | None = None

    @property
    def is_tallied(self) -> bool:
        """Whether the tallies know how many documents fit."""
        return not (self.client_id or self.since or self.until or self.text)


@dataclass(frozen=True, slots=True)
class Scope:
    """A search in terms of what indexes know. ``is_cut``: the text names more than ``ids``."""

    status: str | None = None
    warned: bool | None = None
    kind: str | None = None
    connections: list[UUID] | None = None
    client: int | None = None
    reason: str | None = None
    first: int | None = None
    last: int | None = None
    ids: list[int] | None = None
    is_cut: bool = False

    def values(self) -> dict[str, Any]:
        """Return it as parameters of the queries."""
        return {name: getattr(self, name) for name in Scope.__slots__ if name != "is_cut"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in a list; ``total`` is Mintsoft's, in ``currency``, times are UTC."""

    id: int
    connection_id: UUID
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
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How documents stand that fit a search but for its status and reason.

    ``is_cut``: only the first :data:`MOST_COUNTED` were counted.
    """

    tallies: Sequence[Tally]
    is_cut: bool


def scope_of(conn: Connection, search: Search) -> Scope:
    """Return what *search* means in the ledger as it is now."""
    status = "posted" if search.status == WARNED else search.status
    found = Scope(
        status,
        None if status != "posted" else search.status == WARNED,
        search.kind,
        _connections(conn, search),
        search.client_id,
        search.reason,
        _first_since(conn, search.since),
        _last_until(conn, search.until),
    )
    return _named(conn, found, search.text) if search.text else found


def page(conn: Connection, scope: Scope, below: int | None, size: int = PAGE) -> list[Listed]:
    """Return up to *size* documents, the newest first, those *below* an id."""
    values = scope.values() | {"size": size, "last": _lower(scope.last, below)}
    of_few = scope.connections is not None and len(scope.connections) <= FEW_CONNECTIONS
    query = SQL["page_of_connections" if of_few else "page"]
    return _rows(conn, query, values, Listed)


def counts(conn: Connection, search: Search, scope: Scope) -> Counts:
    """Return how documents stand that fit, whatever their status and reason."""
    if search.is_tallied:
        return Counts(tallies.standing(conn, scope.kind, scope.connections), is_cut=False)
    values = scope.values() | {"most": MOST_COUNTED + 1}
    found = _rows(conn, SQL["count_some"], values, Tally)
    return Counts(found, sum(each.documents for each in found) > MOST_COUNTED)


def last_id(conn: Connection) -> int:
    """Return the id of the newest document, 0 when there is none."""
    return _one(conn, "last_id", {}) or 0


def add_terms(conn: Connection, most: int = TERMS_BATCH) -> int:
    """Make the next documents findable by text; return how many, 0 while somebody else does it."""
    row = conn.execute(SQL["lock_terms"]).fetchone()
    if row is None:
        return 0
    [(until, found)] = conn.execute(SQL["last_for_terms"], {"after": row[0], "most": most})
    if found:
        conn.execute(SQL["add_terms"], {"after": row[0], "until": until})
        conn.execute(SQL["terms_done"], {"until": until})
    return int(found)


def _connections(conn: Connection, search: Search) -> list[UUID] | None:
    if search.connection_id:
        return [search.connection_id]
    if search.client_id is None:
        return None
    values = {"client": search.client_id}
    return [row[0] for row in conn.execute(SQL["connections_of_client"], values)]


def _first_since(conn: Connection, day: date | None) -> int | None:
    if day is None:
        return None
    return _one(conn, "first_since", {"moment": datetime.combine(day, time(), UTC)})


def _last_until(conn: Connection, day: date | None) -> int | None:
    if day is None or day == date.max:
        return None
    following = _first_since(conn, day + timedelta(days=1))
    return None if following is None else following - 1


def _named(conn: Connection, scope: Scope, text: str) -> Scope:
    low = text.strip().lower()
    values = {
        "low": low,
        "high": low + HIGHEST,
        "mintsoft_id": int(low) if low.isascii() and low.isdecimal() and len(low) < 19 else None,
        "most": MOST_NAMED + 1,
        "tail": TAIL,
    }
    found = [row[0] for row in conn.execute(SQL["ids_of_text"], values, prepare=False)]
    return replace(scope, ids=found[:MOST_NAMED], is_cut=len(found) > MOST_NAMED)


def _lower(last: int | None, below: int | None) -> int | None:
    bounds = [each for each in (last, below - 1 if below is not None else None) if each is not None]
    return min(bounds, default=None)


def _one(conn: Connection, query: str, values: dict[str, Any]) -> int | None:
    row = conn.execute(SQL[query], values, prepare=False).fetchone()
    return row[0] if row else None


def _rows(
    conn: Connection, query: LiteralString, values: dict[str, Any], kind: type[Row]
) -> list[Row]:
    """Run *query*, planned for these very values: a filter that is not given then costs nothing."""
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query, values, prepare=False).fetchall()

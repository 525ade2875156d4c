"""Mintsoft's totals beside Xero's: what Xero last said of our invoices, and how the two compare.

A comparison is of the ledger as it is and Xero's figures as last read; ``read_at`` and
:func:`standing` say how old those are. How each document compares, and what a day's come to, is
kept: triggers append what may stand otherwise by now, :func:`fold` looks at it, and until then
whoever reads looks at it as well. So figures are exact at any instant, and nobody waits for a
counter. Amounts are Decimal, gross for orders and net for 3PL invoices, and no sum ever mixes
currencies.

Weakness: until a long reading of Xero's figures is folded, each page looks at all of it again.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, dict_row
from psycopg_pool import ConnectionPool

from workers.store.sql import queries

SQL = queries("balances")

FINDINGS = ("missing", "different", "edited", "withdrawn", "voided", "gone", "extra", "agrees")
"""How a document may compare, the worst news first."""

OUT_OF_THE_BOOKS = ("VOIDED", "DELETED", "ABSENT")
"""Statuses of invoices that count for nothing; ABSENT: Xero has none of this id any more."""

LOCK = 4_918_002_649
"""Of PostgreSQL's advisory locks: one process folds at a time."""

MOST = 2_000
"""Changes folded in one transaction: a tenth of a second."""

AT_ONCE = 1000
"""Lines of an export that are in memory at once."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What an invoice comes to in Xero, ``net`` and gross ``total`` in its currency.

    ``day`` is its date there, ``updated_at`` Xero's own time of change (UTC).
    """

    xero_id: UUID
    number: str
    status: str
    day: date
    currency: str
    net: Decimal
    total: Decimal
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A document of ours that Xero does not list as ours."""

    xero_id: UUID
    number: str
    currency: str
    posted_on: date


@dataclass(frozen=True, slots=True)
class Period:
    """A connection's days, the first and the last included; ``findings``: only these lines."""

    connection_id: UUID
    first: date
    last: date
    findings: tuple[str, ...] = FINDINGS
    before: str | None = None
    before_day: date | None = None
    page: int = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A document in Mintsoft, in Xero, or in both; what there is none of is None.

    ``line`` with ``day`` is its key in the list.
    """

    line: str
    day: date
    document_id: int | None
    kind: str | None
    mintsoft_id: int | None
    number: str | None
    status: str | None
    reason_code: str | None
    reason_message: str | None
    mintsoft_currency: str | None
    mintsoft_total: Decimal | None
    xero_id: UUID | None
    xero_number: str | None
    xero_status: str | None
    xero_currency: str | None
    xero_total: Decimal | None
    xero_updated_at: datetime | None
    read_at: datetime | None
    finding: str

    @property
    def counted(self) -> Decimal | None:
        """What Xero's books have of it: nothing of what was voided or deleted."""
        return None if self.xero_status in OUT_OF_THE_BOOKS else self.xero_total


@dataclass(frozen=True, slots=True)
class Balance:
    """All documents of one currency: how many there are and what they come to."""

    currency: str
    mintsoft_documents: int
    mintsoft_total: Decimal
    xero_documents: int
    xero_total: Decimal

    def with_more(self, side: str, documents: int, total: Decimal) -> Self:
        """Return it with *documents* more on one side, ``mintsoft`` or ``xero``."""
        more = {
            f"{side}_documents": getattr(self, f"{side}_documents") + documents,
            f"{side}_total": getattr(self, f"{side}_total") + total,
        }
        return replace(self, **more)

    @property
    def difference(self) -> Decimal:
        """How much more Xero has than Mintsoft."""
        return self.xero_total - self.mintsoft_total


@dataclass(frozen=True, slots=True)
class Compared:
    """A period: all of it by currency and by finding, and one page of its documents."""

    sums: list[Balance]
    counts: dict[str, int]
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Standing:
    """How fresh Xero's figures are; ``unread``: documents sent since they were read."""

    complete_at: datetime | None
    asked: bool
    running: bool
    last_outcome: str | None
    failures: int
    next_run_at: datetime | None
    unread: int


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is to be looked at again: a document, or an invoice that may be extra.

    ``is_owned``: the invoice is some document's, so that it is extra to nobody. ``changes``: how
    many were taken in all.
    """

    connection_id: UUID
    document_id: int | None
    xero_id: UUID | None
    is_owned: bool
    changes: int

    @property
    def line(self) -> str:
        """Its key among the rows."""
        return f"x{self.xero_id}" if self.document_id is None else f"d{self.document_id}"


def keep(conn: Connection, tenant_id: UUID, found: Sequence[Figures], *, made_by_app: bool) -> None:
    """Store what Xero says of invoices; *made_by_app*: listed by Xero as ours."""
    columns = ("number", "status", "day", "currency", "net", "total", "updated_at")
    values = {name: [getattr(each, name) for each in found] for name in columns}
    ids = {"tenant_id": tenant_id, "xero_id": [each.xero_id for each in found]}
    if found:
        conn.execute(SQL["keep"], values | ids | {"made_by_app": made_by_app})


def not_listed(conn: Connection, connection_id: UUID, most: int) -> list[Unlisted]:
    """Return documents whose invoices are to be looked up by id, the longest unread first."""
    values = {"connection_id": connection_id, "most": most}
    with conn.cursor(row_factory=class_row(Unlisted)) as cursor:
        return cursor.execute(SQL["not_listed"], values).fetchall()


def absent(unlisted: Unlisted) -> Figures:
    """Return what is known of an invoice that Xero does not have any more."""
    nothing = Decimal(0)
    return Figures(
        unlisted.xero_id,
        unlisted.number,
        "ABSENT",
        unlisted.posted_on,
        unlisted.currency,
        nothing,
        nothing,
        None,
    )


def standing(conn: Connection, connection_id: UUID) -> Standing:
    """Return how fresh Xero's figures are. Raises LookupError when they are never read."""
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        found = cursor.execute(SQL["standing"], {"connection_id": connection_id}).fetchone()
    if found is None:
        raise LookupError(f"connection {connection_id} has no schedule xero_totals")
    return found


def read_at(conn: Connection, connection_id: UUID) -> datetime | None:
    """Return when Xero's figures were last read to the end, None when they never were."""
    row = conn.execute(SQL["read_at"], {"connection_id": connection_id}).fetchone()
    return row[0] if row else None


def compare(conn: Connection, period: Period) -> Compared:
    """Return a period's sums and counts, whatever ``findings`` says, and one page of its lines."""
    with conn.cursor(row_factory=dict_row) as cursor:
        groups = cursor.execute(SQL["compared"], _values(period), prepare=False).fetchall()
    counts = Counter[str]()
    for group in groups:
        counts[group["finding"]] += group["documents"]
    return Compared(balances_of(groups), dict(counts), lines(conn, period))


def balances_of(groups: Iterable[Mapping[str, Any]]) -> list[Balance]:
    """Return what groups of documents come to by currency; each side has its own."""
    found: dict[str, Balance] = {}
    for group in groups:
        for side in ("mintsoft", "xero"):
            documents, total = group[f"{side}_documents"], group[f"{side}_total"]
            if documents:
                currency = group[f"{side}_currency"]
                known = found.get(currency) or Balance(currency, 0, Decimal(0), 0, Decimal(0))
                found[currency] = known.with_more(side, documents, total)
    return [found[currency] for currency in sorted(found)]


def lines(conn: Connection, period: Period) -> list[Line]:
    """Return one page of a period's documents, the newest day first.

    Planned for these very values: what differs is found without a look at what agrees.
    """
    with conn.cursor(row_factory=class_row(Line)) as cursor:
        return cursor.execute(SQL["lines"], _values(period), prepare=False).fetchall()


def every_line(pool: ConnectionPool, period: Period) -> Iterator[Line]:
    """Yield all documents of a period; no connection is held while the caller is slow."""
    wanted = replace(period, page=AT_ONCE)
    while True:
        with pool.connection() as conn:
            found = lines(conn, wanted)
        yield from found
        if len(found) < AT_ONCE:
            return
        wanted = replace(wanted, before=found[-1].line, before_day=found[-1].day)


def fold(conn: Connection, most: int = MOST) -> int:
    """Look at what may stand otherwise; return how many changes. 0 too while somebody else does."""
    if conn.execute(SQL["only_one"], {"lock": LOCK}).fetchone() != (True,):
        return 0
    with conn.cursor(row_factory=class_row(_Taken)) as cursor:
        taken = cursor.execute(SQL["take"], {"most": most}).fetchall()
    extra = [each for each in taken if each.xero_id is not None and not each.is_owned]
    values = {
        "connections": [each.connection_id for each in taken],
        "lines": [each.line for each in taken],
        "documents": [each.document_id for each in taken if each.document_id is not None],
        "extra_to": [each.connection_id for each in extra],
        "extra_ids": [each.xero_id for each in extra],
    }
    for step in ("forget", "note", "undecided") if taken else ():
        conn.execute(SQL[step], values)
    return taken[0].changes if taken else 0


def known_findings(names: Collection[str]) -> tuple[str, ...]:
    """Return the findings that *names* names. Raises ValueError for one that is none."""
    for name in names:
        if name not in FINDINGS:
            raise ValueError(f"finding: {name!r} is none; choose {', '.join(FINDINGS)}")
    return tuple(names) or FINDINGS


def _values(period: Period) -> dict[str, object]:
    values = {name: getattr(period, name) for name in Period.__slots__}
    return values | {"findings": list(period.findings)}

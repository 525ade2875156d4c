"""What is read of Xero's documents: what has changed, in the order of its changes, and they whole.

Sales invoices are listed in short first, because most that change are our own exports; only
those of interest are read whole. What we made ourselves is listed in short for its totals alone.
Purchase orders have no short form. Documents stay as Xero's
JSON, numbers exact: what they mean is decided later, from what is stored.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Protocol
from uuid import UUID

from workers.transport import Answer
from workers.xero import results
from workers.xero.dates import instant
from workers.xero.failures import broken, content

BATCH = 50
"""Documents or contacts asked for by id in one call: their ids make an address of 2,000 letters."""

INVOICES_PAGE = 1000
"""Invoices in short: the most that Xero gives at once."""

ORDERS_PAGE = 100
"""Purchase orders come whole, and an overlap reads some again."""

ALWAYS = ("AUTHORISED", "PAID", "VOIDED", "DELETED")
"""Statuses that are asked for whatever the filters let in: they concern what was imported."""

EVERY = ("DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED")
"""Every status there is: without them Xero leaves out what was deleted."""

Row = dict[str, object]


class Reader(Protocol):
    """As much of the gateway as is needed here; see gateway.XeroGateway."""

    def read(self, method: str, **options: object) -> Answer:
        """Return the answer to a read of the Accounting API, a 304 as it is."""


class Unhurried(Protocol):
    """The same for reads that nothing waits for."""

    def read_unhurried(self, method: str, **options: object) -> Answer:
        """Return the answer to a read of the Accounting API, a 304 as it is."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A document that Xero lists: its time of change (UTC), its date, and all that was given."""

    xero_id: UUID
    updated_at: datetime
    date: date | None
    row: Row


@dataclass(frozen=True, slots=True)
class Page:
    """Documents in the order of their changes; ``full`` unless these are the last.

    ``heard_at`` is Xero's clock (UTC), None where the answer does not tell it.
    """

    changed: tuple[Changed, ...]
    full: bool
    heard_at: datetime | None

    @property
    def newest(self) -> datetime | None:
        """The largest time of change."""
        return self.changed[-1].updated_at if self.changed else None


def changed_invoices(
    reader: Reader,
    since: datetime | None,
    page: int,
    statuses: Collection[str],
    not_before: date | None = None,
) -> Page:
    """Return a page of sales invoices in short, changed after *since*, dated from *not_before*."""
    dated = f" AND Date>=DateTime({not_before:%Y,%m,%d})" if not_before else ""
    answer = reader.read(
        "get_invoices",
        **_since(since),
        where=f'Type=="ACCREC"{dated}',
        statuses=sorted({*statuses, *ALWAYS}),
        order="UpdatedDateUTC ASC",
        summary_only=True,
        page=page,
        page_size=INVOICES_PAGE,
    )
    return _page(answer, "Invoices", "InvoiceID", INVOICES_PAGE)


def changed_purchase_orders(
    reader: Reader, since: datetime | None, page: int, not_before: date | None = None
) -> Page:
    """Return a page of purchase orders, changed after *since*, dated from *not_before* on."""
    dated = {"date_from": not_before.isoformat()} if not_before else {}
    answer = reader.read(
        "get_purchase_orders",
        **_since(since),
        **dated,
        order="UpdatedDateUTC ASC",
        page=page,
        page_size=ORDERS_PAGE,
    )
    return _page(answer, "PurchaseOrders", "PurchaseOrderID", ORDERS_PAGE)


def invoices(reader: Reader, ids: Sequence[UUID]) -> list[Changed]:
    """Return up to 50 sales invoices whole, unit amounts with four decimals, in one call."""
    answer = reader.read(
        "get_invoices", i_ds=_texts(ids), page=1, page_size=INVOICES_PAGE, unitdp=4
    )
    rows = results.rows(answer, "Invoices")
    return [_changed(row, "InvoiceID") for row in rows if row.get("Type") == "ACCREC"]


def own_invoices(reader: Unhurried, since: datetime | None, page: int) -> Page:
    """Return a page of the sales invoices that our app made, in short, changed after *since*."""
    answer = reader.read_unhurried(
        "get_invoices",
        **_since(since),
        where='Type=="ACCREC"',
        statuses=list(EVERY),
        created_by_my_app=True,
        order="UpdatedDateUTC ASC",
        summary_only=True,
        page=page,
        page_size=INVOICES_PAGE,
    )
    return _page(answer, "Invoices", "InvoiceID", INVOICES_PAGE)


def invoices_in_short(reader: Unhurried, ids: Sequence[UUID]) -> list[Changed]:
    """Return up to 50 sales invoices without their lines, whoever made them, in one call."""
    answer = reader.read_unhurried(
        "get_invoices",
        i_ds=_texts(ids),
        summary_only=True,
        page=1,
        page_size=INVOICES_PAGE,
    )
    rows = results.rows(answer, "Invoices")
    return [_changed(row, "InvoiceID") for row in rows if row.get("Type") == "ACCREC"]


def contacts(reader: Reader, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return up to 50 contacts with their addresses, in one call."""
    answer = reader.read(
        "get_contacts",
        i_ds=_texts(ids),
        include_archived=True,
        page=1,
        page_size=INVOICES_PAGE,
    )
    found = ((results.uuid(row.get("ContactID")), row) for row in results.rows(answer, "Contacts"))
    return {key: row for key, row in found if key is not None}


def _since(since: datetime | None) -> Mapping[str, object]:
    if since is None:
        return {}
    return {"if_modified_since": since.astimezone(UTC).isoformat(timespec="seconds")}


def _texts(ids: Sequence[UUID]) -> list[str]:
    return [str(each) for each in ids]


def _page(answer: Answer, field: str, key: str, size: int) -> Page:
    heard_at = _clock(answer.headers)
    if answer.status == 304:
        return Page((), full=False, heard_at=heard_at)
    rows = results.rows(answer, field)
    changed = tuple(_changed(row, key) for row in rows)
    if any(one.updated_at > other.updated_at for one, other in pairwise(changed)):
        raise broken(f"{field} in another order than was asked for", write=False)
    return Page(changed, full=_goes_on(answer, len(rows), size), heard_at=heard_at)


def _goes_on(answer: Answer, rows: int, size: int) -> bool:
    """Whether more pages follow: as Xero says, else when as many came as were asked for."""
    said = content(answer, write=False).get("pagination")
    if isinstance(said, dict):
        page, count = said.get("page"), said.get("pageCount")
        if isinstance(page, int) and isinstance(count, int):
            return page < count
    return rows >= size


def _changed(row: Row, key: str) -> Changed:
    xero_id, updated_at = results.uuid(row.get(key)), instant(row.get("UpdatedDateUTC"))
    if xero_id is None or updated_at is None:
        raise broken(f"a document without {key} or UpdatedDateUTC", write=False)
    day = instant(row.get("Date"))
    return Changed(xero_id, updated_at, day.date() if day else None, row)


def _clock(headers: Mapping[str, str]) -> datetime | None:
    try:
        said = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)

"""Polling Xero: what has changed comes into the import ledger, the cursor with it.

    claim the run -> one page of changes -> documents of interest -> store, and move the cursor

Each part of a page is stored in one transaction with the cursor that says so, so that a worker
may die anywhere and the next goes on there. What we exported ourselves is recognised without a
call where its id is recorded, else by number and link, which were on disk before it was sent.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from schemas.imports import ImportKind
from workers import losing, paging
from workers.clock import Clock, backoff
from workers.errors import AuthorisationLost, Failure, Throttled
from workers.store import imports, schedules
from workers.store.connections import ConnectionRow
from workers.store.imports import Arrived
from workers.store.schedules import Position, Run
from workers.xero import reading
from workers.xero.gateway import XeroGateway
from workers.xero.reading import BATCH, Changed, Page
from workers.xero.results import GONE, text

log = structlog.get_logger(__name__)

_NUMBER = {
    ImportKind.SALES_ORDER: "InvoiceNumber",
    ImportKind.PURCHASE_ORDER: "PurchaseOrderNumber",
}

WEST = timedelta(hours=12)
"""Documents carry local days: when a connection is made it is still the day before somewhere."""


class Poller:
    """Reads what changed in Xero, a page at a time."""

    def __init__(
        self,
        pool: ConnectionPool,
        gateway_for: Callable[[ConnectionRow], XeroGateway],
        clock: Clock,
        web_url: str,
    ) -> None:
        self._pool = pool
        self._gateway_for = gateway_for
        self._clock = clock
        self._web_url = web_url

    def poll(self, connection: ConnectionRow, kind: ImportKind, run: Run) -> bool:
        """Read one page of a *run* that is ours; return whether there is more to read.

        What can't be read now is read later: the run is let go with the moment to go on.
        """
        try:
            return self._poll(connection, kind, run)
        except Failure as failure:
            self._failed(connection, run, failure)
            return False

    def _poll(self, connection: ConnectionRow, kind: ImportKind, run: Run) -> bool:
        gateway = self._gateway_for(connection)
        position = paging.begin(run.position)
        page = _listed(gateway, connection, kind, position)
        after, done = paging.after(position, paging.Seen(page.newest, page.full, page.heard_at))
        parts = list(parts_of(page.changed, self._of_interest(connection, kind, page.changed)))
        news = 0
        for newest, part in parts[:-1]:
            to = paging.partly(position, newest)
            stored = self._store(connection, kind, run, to, _whole(gateway, kind, part))
            if stored is None:
                return False
            news += stored
        last = _whole(gateway, kind, parts[-1][1]) if parts else []
        end = schedules.finish if done else schedules.pause_run
        with self._pool.connection() as conn:
            if not schedules.advance(conn, run, after):
                return False
            news += self._keep(conn, connection, kind, last)
            end(conn, run, _words(len(page.changed), news))
        log.info("import.polled", kind=kind.value, listed=len(page.changed), news=news, done=done)
        return not done

    def _of_interest(
        self, connection: ConnectionRow, kind: ImportKind, changed: Sequence[Changed]
    ) -> set[UUID]:
        """Return what may have to go to Mintsoft; decided without a call to Xero."""
        assert connection.tenant_id is not None, "an active connection has an organisation"
        ids = [each.xero_id for each in changed]
        with self._pool.connection() as conn:
            ours = imports.exported(conn, connection.tenant_id, ids)
            known = imports.known(conn, connection, kind, ids)
        first = first_day(connection)
        return {
            each.xero_id
            for each in changed
            if each.xero_id not in ours and is_news(each, known, first)
        }

    def _store(
        self,
        connection: ConnectionRow,
        kind: ImportKind,
        run: Run,
        to: Position,
        documents: Sequence[Changed],
    ) -> int | None:
        """Store a part of a page and how far it goes; None when the run is no longer ours."""
        with self._pool.connection() as conn:
            if not schedules.advance(conn, run, to):
                return None
            return self._keep(conn, connection, kind, documents)

    def _keep(
        self,
        conn: Connection,
        connection: ConnectionRow,
        kind: ImportKind,
        documents: Sequence[Changed],
    ) -> int:
        arrived = [_arrived(each, kind) for each in documents]
        sealed = imports.sealed(conn, {each.number for each in arrived})
        wanted = [each for each in arrived if not is_ours(each, sealed, self._web_url)]
        return imports.keep(conn, connection, kind, wanted) if wanted else 0

    def _failed(self, connection: ConnectionRow, run: Run, failure: Failure) -> None:
        log.warning("import.poll_later", kind=run.kind.value, failure=str(failure))
        counts = not isinstance(failure, Throttled)
        with self._pool.connection() as conn:
            schedules.fail(conn, run, str(failure), self._delay(run, failure), counts=counts)
            if isinstance(failure, AuthorisationLost):
                losing.lose(conn, connection, failure)

    def _delay(self, run: Run, failure: Failure) -> timedelta:
        match failure:
            case Throttled(until=until):
                return max(until - self._clock.now(), timedelta(seconds=1))
            case AuthorisationLost():
                return timedelta()  # it goes on as soon as somebody has reconnected
        return backoff(run.failures + 1, self._clock.rng)


def first_day(connection: ConnectionRow) -> date:
    """Return the earliest date of documents that are imported."""
    wanted = connection.parsed_settings.import_filters.not_before
    return wanted or connected_on(connection)


def connected_on(connection: ConnectionRow) -> date:
    """Return the day on which the connection was made, where days end last."""
    return (connection.created_at - WEST).date()


def is_news(changed: Changed, known: Mapping[UUID, datetime], first: date) -> bool:
    """Whether a listed document says something that the ledger doesn't.

    One that is unknown counts unless it is too old, or was withdrawn before it ever came.
    """
    if changed.xero_id in known:
        return changed.updated_at > known[changed.xero_id]
    too_old = changed.date is not None and changed.date < first
    return not too_old and changed.row.get("Status") not in GONE


def is_ours(arrived: Arrived, sealed: Collection[tuple[str, str]], web_url: str) -> bool:
    """Whether an invoice was exported by us: its link is that of an attempt, or of Mintsoft."""
    link = text(arrived.payload.get("Url"))
    if link is None:
        return False
    return (arrived.number, link) in sealed or link.startswith(f"{web_url}/")


def parts_of(
    changed: Sequence[Changed], interest: Collection[UUID], size: int = BATCH
) -> Iterator[tuple[datetime, list[Changed]]]:
    """Yield the documents of interest in parts of *size*, each with how far the list is read."""
    part: list[Changed] = []
    for each in changed:
        if each.xero_id in interest:
            if len(part) == size:
                yield part[-1].updated_at, part
                part = []
            part.append(each)
    if changed:
        yield changed[-1].updated_at, part


def _listed(
    gateway: XeroGateway, connection: ConnectionRow, kind: ImportKind, position: Position
) -> Page:
    """Read a page of changes. The first reading of all leaves old documents out at once."""
    first = first_day(connection) if position.cursor is None else None
    if kind is ImportKind.PURCHASE_ORDER:
        return reading.changed_purchase_orders(gateway, position.since, position.page, first)
    statuses = connection.parsed_settings.import_filters.statuses
    return reading.changed_invoices(gateway, position.since, position.page, statuses, first)


def _whole(gateway: XeroGateway, kind: ImportKind, part: Sequence[Changed]) -> list[Changed]:
    if kind is ImportKind.PURCHASE_ORDER or not part:
        return list(part)
    return reading.invoices(gateway, [each.xero_id for each in part])


def _arrived(changed: Changed, kind: ImportKind) -> Arrived:
    number = text(changed.row.get(_NUMBER[kind])) or ""
    return Arrived(
        changed.xero_id,
        number.replace("\0", ""),
        changed.updated_at,
        changed.row,
        withdrawn=changed.row.get("Status") in GONE,
    )


def _words(listed: int, news: int) -> str:
    return f"{listed} listed, {news} new or changed" if listed else "nothing new"

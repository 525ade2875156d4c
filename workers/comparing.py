"""Reads what our invoices come to in Xero, so that Mintsoft's totals can be put beside it.

What our app has made is listed in short, a thousand in a call, and after the first time only what
has changed: an idle day costs one call without a body. Documents that Xero does not list so (a
person marked them as posted, or another app made them) are looked up by their ids, fifty in a
call and once a day. What is stored is a copy with its time; nothing in Xero is ever changed.

Weakness: what a person entered in Xero by hand, and no document of ours is, is not seen at all.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import structlog
from psycopg_pool import ConnectionPool

from events import topology
from workers import losing, paging
from workers.clock import Clock, backoff
from workers.errors import AuthorisationLost, Failure, Throttled
from workers.intake import Send
from workers.store import balances, connections, schedules, wakeups
from workers.store.balances import Figures
from workers.store.connections import ConnectionRow
from workers.store.schedules import Position, Run, ScheduleKind
from workers.store.wakeups import Wakeup
from workers.xero import reading, wire
from workers.xero.failures import broken
from workers.xero.gateway import XeroGateway
from workers.xero.reading import BATCH, Changed
from workers.xero.results import text

log = structlog.get_logger(__name__)

LOOK_UPS = 10
"""Calls of one run for what Xero does not list as ours; the rest is for the next run."""


class Comparer:
    """Reads the schedule ``xero_totals`` of a connection."""

    def __init__(
        self,
        pool: ConnectionPool,
        gateway_for: Callable[[ConnectionRow], XeroGateway],
        send: Send,
        clock: Clock,
    ) -> None:
        self._pool = pool
        self._gateway_for = gateway_for
        self._send = send
        self._clock = clock

    def read(self, connection_id: UUID) -> None:
        """Read one page if a run is due; what can't be read now is read later."""
        wakeup = Wakeup(connection_id, topology.TOTALS)
        with self._pool.connection() as conn:
            wakeups.take(conn, wakeup)
        with self._pool.connection() as conn:
            connection = connections.find(conn, connection_id)
            if connection is None or connection.status != "active":
                return
            run = schedules.claim(conn, connection_id, ScheduleKind.XERO_TOTALS)
        if run is None:
            return
        with structlog.contextvars.bound_contextvars(connection=str(connection_id)):
            try:
                self._read(connection, run, wakeup)
            except Failure as failure:
                self._failed(connection, run, failure)

    def _read(self, connection: ConnectionRow, run: Run, wakeup: Wakeup) -> None:
        gateway = self._gateway_for(connection)
        position = paging.begin(run.position)
        page = reading.own_invoices(gateway, position.since, position.page)
        seen = paging.Seen(page.newest, page.full, page.heard_at)
        after, done = paging.after(position, seen)
        found = [figures_of(each) for each in page.changed]
        if not self._keep(connection, run, after, found, made_by_app=True):
            return
        if not done:
            self._go_on(run, wakeup, f"{len(found)} totals read, more to come")
            return
        others = self._look_up(gateway, connection, run, after)
        with self._pool.connection() as conn:
            schedules.finish(conn, run, words(len(found), others))
        log.info("totals.read", changed=len(found), looked_up=others)

    def _keep(
        self,
        connection: ConnectionRow,
        run: Run,
        to: Position,
        found: Iterable[Figures],
        *,
        made_by_app: bool,
    ) -> bool:
        """Store figures and how far the run has come; False when it is no longer ours."""
        with self._pool.connection() as conn:
            if not schedules.advance(conn, run, to):
                return False
            balances.keep(conn, _tenant(connection), list(found), made_by_app=made_by_app)
        return True

    def _go_on(self, run: Run, wakeup: Wakeup, outcome: str) -> None:
        """Let go of the run; others have their turn before its next page."""
        with self._pool.connection() as conn:
            schedules.pause_run(conn, run, outcome)
            to_wake = wakeups.wake(conn, [wakeup])
        self._send(to_wake)

    def _look_up(
        self, gateway: XeroGateway, connection: ConnectionRow, run: Run, at: Position
    ) -> int:
        """Read what Xero does not list as ours; return how many documents that was."""
        with self._pool.connection() as conn:
            wanted = balances.not_listed(conn, connection.id, LOOK_UPS * BATCH)
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            found = {
                each.xero_id: figures_of(each)
                for each in reading.invoices_in_short(gateway, [one.xero_id for one in some])
            }
            these = [found.get(one.xero_id) or balances.absent(one) for one in some]
            if not self._keep(connection, run, at, these, made_by_app=False):
                return start
        return len(wanted)

    def _failed(self, connection: ConnectionRow, run: Run, failure: Failure) -> None:
        log.warning("totals.read_later", failure=str(failure))
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


def figures_of(changed: Changed) -> Figures:
    """Return what an invoice comes to. Raises Transient when Xero leaves a figure out."""
    row = changed.row
    net, total = wire.amount(row.get("SubTotal")), wire.amount(row.get("Total"))
    currency, status = text(row.get("CurrencyCode")), text(row.get("Status"))
    if None in (net, total, currency, status, changed.date):
        raise broken("an invoice without status, date, currency or totals", write=False)
    return Figures(
        changed.xero_id,
        text(row.get("InvoiceNumber")) or "",
        status or "",
        changed.date or changed.updated_at.date(),
        currency or "",
        net or Decimal(0),
        total or Decimal(0),
        changed.updated_at,
    )


def words(changed: int, looked_up: int) -> str:
    """Say what a run has found."""
    others = f", {looked_up} looked up" if looked_up else ""
    return f"{changed} totals new or changed{others}" if changed else f"nothing new{others}"


def _tenant(connection: ConnectionRow) -> UUID:
    assert connection.tenant_id is not None, "an active connection has an organisation"
    return connection.tenant_id

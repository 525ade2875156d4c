"""Schedules: what is polled for each connection, when, and how far it has come.

The scheduler asks for runs (``due_at``), whoever takes a run holds it by a lease and a fencing
token, and the cursor moves in the transaction that stores what was read. All times are the
server's but for the cursor and what belongs to it, which are the polled system's own.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from psycopg import Connection
from psycopg.rows import kwargs_row

from schemas.connections import ConnectionSettings, Mode
from workers.store.sql import queries

SQL = queries("schedules")

LEASE = timedelta(minutes=5)
"""Longer than reading one page takes, its documents included. A late holder records nothing."""

HOOK_GAP = timedelta(seconds=20)
"""Web hooks come in swarms: a run that they ask for begins this long after the last one began."""


LEADER = 7_269_114
"""The advisory lock of the process that starts runs; any number that nothing else here uses."""


class ScheduleKind(StrEnum):
    """What is polled: Xero's documents for Mintsoft, Mintsoft's for Xero, or Xero's totals."""

    SALES_ORDERS = "sales_orders"
    PURCHASE_ORDERS = "purchase_orders"
    MINTSOFT_ORDERS = "mintsoft_orders"
    MINTSOFT_INVOICES = "mintsoft_invoices"
    XERO_TOTALS = "xero_totals"


TOTALS_MINUTES = 24 * 60
"""Xero's totals are for people who reconcile: once a day, and whenever somebody asks."""

MINTSOFT_KINDS = {
    Mode.ACCOUNTING: ScheduleKind.MINTSOFT_ORDERS,
    Mode.FULFILMENT: ScheduleKind.MINTSOFT_INVOICES,
}
"""What a connection looks for in Mintsoft itself, if its settings say so."""


@dataclass(frozen=True, slots=True)
class Started:
    """A schedule whose time has come; ``starts`` unless it is to be left alone."""

    connection_id: UUID
    kind: ScheduleKind
    starts: bool


@dataclass(frozen=True, slots=True)
class Position:
    """How far a reading has come, all of it in the polled system's own time (UTC).

    ``cursor`` is the largest time of change committed. ``since`` is the lower bound of the
    requests of a reading under way (None: it begins, or begins at the beginning), ``page`` the
    next page of it, ``backward`` that its pages are read again from the last down.
    ``confirmed_at``: a reading at that moment found nothing late up to the cursor.
    """

    cursor: datetime | None = None
    since: datetime | None = None
    page: int = 1
    backward: bool = False
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is ours as long as nobody has raised ``tries``."""

    connection_id: UUID
    kind: ScheduleKind
    tries: int
    due_at: datetime
    failures: int
    position: Position


@dataclass(frozen=True, slots=True)
class Listed:
    """A schedule as people look at it."""

    connection_id: UUID
    kind: ScheduleKind
    interval_minutes: int
    enabled: bool
    next_run_at: datetime | None
    due_at: datetime | None
    running_until: datetime | None
    cursor: datetime | None
    confirmed_at: datetime | None
    failures: int
    last_run_at: datetime | None
    complete_at: datetime | None
    last_outcome: str | None
    account: str
    client_id: int | None
    organisation: str | None
    connection_status: str


def wanted(mode: Mode, settings: ConnectionSettings) -> dict[ScheduleKind, bool]:
    """Return what a connection is polled for, and whether its settings switch that on."""
    mintsoft = {MINTSOFT_KINDS[mode]: True} if settings.mintsoft_poll else {}
    always = {**mintsoft, ScheduleKind.XERO_TOTALS: True}
    if mode is not Mode.ACCOUNTING:
        return always
    return {
        ScheduleKind.SALES_ORDERS: settings.import_sales_orders,
        ScheduleKind.PURCHASE_ORDERS: settings.import_purchase_orders,
        **always,
    }


def follow(conn: Connection, connection_id: UUID, mode: Mode, settings: ConnectionSettings) -> None:
    """Give an active connection the schedules it lacks; those that were stopped go on.

    All begin at once but for Xero's totals, which have the whole day.
    What a person has set on a schedule stays as it is.
    """
    for kind, enabled in wanted(mode, settings).items():
        totals = kind is ScheduleKind.XERO_TOTALS
        values = {"connection_id": connection_id, "kind": kind.value, "enabled": enabled}
        pace = {
            "minutes": TOTALS_MINUTES if totals else settings.poll_minutes,
            "at_once": not totals,
        }
        conn.execute(SQL["follow"], values | pace)


def follow_all(conn: Connection) -> None:
    """Give every connection the schedules it lacks: one made before there were any, or all."""
    values = {"kind": ScheduleKind.XERO_TOTALS.value}
    for connection_id, mode, settings in conn.execute(SQL["unscheduled"], values).fetchall():
        follow(conn, connection_id, Mode(mode), ConnectionSettings.model_validate(settings))


def lead(conn: Connection) -> bool:
    """Return whether this session is the one that starts runs; it stays so until it ends.

    A session whose machine has vanished is ended by the server within seconds.
    """
    row = conn.execute(SQL["lead"], {"key": LEADER}).fetchone()
    leads = bool(row and row[0])
    if leads:
        conn.execute(SQL["notice_a_dead_leader"])
    return leads


def let_go_of_lead(conn: Connection) -> None:
    """Let another session lead at once."""
    conn.execute(SQL["let_go_of_lead"], {"key": LEADER})


def start_due(conn: Connection, batch: int) -> list[Started]:
    """Ask for up to *batch* runs whose time has come, and give each its next moment.

    Each kind of each connection has its own place in the interval. Runs that were missed count
    as one; a run under way, and a connection that is lost or paused, are left alone.
    """
    with conn.cursor(row_factory=kwargs_row(_started)) as cursor:
        return cursor.execute(SQL["start_due"], {"batch": batch}).fetchall()


def _started(*, connection_id: UUID, kind: str, starts: bool | None) -> Started:
    return Started(connection_id, ScheduleKind(kind), bool(starts))


def due(conn: Connection) -> list[tuple[UUID, ScheduleKind]]:
    """Return the runs that were asked for and have nobody at work on them."""
    return [(row[0], ScheduleKind(row[1])) for row in conn.execute(SQL["due"])]


def ask(conn: Connection, connection_id: UUID, kind: ScheduleKind) -> bool:
    """Ask for a run at once; False when the connection has no such schedule."""
    values = {"connection_id": connection_id, "kind": kind.value}
    return conn.execute(SQL["ask"], values).rowcount == 1


def ask_about(conn: Connection, invoices: Collection[tuple[UUID, UUID]]) -> None:
    """Ask for the sales invoices of organisations that have news; (tenant, invoice) each.

    Exports of ours are no news.
    """
    values = {
        "tenants": [tenant for tenant, _ in invoices],
        "invoices": [invoice for _, invoice in invoices],
        "kind": ScheduleKind.SALES_ORDERS.value,
        "gap": HOOK_GAP,
    }
    conn.execute(SQL["ask_about"], values)


def claim(conn: Connection, connection_id: UUID, kind: ScheduleKind) -> Run | None:
    """Return a run that is due, now ours; None when there is none or somebody is at it."""
    values = {"connection_id": connection_id, "kind": kind.value, "lease": LEASE}
    with conn.cursor(row_factory=kwargs_row(_run)) as cursor:
        return cursor.execute(SQL["claim"], values).fetchone()


def _run(
    *,
    connection_id: UUID,
    kind: str,
    tries: int,
    due_at: datetime,
    failures: int,
    cursor: datetime | None,
    reading_since: datetime | None,
    page: int,
    backward: bool,
    confirmed_at: datetime | None,
) -> Run:
    position = Position(cursor, reading_since, page, backward, confirmed_at)
    return Run(connection_id, ScheduleKind(kind), tries, due_at, failures, position)


def advance(conn: Connection, run: Run, to: Position) -> bool:
    """Move a run to *to*, in the transaction that stores what was read up to there.

    False when the run is no longer ours: then store nothing.
    """
    values = _key(run) | {
        "cursor": to.cursor,
        "reading_since": to.since,
        "page": to.page,
        "backward": to.backward,
        "confirmed_at": to.confirmed_at,
        "lease": LEASE,
    }
    return conn.execute(SQL["advance"], values).rowcount == 1


def pause_run(conn: Connection, run: Run, outcome: str) -> None:
    """Let go of a run that has more to read; it is due at once."""
    conn.execute(SQL["pause_run"], _key(run) | {"outcome": outcome})


def finish(conn: Connection, run: Run, outcome: str) -> None:
    """End a run; when it was asked for once more meanwhile, it is due again."""
    conn.execute(SQL["finish"], _key(run) | {"outcome": outcome, "due_at": run.due_at})


def fail(conn: Connection, run: Run, outcome: str, delay: timedelta, *, counts: bool) -> None:
    """Let go of a run that could not go on; it is due again after *delay*.

    *counts* is False for what is no failure, such as a limit that was used up.
    """
    values = {"outcome": outcome, "delay": delay, "failures": int(counts)}
    conn.execute(SQL["fail"], _key(run) | values)


def _key(run: Run) -> dict[str, object]:
    return {"connection_id": run.connection_id, "kind": run.kind.value, "tries": run.tries}


def hold_placing(
    conn: Connection,
    connection_id: UUID,
    kind: ScheduleKind,
    delay: timedelta,
    *,
    counts: bool,
) -> None:
    """Place nothing of this kind for *delay*; *counts*: Mintsoft is away once more."""
    values = {"connection_id": connection_id, "kind": kind.value}
    conn.execute(SQL["hold_placing"], values | {"delay": delay, "outages": int(counts)})


def outages(conn: Connection, connection_id: UUID, kind: ScheduleKind) -> int:
    """Return how often in a row Mintsoft was away."""
    values = {"connection_id": connection_id, "kind": kind.value}
    row = conn.execute(SQL["outages"], values).fetchone()
    return int(row[0]) if row else 0


def resume_placing(conn: Connection, connection_id: UUID, kind: ScheduleKind) -> None:
    """Mintsoft answers again."""
    values = {"connection_id": connection_id, "kind": kind.value}
    conn.execute(SQL["resume_placing"], values)


def listed(conn: Connection, connection_id: UUID | None = None) -> list[Listed]:
    """Return every schedule, or those of one connection."""
    with conn.cursor(row_factory=kwargs_row(_listed)) as cursor:
        return cursor.execute(SQL["list"], {"connection_id": connection_id}).fetchall()


def page(conn: Connection, after: UUID | None, most: int) -> list[UUID]:
    """Return connections that have schedules, in the order of their making, behind *after*."""
    values = {"after": after, "most": most}
    return [row[0] for row in conn.execute(SQL["page"], values)]


def listed_of(conn: Connection, connections: Sequence[UUID]) -> list[Listed]:
    """Return every schedule of these connections, in their order."""
    with conn.cursor(row_factory=kwargs_row(_listed)) as cursor:
        return cursor.execute(SQL["listed_of"], {"connections": list(connections)}).fetchall()


def _listed(*, kind: str, **row: object) -> Listed:
    return Listed(kind=ScheduleKind(kind), **row)  # type: ignore[arg-type]  # columns as named


def change(
    conn: Connection,
    connection_id: UUID,
    kind: ScheduleKind,
    *,
    minutes: int | None = None,
    enabled: bool | None = None,
) -> bool:
    """Set what a person wants of a schedule; False when the connection has no such schedule.

    Raises psycopg.errors.CheckViolation for an interval outside 1 to 1440 minutes.
    """
    values = {"connection_id": connection_id, "kind": kind.value}
    return conn.execute(SQL["set"], values | {"minutes": minutes, "enabled": enabled}).rowcount == 1


def forget(conn: Connection, connection_id: UUID) -> None:
    """Begin anew: the connection goes to another organisation now."""
    conn.execute(SQL["forget"], {"connection_id": connection_id})

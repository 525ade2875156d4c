"""``mintsoft-xero export backfill``: everything that was despatched since a date.

This process moves the backfill forward, and so does the fleet: whoever has the lease does the next
page. If this process ends, the fleet goes on.
"""

import datetime as dt
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.session import connection_of, database, fleet_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workers.runtime import Runtime
    from workers.store.backfills import Backfill

END = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)

LOOK_AGAIN = 1.0
"""Seconds between looks while others are at it, or documents have to go first."""


def begin(connection_id: UUID, since: dt.datetime, until: dt.datetime, who: str) -> None:
    """Write the backfill down; from here on it goes on whatever happens. Raises Problem."""
    from psycopg import errors

    from workers.store import backfills

    try:
        with database() as conn:
            connection_of(conn, connection_id)
            backfills.start(conn, connection_id, since, until, who)
    except errors.UniqueViolation:
        raise Problem(
            f"A backfill of connection {connection_id} is open: look at it with export backfill "
            f"{connection_id}, or end it with export backfill-cancel {connection_id}."
        ) from None
    except errors.CheckViolation:
        raise Problem(
            f"--since {since:%Y-%m-%d}: no time lies between it and {until:%Y-%m-%d} or today."
        ) from None


def found(connection_id: UUID) -> "Backfill":
    """Return the backfill of a connection that was begun last. Raises Problem."""
    from workers.store import backfills

    with database() as conn:
        connection_of(conn, connection_id)
        latest = backfills.latest(conn, connection_id)
    if latest is None:
        raise Problem(f"Connection {connection_id} has had no backfill: begin one with --since.")
    return latest


def decide(connection_id: UUID, act: str, who: str) -> "Backfill":
    """Do *act* with the open backfill. Raises Problem when it can't be done as it stands."""
    from workers.store import backfills

    with database() as conn:
        connection_of(conn, connection_id)
        done = backfills.decide(conn, connection_id, act, who)
    latest = found(connection_id)
    if not done:
        state = "paused" if latest.paused and latest.is_open else latest.state
        raise Problem(f"The backfill of connection {connection_id} is {state}: it can't {act}.")
    return latest


def move(connection_id: UUID) -> "Backfill":
    """Move the backfill as far as it goes by itself, with a bar that says how far it is."""
    with fleet_parts() as runtime, _bar() as show:
        while (latest := _look(runtime, connection_id)).is_busy:
            show(latest)
            if not runtime.backfiller.step(connection_id, wake=False):
                _wait(runtime, connection_id)
        show(latest)
    return latest


def _wait(runtime: "Runtime", connection_id: UUID) -> None:
    if _look(runtime, connection_id).is_busy:
        runtime.clock.sleep(LOOK_AGAIN)


def _look(runtime: "Runtime", connection_id: UUID) -> "Backfill":
    from workers.store import backfills

    with runtime.pool.connection() as conn:
        latest = backfills.latest(conn, connection_id)
    assert latest is not None, "begun before"
    return latest


@contextmanager
def _bar() -> "Iterator[Callable[[Backfill], None]]":
    """A bar on standard error; silent where no person sees it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def show(backfill: "Backfill") -> None:
            progress.update(
                task,
                description=backfill.last_error or _DOING[backfill.state],
                completed=backfill.looked,
                total=None if backfill.state == "counting" else backfill.size or None,
            )

        yield show


_DOING = {
    "counting": "Counting in Mintsoft",
    "counted": "Counted",
    "running": "Bringing in",
    "done": "Brought in",
    "cancelled": "Cancelled",
}


def described(backfill: "Backfill") -> dict[str, object]:
    """Return a backfill for programs: its span, how it stands, and what was counted."""
    names = ("id", "connection_id", "since", "until", "state", "paused", "looked", "fresh")
    more = ("known", "others", "early", "unreadable", "totals", "brought", "last_error")
    return {name: getattr(backfill, name) for name in (*names, *more, "started_by")}


def tell(backfill: "Backfill", *, json: bool) -> None:
    """Print a backfill."""
    if json:
        output.as_json(described(backfill))
        return
    totals = ", ".join(f"{total} {name}" for name, total in sorted(backfill.totals.items()))
    output.facts(
        f"Backfill of connection {backfill.connection_id}",
        [
            ("Despatched from", backfill.since),
            ("Until before", backfill.until),
            ("State", "paused" if backfill.paused and backfill.is_open else backfill.state),
            ("New: would be exported", backfill.fresh),
            ("of these, before the connection was made", backfill.early),
            ("Totals of the new ones", totals or "none"),
            ("There already", backfill.known),
            ("Of other connections, or not despatched", backfill.others),
            ("Can't be read", backfill.unreadable),
            ("Brought in", backfill.brought),
            ("Waits because", backfill.last_error),
        ],
    )


def span(since: dt.datetime, until: dt.datetime | None) -> tuple[dt.datetime, dt.datetime]:
    """Return from when to before when (UTC): whole days, *until* included; None: up to now."""
    first = since.replace(tzinfo=dt.UTC)
    last = until.replace(tzinfo=dt.UTC) + dt.timedelta(days=1) if until else END
    return first, last

"""Kills at an instant that is named, arranged from outside the product.

A lock that the run holds in PostgreSQL, a line that lets nothing pass, or an answer that the
simulator keeps back stops a process exactly there; then it is killed. When nothing was on its
way there in time, the point counts as missed, and the process is killed all the same.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from tests.chaos.world import World
from tests.support.processes import LISTENER, depth, holding, somebody_waits

POLL_SECONDS = 0.02
INVOICES = "/api.xro/2.0/Invoices$"
SEALED = "select id from attempts where state = 'sealed'"
UNDER_WAY = """
select id::text from attempts where state <> 'done' and not to_repeat
union all
select id::text from documents where status = 'waiting' and due_at <= now()
"""
"""What workers are busy with, or will be at once."""

LEASE_OVER = timedelta(minutes=3, seconds=10)
"""A lease has ended, and the Idempotency-Key lives."""

REFUSED_AFTER = 36.0
"""At the latest: a take-over needs the sweep's turn, a wake-up's way, and a write."""

ANSWERED_AFTER = 8.0
"""So long the second write's answer stays away: the refusal has been dealt with by then."""


def came_about(condition: Callable[[], bool], seconds: float, poll: float = POLL_SECONDS) -> bool:
    """Whether *condition* came about in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause.wait(poll)
    return True


def reached(place: World, condition: Callable[[], bool], share: float = 1.0) -> bool:
    """Whether somebody came to a named instant within a *share* of the run's patience."""
    found = came_about(condition, share * place.patience)
    if not found:
        place.note("points missed")
    return found


def database_of(place: World) -> str:
    """The database, not through any line."""
    return place.fleet.runtime.settings.database_url.get_secret_value()


def inside_intake(place: World, rng: random.Random) -> None:
    """Every ingress dies in the middle of its transaction."""
    with holding(database_of(place), "lock table inbox in share mode"):
        reached(place, lambda: somebody_waits(place.fleet))
        place.parts.kill_all("ingress")


def before_ack(place: World, rng: random.Random) -> None:
    """Every ingress has committed, and dies before RabbitMQ hears its acknowledgement."""
    line = place.lines["ingress"]["RabbitMQ"]
    before = _known(place)
    line.hold("up")
    try:
        reached(place, lambda: _known(place) > before)
        place.parts.kill_all("ingress")
    finally:
        line.cut()
        line.release()


def _known(place: World) -> int:
    """Number of events in the ledger."""
    return int(place.fleet.rows("select count(*) as n from inbox")[0]["n"])


def before_answer(place: World, rng: random.Random) -> None:
    """Xero has written a batch, and every worker dies before it can hear so."""
    had = len(place.fleet.invoices())
    place.fleet.fault(kind="timeout_after_write", seconds=6, method="PUT", path=INVOICES, times=1)
    reached(place, lambda: len(place.fleet.invoices()) > had)
    place.parts.kill_all("worker")


def before_record(place: World, rng: random.Random) -> None:
    """A worker has Xero's answer, and dies before it is written down."""
    if not reached(place, lambda: bool(place.fleet.rows(SEALED))):
        place.parts.kill_one("worker", rng)
        return
    with holding(database_of(place), f"{SEALED} for update"):
        reached(place, lambda: somebody_waits(place.fleet), 0.5)
        place.parts.kill_all("worker")


def before_mark(place: World, rng: random.Random) -> None:
    """A relay's events are published, and it dies before they are marked."""
    with holding(database_of(place), "lock table outbox in share mode"):
        heard = depth(place.amqp_url, LISTENER)
        reached(place, lambda: depth(place.amqp_url, LISTENER) > heard, 0.5)
        place.parts.kill_all("relay")


def before_confirm(place: World, rng: random.Random) -> None:
    """A relay dies while the broker's confirm, or the event itself, is still on the line."""
    line = place.lines["relay"]["RabbitMQ"]
    line.hold()
    try:
        before = _said(place)
        reached(place, lambda: _said(place) > before, 0.5)
        threading.Event().wait(0.6)
        place.parts.kill_all("relay")
    finally:
        line.cut()
        line.release()


def _said(place: World) -> int:
    """Number of events that the fleet has decided to publish."""
    return int(place.fleet.rows("select count(*) as n from outbox")[0]["n"])


def repeated_in_time(place: World, rng: random.Random) -> None:
    """Xero has written a batch and says 500; it is repeated while its key lives."""
    place.fleet.fault(
        kind="status", status=500, after_write=True, method="PUT", path=INVOICES, times=1
    )
    if reached(place, lambda: bool(place.fleet.rows(SEALED)), 2):
        still_open = "select id from attempts where state <> 'done'"
        reached(place, lambda: not place.fleet.rows(still_open), 5)


def late_refusal(place: World, rng: random.Random) -> None:
    """Xero refuses a write so late that another worker has taken the attempt over meanwhile.

    That other one's write is carried out, and it waits for its answer when the refusal comes. One
    write alone is kept waiting: the others' threads are needed for the take-over.
    """
    fleet = place.fleet
    put = {"method": "PUT", "path": INVOICES, "times": 1}
    busy = {"Retry-After": "1", "X-Rate-Limit-Problem": "concurrent"}
    fleet.fault(kind="status", status=429, headers=busy, first_seconds=REFUSED_AFTER, **put)
    if reached(place, lambda: not _is_waiting("first_seconds", place)) and reached(
        place, lambda: len(fleet.rows(UNDER_WAY)) == 1
    ):
        had = len(fleet.invoices())
        fleet.fault(kind="timeout_after_write", seconds=ANSWERED_AFTER, **put)
        fleet.execute("update attempts set lease_until = lease_until - %s", [LEASE_OVER])
        fleet.execute("update wakeups set woken_at = woken_at - interval '2 hours'")
        reached(place, lambda: len(fleet.invoices()) > had, 3)
    fleet.xero.admin.delete("/_sim/faults")  # now the refusal goes out


def _is_waiting(field: str, place: World) -> bool:
    """Whether a fault with this field has met no call yet."""
    faults = place.fleet.xero.admin.get("/_sim/faults").json()["faults"]
    return any(each[field] for each in faults)

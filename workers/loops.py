"""A loop that outlives whatever goes wrong in one turn, and ends when it is told to."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import structlog

from workers.clock import Clock, backoff
from workers.metrics import meters

log = structlog.get_logger(__name__)


def repeat(
    name: str,
    turn: Callable[[], int],
    stop: Event,
    idle: timedelta,
    clock: Clock,
) -> None:
    """Call *turn* until *stop* is set: again at once while it finds work, else after *idle*.

    A turn that raises is logged and tried again after a pause that grows with each failure in
    a row, because broker and database come back by themselves.
    """
    failures = 0
    while not stop.is_set():
        try:
            found = turn()
        except Exception:
            failures += 1
            meters.LOOP_FAILURES.labels(name).inc()
            log.exception("loop.turn_failed", loop=name, failures=failures)
            stop.wait(min(backoff(failures, clock.rng), timedelta(seconds=30)).total_seconds())
            continue
        failures = 0
        if not found:
            stop.wait(idle.total_seconds())

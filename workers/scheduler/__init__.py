"""What happens by the clock: the sweep and the start of runs, every few seconds; acts on many
documents; what the console's pages are made from; notices to people; a look at how all
stands; housekeeping."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

from workers.loops import repeat
from workers.metrics.meters import REGISTRY
from workers.runtime import Runtime

TURN_EVERY = timedelta(seconds=2)
"""How late a document may be that nobody was woken for, and how soon a dead leader is replaced;
a turn costs a few index probes."""

PERFORM_EVERY = timedelta(seconds=2)
"""How late an act on many documents may go on that its page has not finished."""

SUM_EVERY = timedelta(seconds=10)
"""Until then pages add up what is not folded yet, and look at new documents one by one."""

NOTICE_EVERY = timedelta(seconds=20)
"""How late a notice may be; a look costs what one for the metrics does."""

TIDY_EVERY = timedelta(hours=1)
"""What is deleted is months old; a look when there is nothing costs a few index probes."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something done by the clock in a thread of its own: its name, what, and how often."""

    name: str
    once: Callable[[Runtime], Callable[[], int]]
    every: timedelta


PARTS = (
    Part("housekeeping", lambda runtime: runtime.housekeeper.once, TIDY_EVERY),
    Part("acts", lambda runtime: runtime.performer.once, PERFORM_EVERY),
    Part("summing", lambda runtime: runtime.summer.once, SUM_EVERY),
    Part("notices", lambda runtime: runtime.notifier.once, NOTICE_EVERY),
)

THREADS = len(PARTS) + 2
"""With the turn and the look at how all stands; each may hold a connection to PostgreSQL."""


def run(runtime: Runtime, stop: Event) -> None:
    """Sweep, and start runs while this process leads, until *stop* is set."""

    def turn() -> int:
        runtime.starter.once()
        runtime.sweep.once()
        return 0

    for part in PARTS:
        arguments = (part.name, part.once(runtime), stop, part.every, runtime.clock)
        Thread(target=repeat, args=arguments, name=part.name, daemon=True).start()
    if runtime.settings.metrics_port:
        Thread(target=_measure, args=(runtime, stop), name="measuring", daemon=True).start()
    try:
        repeat("scheduler", turn, stop, TURN_EVERY, runtime.clock)
    finally:
        runtime.starter.resign()


def _measure(runtime: Runtime, stop: Event) -> None:
    every = timedelta(seconds=runtime.settings.metrics_seconds)
    REGISTRY.register(runtime.standing)
    try:
        repeat("measuring", runtime.measurer.once, stop, every, runtime.clock)
    finally:
        REGISTRY.unregister(runtime.standing)
        runtime.measurer.close()

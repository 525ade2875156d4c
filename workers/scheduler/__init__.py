"""What happens by the clock: sweep, start of runs, a look at how all stands; housekeeping."""

from datetime import timedelta
from threading import Event, Thread

from workers.loops import repeat
from workers.metrics.meters import REGISTRY
from workers.runtime import Runtime

TURN_EVERY = timedelta(seconds=2)
"""How late a document may be that nobody was woken for, and how soon a dead leader is replaced;
a turn costs a few index probes."""

TIDY_EVERY = timedelta(hours=1)
"""What is deleted is months old; a look when there is nothing costs a few index probes."""


def run(runtime: Runtime, stop: Event) -> None:
    """Sweep, and start runs while this process leads, until *stop* is set."""

    def turn() -> int:
        runtime.starter.once()
        runtime.sweep.once()
        return 0

    beside = {"housekeeping": lambda: _tidy(runtime, stop)}
    if runtime.settings.metrics_port:
        beside["measuring"] = lambda: _measure(runtime, stop)
    for name, run_beside in beside.items():
        Thread(target=run_beside, name=name, daemon=True).start()
    try:
        repeat("scheduler", turn, stop, TURN_EVERY, runtime.clock)
    finally:
        runtime.starter.resign()


def _tidy(runtime: Runtime, stop: Event) -> None:
    repeat("housekeeping", runtime.housekeeper.once, stop, TIDY_EVERY, runtime.clock)


def _measure(runtime: Runtime, stop: Event) -> None:
    every = timedelta(seconds=runtime.settings.metrics_seconds)
    REGISTRY.register(runtime.standing)
    try:
        repeat("measuring", runtime.measurer.once, stop, every, runtime.clock)
    finally:
        REGISTRY.unregister(runtime.standing)
        runtime.measurer.close()

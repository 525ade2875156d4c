"""What happens by the clock: the sweep and the start of runs, every few seconds."""

from datetime import timedelta
from threading import Event

from workers.loops import repeat
from workers.runtime import Runtime

TURN_EVERY = timedelta(seconds=2)
"""How late a document may be that nobody was woken for, and how soon a dead leader is replaced;
a turn costs a few index probes."""


def run(runtime: Runtime, stop: Event) -> None:
    """Sweep, and start runs while this process leads, until *stop* is set."""

    def turn() -> int:
        runtime.starter.once()
        runtime.sweep.once()
        return 0

    try:
        repeat("scheduler", turn, stop, TURN_EVERY, runtime.clock)
    finally:
        runtime.starter.resign()

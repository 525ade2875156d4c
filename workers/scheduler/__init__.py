"""What happens by the clock: the sweep, every few seconds."""

from datetime import timedelta
from threading import Event

from workers.loops import repeat
from workers.runtime import Runtime

SWEEP_EVERY = timedelta(seconds=2)
"""How late a document may be that nobody was woken for; a sweep costs a few index probes."""


def run(runtime: Runtime, stop: Event) -> None:
    """Sweep until *stop* is set."""

    def turn() -> int:
        runtime.sweep.once()
        return 0

    repeat("scheduler", turn, stop, SWEEP_EVERY, runtime.clock)

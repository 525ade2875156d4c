"""What happens by the clock: the sweep and the start of runs, every few seconds; housekeeping."""

from datetime import timedelta
from threading import Event, Thread

from workers.loops import repeat
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

    tidying = Thread(
        target=repeat,
        args=("housekeeping", runtime.housekeeper.once, stop, TIDY_EVERY, runtime.clock),
        name="housekeeping",
        daemon=True,
    )
    tidying.start()
    try:
        repeat("scheduler", turn, stop, TURN_EVERY, runtime.clock)
    finally:
        runtime.starter.resign()

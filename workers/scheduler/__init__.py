"""What happens by the clock: the sweep every few seconds, housekeeping every hour."""

from datetime import timedelta
from threading import Event, Thread

from workers.loops import repeat
from workers.runtime import Runtime

SWEEP_EVERY = timedelta(seconds=2)
"""How late a document may be that nobody was woken for; a sweep costs a few index probes."""


TIDY_EVERY = timedelta(hours=1)
"""What is deleted is months old; a look when there is nothing costs a few index probes."""


def run(runtime: Runtime, stop: Event) -> None:
    """Sweep until *stop* is set."""

    def turn() -> int:
        runtime.sweep.once()
        return 0

    tidying = Thread(
        target=repeat,
        args=("housekeeping", runtime.housekeeper.once, stop, TIDY_EVERY, runtime.clock),
        name="housekeeping",
        daemon=True,
    )
    tidying.start()
    repeat("scheduler", turn, stop, SWEEP_EVERY, runtime.clock)

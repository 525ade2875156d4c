"""What happens by the clock: the sweep and the start of runs, every few seconds; acts on many
documents; what the console's pages are made from; notices to people; a look at how all
stands; housekeeping."""

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


def run(runtime: Runtime, stop: Event) -> None:
    """Sweep, and start runs while this process leads, until *stop* is set."""

    def turn() -> int:
        runtime.starter.once()
        runtime.sweep.once()
        return 0

    for name, once, every in (
        ("housekeeping", runtime.housekeeper.once, TIDY_EVERY),
        ("acts", runtime.performer.once, PERFORM_EVERY),
        ("summing", runtime.summer.once, SUM_EVERY),
        ("notices", runtime.notifier.once, NOTICE_EVERY),
    ):
        arguments = (name, once, stop, every, runtime.clock)
        Thread(target=repeat, args=arguments, name=name, daemon=True).start()
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

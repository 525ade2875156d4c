"""The scheduler runs no more threads than its pool is made for."""

from __future__ import annotations

import threading

from tests.support.children import until
from tests.support.fleet import Fleet
from workers import scheduler


def test_the_scheduler_starts_the_threads_it_says(fleet: Fleet) -> None:
    """What is counted for the pool is what runs."""
    before = set(threading.enumerate())
    fleet.runtime.settings.metrics_port = 1  # the look at how all stands; nothing listens here
    stop = threading.Event()
    main = threading.Thread(target=scheduler.run, args=(fleet.runtime, stop), name="scheduler")
    main.start()

    def own() -> set[str]:
        names = {part.name for part in scheduler.PARTS} | {"scheduler", "measuring"}
        return {each.name for each in threading.enumerate() if each not in before} & names

    try:
        until("all run", lambda: len(own()) == scheduler.THREADS)
    finally:
        stop.set()
        main.join()
    until("all have ended", lambda: not own())

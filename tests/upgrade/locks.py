"""How long statements of the fleet wait for a table, looked at twenty times a second.

That is what a migration does to them; that two workers wait for one row is everyday life.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import psycopg

LOOK_SECONDS = 0.05

WAITING = """
select coalesce(max(extract(epoch from clock_timestamp() - query_start)), 0)
from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'relation'
    and application_name <> 'mintsoft-xero migrations'
"""


class Watch:
    """Looks while its block runs; ``longest`` is in seconds, exact to a look."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="locks", daemon=True)
        self.seen: list[tuple[float, float]] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def longest(self, begin: float, end: float) -> float:
        """The longest wait seen between two times in seconds since 1970."""
        return max((wait for at, wait in self.seen if begin <= at <= end), default=0.0)

    def _run(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as conn:
            while not self._stop.wait(LOOK_SECONDS):
                row = conn.execute(WAITING).fetchone()
                assert row is not None
                self.seen.append((time.time(), float(row[0])))

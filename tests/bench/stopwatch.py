"""Adds up how long the calls of something take, whoever makes them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


class Stopwatch:
    """Stands before anything and times its methods; ``seconds`` by *clock*."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds = 0.0
        self._clock = clock

    def around(self, watched: Any) -> Any:
        """Return something that does as *watched* does."""
        return _Watched(self, watched)

    def add(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Make one call and add what it took, whatever it ended with."""
        began = self._clock()
        try:
            return call(*arguments, **options)
        finally:
            self.seconds += self._clock() - began


class _Watched:
    def __init__(self, stopwatch: Stopwatch, watched: Any) -> None:
        self._stopwatch = stopwatch
        self._watched = watched

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._watched, name)
        return lambda *arguments, **options: self._stopwatch.add(call, *arguments, **options)

"""Batches that are being handled while the next ones are read.

While the database commits one batch, the next is decoded and the one after it read: that is all
that threads are for here, as Python itself does one thing at a time. Invariant: batches come back
in the order in which they were begun, each with what became of it, and none is left behind when
this closes. Whoever handles them must bear two at once, as several processes would begin them.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, wait
from types import TracebackType
from typing import Self

from events.delivery import Delivery

Handle = Callable[[Sequence[Delivery]], None]

AT_ONCE = 2
"""Batches handled at once: one decodes while the other one's transaction commits."""


class UnderWay:
    """Handles batches in *threads*; it belongs to one thread, which *ended* wakes.

    The threads outlive it: each has a connection of its own for what it publishes.
    """

    def __init__(self, threads: Executor, handle: Handle, ended: Callable[[], None]) -> None:
        self._threads = threads
        self._handle = handle
        self._ended = ended
        self._begun: deque[tuple[list[Delivery], Future[None]]] = deque()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what was begun: its messages may be delivered again at once."""
        wait([future for _, future in self._begun])

    def __len__(self) -> int:
        return len(self._begun)

    @property
    def is_full(self) -> bool:
        """Whether no other batch may be begun."""
        return len(self._begun) >= AT_ONCE

    @property
    def has_news(self) -> bool:
        """Whether :meth:`first` has something to say without a wait."""
        return bool(self._begun) and self._begun[0][1].done()

    def begin(self, batch: list[Delivery]) -> None:
        """Have *batch* handled; ``size`` counts its bytes until it comes back."""
        self.size += _bytes(batch)
        future = self._threads.submit(self._handle, batch)
        self._begun.append((batch, future))
        future.add_done_callback(lambda _: self._ended())

    def first(self) -> tuple[list[Delivery], Exception | None]:
        """Wait for the batch begun first; return it and what went wrong.

        What ends the process, SystemExit say, is raised.
        """
        batch, future = self._begun.popleft()
        self.size -= _bytes(batch)
        try:
            future.result()
        except Exception as error:  # whatever it is, the messages are still there
            return batch, error
        return batch, None


def _bytes(batch: Sequence[Delivery]) -> int:
    return sum(len(each.body) for each in batch)

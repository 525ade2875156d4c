"""The whole fleet as threads of one process: for one machine, and for the demo.

With ``memory://`` there is no broker: what is published goes straight to the intake, and what
the relay would publish is kept here. Wake-ups then live in this process alone; documents are
still in PostgreSQL and nothing is lost when it ends.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

import dramatiq
import structlog

from events.egress import Publisher
from events.envelope import Message
from events.ingress import Ingress, log_error
from workers import scheduler
from workers.actors import register
from workers.broker import MEMORY
from workers.entrance import hand_over
from workers.loops import repeat
from workers.metrics import meters
from workers.relay import Relay
from workers.runtime import Runtime

log = structlog.get_logger(__name__)

RELAY_IDLE = timedelta(milliseconds=200)
"""How late an event about a document may be; an empty look costs one index probe."""

STOP_SECONDS = 15
"""A worker's call to Xero may take longer: its attempt is then taken up again after its lease."""

DEAD_LETTERS_IDLE = timedelta(seconds=5)
"""How late a message that was given up is parked; an empty look is one small request."""

KEPT = 10_000
"""Events that are remembered where there is no broker."""


class Fleet:
    """Ingress, workers, scheduler and relay of one process."""

    def __init__(self, runtime: Runtime, *, threads: int = 8) -> None:
        self._runtime = runtime
        self._url = runtime.settings.amqp_url.get_secret_value()
        self.in_memory = self._url.startswith(MEMORY)
        self.said: deque[Message] = deque(maxlen=KEPT)
        self.failed = threading.Event()
        self._stop = threading.Event()
        self._ingress = (
            None
            if self.in_memory
            else Ingress(self._url, runtime.intake.handle, on_error=ingress_failed)
        )
        dramatiq.set_broker(runtime.broker)
        register(runtime)
        self._worker = dramatiq.Worker(runtime.broker, worker_threads=threads)
        self._relay = Relay(runtime.pool, self._keep) if self.in_memory else runtime.relay
        self._threads = [
            threading.Thread(target=self._guarded, args=(name, run), name=name, daemon=True)
            for name, run in self._parts().items()
        ]

    def _parts(self) -> dict[str, Callable[[], None]]:
        parts: dict[str, Callable[[], None]] = {
            "relay": lambda: repeat(
                "relay", self._relay.once, self._stop, RELAY_IDLE, self._runtime.clock
            ),
            "scheduler": lambda: scheduler.run(self._runtime, self._stop),
        }
        if self._ingress is not None:
            parts["ingress"] = self._ingress.run
            parts["dead letters"] = lambda: bury(self._runtime, self._stop)
        return parts

    def start(self) -> None:
        """Start every part and return."""
        self._worker.start()
        for thread in self._threads:
            thread.start()
        log.info("fleet.started", in_memory=self.in_memory)

    def stop(self) -> None:
        """End every part, each after the work at hand."""
        self._stop.set()
        if self._ingress is not None:
            self._ingress.stop()
        self._worker.stop(timeout=STOP_SECONDS * 1000)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(STOP_SECONDS)
        log.info("fleet.stopped")

    def publish(self, messages: Sequence[Message]) -> None:
        """Bring events in as Mintsoft does; confirmed, or already in the ledger."""
        if self.in_memory:
            hand_over(messages, self._runtime.intake.handle)
            return
        with Publisher(self._url) as publisher:
            publisher.publish_batch(messages)

    def _keep(self, messages: Sequence[Message]) -> None:
        self.said.extend(messages)
        log.info("relay.kept_in_memory", events=len(messages))

    def _guarded(self, name: str, run: Callable[[], None]) -> None:
        """A part that ends by an exception takes the process along: nobody else would notice."""
        try:
            run()
        except Exception:
            log.exception("fleet.part_failed", part=name)
            self.failed.set()


def ingress_failed(error: Exception) -> None:
    """Count and log a failure that the ingress will get over by itself."""
    meters.INGRESS_FAILURES.inc()
    log_error(error)


def bury(runtime: Runtime, stop: threading.Event) -> None:
    """Park what the broker has given up, until *stop* is set."""
    repeat("dead letters", runtime.dead_letters.once, stop, DEAD_LETTERS_IDLE, runtime.clock)
    runtime.dead_letters.close()

"""Looks how the fleet stands every few seconds, and keeps the figures for whoever asks.

Every scheduler says whether database and broker answer it; the one that leads tells the rest.
"""

from collections.abc import Callable, Iterator

import psycopg
import structlog
from pika.exceptions import AMQPError
from psycopg_pool import ConnectionPool, PoolTimeout

from events.depths import Depth, Depths
from workers.clock import Clock
from workers.metrics.standing import Sample, Standing
from workers.store import measures
from workers.xero.budget import MINUTE_LIMIT

log = structlog.get_logger(__name__)

PATIENCE = 5.0
"""Seconds to wait for a connection to PostgreSQL before it counts as away."""


class Measurer:
    """Fills a standing with figures; :meth:`once` belongs to one thread."""

    def __init__(
        self,
        pool: ConnectionPool,
        depths: Depths | None,
        leads: Callable[[], bool],
        standing: Standing,
        clock: Clock,
        day_limit: int,
    ) -> None:
        self._pool = pool
        self._depths = depths
        self._leads = leads
        self._standing = standing
        self._clock = clock
        self._day_limit = day_limit

    def once(self) -> int:
        """Look once. A server that is away is a figure, no failure."""
        leads = self._leads()
        found = self._of_database(leads)
        queues = self._of_broker()
        told = [*found, *([] if queues is None else queues if leads else [])]
        told.append(("leader", (), float(leads)))
        if self._depths is not None:
            told.append(("broker_up", (), float(queues is not None)))
        self._standing.tell(told)
        return 0

    def close(self) -> None:
        """Close the connection to RabbitMQ, if there is one."""
        if self._depths is not None:
            self._depths.close()

    def _of_database(self, leads: bool) -> list[Sample]:
        try:
            with self._pool.connection(timeout=PATIENCE) as conn:
                before = self._clock.now()
                server = measures.server_time(conn)
                here = before + (self._clock.now() - before) / 2
                skew = here.timestamp() - server
                rest = measures.standing(conn, self._day_limit, MINUTE_LIMIT) if leads else []
        except psycopg.errors.QueryCanceled:
            log.warning("measuring.too_slow")
            return [("database_up", (), 1.0)]
        except (psycopg.OperationalError, PoolTimeout) as error:
            log.warning("measuring.database_away", cause=type(error).__name__)
            return [("database_up", (), 0.0)]
        return [("database_up", (), 1.0), ("clock_skew_seconds", (), skew), *rest]

    def _of_broker(self) -> list[Sample] | None:
        """Return the queues' figures, None while RabbitMQ does not answer."""
        if self._depths is None:
            return []
        try:
            return [sample for each in self._depths.look() for sample in _samples(each)]
        except AMQPError as error:
            log.warning("measuring.broker_away", cause=type(error).__name__)
            return None


def _samples(depth: Depth) -> Iterator[Sample]:
    yield "queue_messages", (depth.queue,), float(depth.messages)
    yield "queue_consumers", (depth.queue,), float(depth.consumers)

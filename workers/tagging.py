"""Tags orders in Mintsoft that are in Xero, apart from their export and retried by themselves."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from psycopg_pool import ConnectionPool

from events import topology
from workers.clock import Clock, backoff
from workers.errors import Failure, Permanent, Throttled
from workers.intake import Send
from workers.mintsoft.gateway import MintsoftGateway
from workers.store import ledger, wakeups
from workers.store.ledger import DueTag
from workers.store.wakeups import Wakeup

log = structlog.get_logger(__name__)

TAG = "Xero"
"""What users see on an exported order in Mintsoft's Order Overview."""

BATCH = 50
"""Tags in one turn: one call each, so that a turn stays under a minute."""


class Tagger:
    """Puts the tag on orders of one connection."""

    def __init__(
        self,
        pool: ConnectionPool,
        mintsoft_for: Callable[[UUID], MintsoftGateway],
        send: Send,
        clock: Clock,
    ) -> None:
        self._pool = pool
        self._mintsoft_for = mintsoft_for
        self._send = send
        self._clock = clock

    def tag(self, connection_id: UUID) -> None:
        """Tag a batch of orders; what fails comes up again later."""
        wakeup = Wakeup(connection_id, topology.UPKEEP)
        with self._pool.connection() as conn:
            wakeups.take(conn, wakeup)
            due = ledger.claim_tags(conn, connection_id, BATCH)
            to_wake = wakeups.wake(conn, [wakeup] if len(due) == BATCH else [])
        self._send(to_wake)
        for each in due:
            self._tag_one(connection_id, each)

    def _tag_one(self, connection_id: UUID, each: DueTag) -> None:
        try:
            self._mintsoft_for(connection_id).tag_order(each.mintsoft_id, TAG)
        except Failure as failure:
            self._failed(each, failure)
        else:
            with self._pool.connection() as conn:
                ledger.tag_done(conn, each.document_id)

    def _failed(self, each: DueTag, failure: Failure) -> None:
        log.warning("tag.failed", document=each.document_id, failure=str(failure))
        with self._pool.connection() as conn:
            if isinstance(failure, Permanent):
                ledger.tag_given_up(conn, each.document_id, str(failure))
            else:
                ledger.tag_failed(conn, each.document_id, str(failure), self._delay(each, failure))

    def _delay(self, each: DueTag, failure: Failure) -> timedelta:
        if isinstance(failure, Throttled):
            return max(failure.until - self._clock.now(), timedelta(seconds=1))
        return backoff(each.failures + 1, self._clock.rng)

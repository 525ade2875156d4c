"""Tags orders in Mintsoft that are in Xero, apart from their export and retried by themselves."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from events import topology
from schemas.exports import Kind
from workers import tracing
from workers.clock import Clock, backoff
from workers.errors import AccessRefused, Failure, Permanent, Throttled
from workers.intake import Send
from workers.mintsoft.gateway import TAG, MintsoftGateway
from workers.store import ledger, wakeups
from workers.store.ledger import DueTag
from workers.store.wakeups import Wakeup

log = structlog.get_logger(__name__)

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
        if due:
            self._tag_all(connection_id, due)

    def _tag_all(self, connection_id: UUID, due: Sequence[DueTag]) -> None:
        """Tag one after the other and record once: a tag that is put twice changes nothing."""
        outcomes = list(self._outcomes(connection_id, due))
        with self._pool.connection() as conn:
            done = [each for each, why in outcomes if why is None]
            ledger.tags_done(conn, [each.document_id for each in done])
            for each, failure in outcomes:
                if failure is not None:
                    self._failed(conn, each, failure)
        if documents := [tracing.ref(Kind.ORDER, each.mintsoft_id) for each in done]:
            log.info("tag.done", connection=str(connection_id), documents=documents)

    def _outcomes(
        self, connection_id: UUID, due: Sequence[DueTag]
    ) -> Iterator[tuple[DueTag, Failure | None]]:
        """Yield what is wrong with each tag; what closes the account closes it to all behind."""
        closed: Failure | None = None
        mintsoft = None
        for each in due:
            failure = closed
            if failure is None:
                try:
                    mintsoft = mintsoft or self._mintsoft_for(connection_id)
                    mintsoft.tag_order(each.mintsoft_id, TAG)
                except Failure as found:
                    failure = found
            if isinstance(failure, Throttled | AccessRefused):
                closed = failure
            yield each, failure

    def _failed(self, conn: Connection, each: DueTag, failure: Failure) -> None:
        named = tracing.ref(Kind.ORDER, each.mintsoft_id)
        log.warning("tag.failed", document=named, failure=str(failure))
        if isinstance(failure, Permanent):
            ledger.tag_given_up(conn, each.document_id, str(failure))
        else:
            ledger.tag_failed(conn, each.document_id, str(failure), self._delay(each, failure))

    def _delay(self, each: DueTag, failure: Failure) -> timedelta:
        if isinstance(failure, Throttled):
            return max(failure.until - self._clock.now(), timedelta(seconds=1))
        return backoff(each.failures + 1, self._clock.rng)

"""Ends consents that nobody finished: taken back at Xero, then erased.

Somebody let us in and never said which organisation was meant. Ten minutes later their tokens are
of no use to anybody, and Xero bills what it thinks is connected.
"""

from uuid import UUID

import structlog

from workers.clock import backoff
from workers.errors import AuthorisationLost, Failure, Permanent
from workers.store import consents
from workers.store.consents import Abandoned
from workers.tending import Tender

log = structlog.get_logger(__name__)


class Ender(Tender):
    """Ends what a connection's consents have left."""

    def end(self, connection_id: UUID) -> None:
        """End the consents asked for *connection_id* whose time is over."""
        with self._pool.connection() as conn:
            abandoned = consents.claim_abandoned(conn, connection_id)
        for each in abandoned:
            self._end(connection_id, each)

    def _end(self, connection_id: UUID, abandoned: Abandoned) -> None:
        try:
            self.end_consent(abandoned.token_set_id)
        except (AuthorisationLost, Permanent) as failure:
            log.info("consent.gone", connection=str(connection_id), cause=str(failure))
        except Failure as failure:
            if not abandoned.overdue:
                self._later(connection_id, abandoned, failure)
                return
            log.error("consent.revoke_given_up", connection=str(connection_id))
        with self._pool.connection() as conn:
            consents.forget(conn, abandoned)
        log.info("consent.ended", connection=str(connection_id))

    def _later(self, connection_id: UUID, abandoned: Abandoned, failure: Failure) -> None:
        log.warning("consent.revoke_later", connection=str(connection_id), failure=str(failure))
        delay = backoff(abandoned.failures + 1, self._clock.rng)
        with self._pool.connection() as conn:
            consents.end_later(conn, abandoned, delay)

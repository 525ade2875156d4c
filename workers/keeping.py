"""Keeps connections alive and their charts fresh, whether or not anything is exported.

Xero forgets a refresh token that nobody used for 60 days; ours are renewed after 20. A chart is
read on connecting and every four hours, so that an archived account is known before a posting
fails on it; documents that waited for a change in Xero go on when there is one.
"""

from datetime import timedelta
from uuid import UUID

import structlog

from workers import books, losing
from workers.clock import backoff
from workers.errors import AuthorisationLost, Failure, Throttled
from workers.store import connections, upkeep, vault
from workers.store.connections import ConnectionRow
from workers.tending import Tender

log = structlog.get_logger(__name__)

IDLE_RETRY = 10
"""An idle set has 40 days left: after a failure it is tried again in 15 to 30 minutes (backoff)."""


class Keeper(Tender):
    """Does what one connection needs by the clock."""

    def keep(self, connection_id: UUID) -> None:
        """Renew tokens that lie idle, read a chart that is old; nothing to do is fine."""
        with self._pool.connection() as conn:
            connection = connections.find(conn, connection_id)
        if connection is None or connection.status != "active":
            return
        with structlog.contextvars.bound_contextvars(connection=str(connection_id)):
            self._keep_tokens(connection)
            self._keep_chart(connection)

    def _keep_tokens(self, connection: ConnectionRow) -> None:
        assert connection.token_set_id is not None, "an active connection has tokens"
        try:
            if self._tokens.keep_alive(connection.token_set_id):
                log.info("tokens.kept_alive")
        except AuthorisationLost as failure:
            self._lose(connection, failure)
        except Failure as failure:
            log.warning("tokens.keep_later", failure=str(failure))
            delay = backoff(IDLE_RETRY, self._clock.rng)
            with self._pool.connection() as conn:
                vault.keep_later(conn, connection.token_set_id, delay)

    def _keep_chart(self, connection: ConnectionRow) -> None:
        with self._pool.connection() as conn:
            failures = upkeep.claim_chart(conn, connection.id)
        if failures is None:
            return
        try:
            books.read_chart(self._pool, self._gateway_for(connection), connection.id)
        except AuthorisationLost as failure:
            self._lose(connection, failure)
        except Failure as failure:
            log.warning("chart.read_later", failure=str(failure))
            delay = self._delay(failure, failures + 1)
            with self._pool.connection() as conn:
                upkeep.chart_later(conn, connection.id, delay)
        else:
            with self._pool.connection() as conn:
                upkeep.chart_read(conn, connection.id)

    def _lose(self, connection: ConnectionRow, failure: AuthorisationLost) -> None:
        with self._pool.connection() as conn:
            losing.lose(conn, connection, failure)

    def _delay(self, failure: Failure, failures: int) -> timedelta:
        if isinstance(failure, Throttled):
            return max(failure.until - self._clock.now(), timedelta(seconds=1))
        return backoff(failures, self._clock.rng)

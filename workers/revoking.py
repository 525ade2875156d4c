"""Takes a disconnected connection's access back at Xero, then erases its tokens.

The connection stopped when it was disconnected; this part needs Xero and is retried until it
worked or a day has passed. Access to an organisation that another connection still goes to is left
alone: however often a user gives it, Xero knows only one. So is the consent of a user by whom
another connection lives, as Tender.end_consent explains.
"""

from uuid import UUID

import structlog

from events import topology
from workers.clock import backoff
from workers.errors import AuthorisationLost, Failure, Permanent
from workers.store import connections, wakeups
from workers.store.connections import ConnectionRow, Revocation
from workers.store.wakeups import Wakeup
from workers.tending import Tender

log = structlog.get_logger(__name__)


class Revoker(Tender):
    """Ends access at Xero."""

    def revoke(self, connection_id: UUID) -> None:
        """Take the access of *connection_id* back, if that is due."""
        with self._pool.connection() as conn:
            wakeups.take(conn, Wakeup(connection_id, topology.CONNECTIONS))
            connection = connections.find(conn, connection_id)
            due = connections.revocation_due(conn, connection_id)
        if connection is None or due is None:
            return
        try:
            self._end_access(connection, due)
        except (AuthorisationLost, Permanent) as failure:
            log.info("connection.access_gone", connection=str(connection_id), cause=str(failure))
        except Failure as failure:
            if not due.overdue:
                self._later(connection_id, due, failure)
                return
            log.error("connection.revoke_given_up", connection=str(connection_id))
        with self._pool.connection() as conn:
            connections.forget_tokens(conn, connection_id, due.token_set_id)
        log.info("connection.revoked", connection=str(connection_id))

    def _end_access(self, connection: ConnectionRow, due: Revocation) -> None:
        with self._pool.connection() as conn:
            if connections.others_reach(conn, due.tenant_id, connection.id):
                return
        self._gateway_for(connection).delete_connection(due.tenant_id)
        self.end_consent(due.token_set_id)

    def _later(self, connection_id: UUID, due: Revocation, failure: Failure) -> None:
        log.warning("connection.revoke_later", connection=str(connection_id), failure=str(failure))
        delay = backoff(due.revoke_failures + 1, self._clock.rng)
        with self._pool.connection() as conn:
            connections.revoke_later(conn, connection_id, delay)

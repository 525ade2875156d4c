"""Losing access: said once for each connection, however many workers notice.

A refusal of one organisation costs that connection alone; the end of the consent costs every
connection made by it. Documents wait, no attempt is counted, a person is told what to do.
"""

from collections.abc import Iterable

import structlog
from psycopg import Connection

from schemas.connections import ConnectionLostV1
from workers.errors import AuthorisationLost, ConsentLost
from workers.store import access, connections, outbox
from workers.store.access import Lost
from workers.store.connections import ConnectionRow
from workers.store.outbox import Notice

log = structlog.get_logger(__name__)

RECONNECT = "Reconnect the organisation; everything that waits goes on by itself."


def lose(conn: Connection, connection: ConnectionRow, failure: AuthorisationLost) -> None:
    """Mark as lost what *failure*, met with the tokens of *connection*, has cost, and say so."""
    if connection.token_set_id is None:
        return
    if isinstance(failure, ConsentLost):
        lost = access.lose_all(conn, connection.token_set_id, failure.cause)
    else:
        lost = access.lose(conn, connection.id, connection.token_set_id, failure.cause)
    _tell(conn, lost, failure.cause)


def _tell(conn: Connection, lost: Iterable[Lost], cause: str) -> None:
    for each in lost:
        connections.audit(conn, "fleet", "connection lost", each.id, details={"reason": cause})
        outbox.add(conn, [_notice(each, cause)])
        log.error("connection.lost", connection=str(each.id), cause=cause)


def _notice(lost: Lost, cause: str) -> Notice:
    data = ConnectionLostV1(
        connection_id=lost.id,
        mode=lost.mode,
        tenant_id=lost.tenant_id,
        reason=cause,
        remedy=RECONNECT,
    )
    return Notice("connection.lost.v1", lost.account, str(lost.id), data)

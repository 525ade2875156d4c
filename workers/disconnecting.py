"""Disconnecting: nothing of the connection runs any more, and nothing of it hangs in the air.

What was claimed and not sealed waits again. What was sealed may or may not be in Xero, and with
the tokens gone nobody can look: a person is told which document it is.
"""

from uuid import UUID

from psycopg import Connection

from schemas.exports import Status
from workers import announcements
from workers.mapping.outcomes import Member, Settlement
from workers.mapping.reasons import reason
from workers.store import connections, ledger, outbox
from workers.store.connections import ConnectionRow


def disconnect(conn: Connection, connection_id: UUID, who: str, why: str | None) -> bool:
    """Stop a connection; False when it was disconnected already or never was."""
    if not connections.disconnect(conn, connection_id, who, why):
        return False
    connection = connections.find(conn, connection_id)
    assert connection is not None
    for attempt_id, state in ledger.open_attempts(conn, connection_id):
        if state == "sealed":
            _tell(conn, connection, attempt_id)
        else:
            left = ledger.in_attempt(conn, attempt_id)
            ledger.settle(conn, attempt_id, [_let_go(each) for each in left])
        ledger.finish(conn, attempt_id, "disconnected")
    return True


def _let_go(document: ledger.InAttempt) -> Settlement:
    gone = document.withdrawal is not None
    return Settlement(document.document_id, Status.WITHDRAWN if gone else Status.WAITING)


def _tell(conn: Connection, connection: ConnectionRow, attempt_id: UUID) -> None:
    members = ledger.members(conn, attempt_id)
    settled = [(member, _unknown(member)) for member in members]
    ledger.settle(conn, attempt_id, [settlement for _, settlement in settled])
    found = [
        announcements.of_settlement(
            connection, member.kind, member.mintsoft_id, settlement, member.traceparent
        )
        for member, settlement in settled
    ]
    outbox.add(conn, [notice for notice in found if notice is not None])


def _unknown(member: Member) -> Settlement:
    why = reason(
        "disconnected",
        kind=member.kind.value,
        number=member.invoice_number,
    )
    return Settlement(member.document_id, Status.NEEDS_ATTENTION, reason=why)

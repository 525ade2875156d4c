"""Disconnecting: nothing of the connection runs any more, and nothing of it hangs in the air.

What was claimed and not sealed waits again. What was sealed may or may not be in Xero, and with
the tokens gone nobody can look: a person is told which document it is.
"""

from functools import partial
from uuid import UUID

from psycopg import Connection

from schemas.exports import Status
from workers import announcements
from workers.mapping.outcomes import Member, Settlement
from workers.mapping.reasons import reason
from workers.settled import settle
from workers.store import connections, ledger


def disconnect(conn: Connection, connection_id: UUID, who: str, why: str | None) -> bool:
    """Stop a connection; False when it was disconnected already or never was."""
    if not connections.disconnect(conn, connection_id, who, why):
        return False
    connection = connections.find(conn, connection_id)
    assert connection is not None
    for attempt_id, kind, state in ledger.open_attempts(conn, connection_id):
        notice = partial(announcements.of_document, connection, kind)
        if state == "sealed":
            members = [(each, _unknown(each)) for each in ledger.members(conn, attempt_id)]
            settle(conn, attempt_id, members, notice)
        else:
            left = [(each, _let_go(each)) for each in ledger.in_attempt(conn, attempt_id)]
            settle(conn, attempt_id, left, notice)
        ledger.finish(conn, attempt_id, "disconnected")
    return True


def _let_go(document: ledger.InAttempt) -> Settlement:
    gone = document.withdrawal is not None
    return Settlement(document.document_id, Status.WITHDRAWN if gone else Status.WAITING)


def _unknown(member: Member) -> Settlement:
    why = reason(
        "disconnected",
        kind=member.kind.value,
        number=member.invoice_number,
    )
    return Settlement(member.document_id, Status.NEEDS_ATTENTION, reason=why)

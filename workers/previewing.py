"""A connection's next documents as they would be sent now. Nothing is sent, nothing is changed.

Xero is not asked: the chart of accounts is the one last read, as a batch would use it. What only
Xero can know (a number that is taken, say) therefore shows first when a document is sent.
"""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from schemas.connections import Mode
from schemas.exports import Kind
from workers import books
from workers.mapping.decisions import Decision, Post
from workers.preparing import decide_one
from workers.store import connections, documents
from workers.store.connections import ConnectionRow
from workers.store.ledger import Claimed

MOST = 50
"""Documents of one preview: a batch."""

KINDS = {Mode.ACCOUNTING: Kind.ORDER, Mode.FULFILMENT: Kind.INVOICE}


class NotReady(LookupError):  # noqa: N818  named after what it is
    """The connection can't decide anything yet; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """A document and what would become of it. ``new_items``: codes that Xero would get first."""

    document: Claimed
    kind: Kind
    decision: Decision
    new_items: tuple[str, ...] = ()


def preview(
    pool: ConnectionPool, connection: ConnectionRow, web_url: str, limit: int = 10
) -> list[Previewed]:
    """Return what would become of the next documents, in the order in which they would go.

    Raises NotReady while the connection has no mapping, or its chart was never read.
    """
    kind = KINDS[connection.mode]
    with pool.connection() as conn:
        chart = connections.chart(conn, connection.id)
        if chart is None:
            raise NotReady("Xero's chart of accounts has not been read yet")
        try:
            context = books.context(conn, connection, chart, web_url)
        except LookupError as error:
            raise NotReady(str(error)) from None
        found = documents.next_ones(conn, connection.id, min(limit, MOST))
        decided = [(each, decide_one(each, kind, context).decision) for each in found]
        known = _known(conn, connection.id, [decision for _, decision in decided])
    return [Previewed(each, kind, what, _new(what, known)) for each, what in decided]


def _known(conn: Connection, connection_id: UUID, decisions: list[Decision]) -> set[str]:
    codes = {code for decision in decisions for code in _codes(decision)}
    return set(connections.known_items(conn, connection_id, codes)) if codes else set()


def _codes(decision: Decision) -> list[str]:
    return [item.code for item in decision.items] if isinstance(decision, Post) else []


def _new(decision: Decision, known: set[str]) -> tuple[str, ...]:
    return tuple(code for code in _codes(decision) if code not in known)

"""Where documents stand is written in one transaction with what others must hear of it."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from psycopg import Connection

from workers.mapping.outcomes import Settlement
from workers.store import ledger, outbox
from workers.store.outbox import Notice

Document = TypeVar("Document")


def settle(
    conn: Connection,
    attempt_id: UUID,
    settled: Sequence[tuple[Document, Settlement]],
    notice: Callable[[Document, Settlement], Notice | None],
) -> None:
    """Write where the documents of an attempt stand, and what *notice* says of each of them."""
    ledger.settle(conn, attempt_id, [settlement for _, settlement in settled])
    found = [notice(document, settlement) for document, settlement in settled]
    outbox.add(conn, [each for each in found if each is not None])

"""Does what somebody decided about many documents, a batch after the other.

The console does what it can while its page is waited for; the scheduler goes on with the rest.
Both may be at the same act: each takes documents that the other has not locked. Nothing here asks
Xero: what needs its answer is in :mod:`workers.marking`.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from workers.clock import Clock
from workers.deeds import Verb, hindrance
from workers.store import acts, documents
from workers.store.acts import Open, Taken

log = structlog.get_logger(__name__)


class Performer:
    """Performs acts on documents. Any number may run."""

    def __init__(self, pool: ConnectionPool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    def once(self) -> int:
        """Do one batch of the oldest open act; return how many documents it was about."""
        with self._pool.connection() as conn:
            act = acts.next_open(conn)
            return _batch(conn, act) if act else 0

    def perform(self, act: Open, patience: timedelta) -> None:
        """Do what can be done of *act* within *patience*; the scheduler does the rest."""
        until = self._clock.now() + patience
        while self._clock.now() < until:
            with self._pool.connection() as conn:
                if not _batch(conn, act):
                    return


def _batch(conn: Connection, act: Open) -> int:
    """Do the next documents of *act*, all in one transaction."""
    taken = acts.take(conn, act.id)
    if not taken:
        if acts.finish(conn, act.id):
            log.info("acts.finished", act=act.id, verb=act.verb)
        return 0
    done = set(_do(conn, act, [each.id for each in taken]))
    acts.settle(conn, act.id, {each.id: _outcome(act, each, done) for each in taken})
    acts.finish(conn, act.id)
    return len(taken)


def _do(conn: Connection, act: Open, ids: Sequence[int]) -> list[int]:
    match act.verb:
        case Verb.RETRY:
            return documents.release(conn, ids, act.who)
        case Verb.SKIP:
            return documents.skip(conn, ids, act.why, act.who)
        case Verb.UNDO if act.undoes is not None:
            restored = acts.restore(conn, act.undoes, ids)
            documents.note(conn, restored, act.who, "undone", {"act": act.undoes})
            return restored
    return []


def _outcome(act: Open, taken: Taken, done: set[int]) -> str:
    if taken.id in done:
        return "done"
    if act.verb is Verb.MARK_POSTED:  # whoever asked Xero for it is gone
        return "unasked"
    return hindrance(act.verb, taken.standing) or "touched"

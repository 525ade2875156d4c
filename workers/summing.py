"""Keeps what the console's pages are made from: tallies folded, new documents findable by text.

Nothing depends on it but speed: until it has run, pages add up and look at what is new themselves.
"""

from psycopg_pool import ConnectionPool

from workers.store import browsing, tallies


class Summer:
    """Folds and finds. Any number may run: one works, the others find it done."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def once(self) -> int:
        """Do one batch of each; return 0 when no whole batch was found, so that it can wait."""
        with self._pool.connection() as conn:
            tallies.fold(conn)
        with self._pool.connection() as conn:
            found = browsing.add_terms(conn)
        return found if found == browsing.TERMS_BATCH else 0

"""Keeps what pages are made from: tallies and balances folded, new documents findable.

Nothing depends on it but speed: until it has run, pages add up and look at what is new themselves.
"""

from psycopg_pool import ConnectionPool

from workers.store import balances, browsing, tallies


class Summer:
    """Folds and finds. Any number may run: one works, the others find it done."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def once(self) -> int:
        """Do one batch of each; return 0 when no whole batch was found, so that it can wait."""
        with self._pool.connection() as conn:
            tallies.fold(conn)
        with self._pool.connection() as conn:
            compared = balances.fold(conn)
        with self._pool.connection() as conn:
            found = browsing.add_terms(conn)
        return max(found // browsing.TERMS_BATCH, compared // balances.MOST)

"""What they have in common who do for a connection what is no export."""

from collections.abc import Callable
from uuid import UUID

from psycopg_pool import ConnectionPool

from workers.clock import Clock
from workers.store import vault
from workers.store.connections import ConnectionRow
from workers.xero.auth import Tokens
from workers.xero.gateway import XeroGateway


class Tender:
    """Works for one connection at a time: with the database, with Xero, and by the clock."""

    def __init__(
        self,
        pool: ConnectionPool,
        gateway_for: Callable[[ConnectionRow], XeroGateway],
        tokens: Tokens,
        clock: Clock,
    ) -> None:
        self._pool = pool
        self._gateway_for = gateway_for
        self._tokens = tokens
        self._clock = clock

    def end_consent(self, token_set_id: UUID) -> None:
        """End a token set at Xero, unless that would end somebody else's access too.

        Xero ends every connection that the same user has given us, also by other consents; where
        it is not known who that is, it may be the same. Raises Failure.
        """
        with self._pool.connection() as conn:
            shared = vault.user_is_needed(conn, token_set_id)
        if not shared:
            self._tokens.revoke(token_set_id)

"""What they have in common who do for a connection what is no export."""

from collections.abc import Callable

from psycopg_pool import ConnectionPool

from workers.clock import Clock
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

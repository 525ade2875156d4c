"""Which Mintsoft account a connection goes to: one gateway for each key, shared by all threads.

A connection's own credentials come first, the fleet's serve the others. Without either, work for
Mintsoft waits (AccessRefused); nothing is lost, and all goes on once a key is given.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from cryptography.fernet import MultiFernet
from psycopg_pool import ConnectionPool

from workers.clock import Clock
from workers.errors import AccessRefused
from workers.mintsoft.failures import REMEDY
from workers.mintsoft.gateway import MintsoftGateway
from workers.store import mintsoft_keys
from workers.store.mintsoft_keys import Credentials
from workers.transport import Transport

MOST = 1000
"""Gateways kept; a key that came of a log-in is lost with its gateway, and fetched again."""

Version = tuple[UUID | None, UUID | None]
"""Whose credentials, and which of them; both None for the fleet's."""


class Accounts:
    """The Mintsoft accounts of all connections, behind one *url*. Safe for threads."""

    def __init__(
        self,
        pool: ConnectionPool,
        fernet: Callable[[], MultiFernet],
        http: Transport,
        url: str,
        clock: Clock,
        fleets: Credentials,
    ) -> None:
        self._pool = pool
        self._fernet = fernet
        self._http = http
        self._url = url
        self._clock = clock
        self._fleets = fleets
        self._gateways: OrderedDict[Version, MintsoftGateway] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, connection_id: UUID) -> MintsoftGateway:
        """Return Mintsoft as the connection sees it. Raises AccessRefused without any key."""
        with self._pool.connection() as conn:
            own = mintsoft_keys.load(conn, self._fernet(), connection_id)
        if own is not None:
            return self._kept((connection_id, own.version), own, remedy_for(connection_id))
        try:
            return self._kept((None, None), self._fleets, REMEDY)
        except ValueError:
            raise AccessRefused(
                f"connection {connection_id} has no key of its own and the fleet has none: "
                f"{remedy_for(connection_id)}, or set MX_MINTSOFT_API_KEY"
            ) from None

    def close(self) -> None:
        """Close the idle connections."""
        self._http.close()

    def _kept(self, version: Version, credentials: Credentials, remedy: str) -> MintsoftGateway:
        with self._lock:
            if version not in self._gateways:
                self._gateways[version] = self._opened(credentials, remedy)
            self._gateways.move_to_end(version)
            if len(self._gateways) > MOST:
                self._gateways.popitem(last=False)
            return self._gateways[version]

    def _opened(self, credentials: Credentials, remedy: str) -> MintsoftGateway:
        return MintsoftGateway(
            self._url,
            self._clock,
            key=credentials.key,
            username=credentials.username,
            password=credentials.password,
            http=self._http,
            remedy=remedy,
        )


def remedy_for(connection_id: UUID) -> str:
    """Return what to do about the own key of a connection."""
    return f"run mintsoft-xero connection mintsoft-key {connection_id}"

"""Queue ``connections``: a connection was disconnected."""

from uuid import UUID

from workers.runtime import Runtime


def revoke_connection(runtime: Runtime, connection_id: str) -> None:
    """Take the connection's access back at Xero and erase its tokens."""
    runtime.revoker.revoke(UUID(connection_id))

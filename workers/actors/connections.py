"""Queue ``connections``: a connection needs something that is no export."""

from uuid import UUID

from workers.runtime import Runtime


def tend_connection(runtime: Runtime, connection_id: str) -> None:
    """Take its access back, keep tokens and chart fresh, look up what changed: whatever is due."""
    for tend in runtime.tending:
        tend(UUID(connection_id))

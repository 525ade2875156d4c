"""Queue ``upkeep``: what may lag behind without harm."""

from uuid import UUID

from workers.runtime import Runtime


def tag_orders(runtime: Runtime, connection_id: str) -> None:
    """Tag a batch of exported orders in Mintsoft."""
    runtime.tagger.tag(UUID(connection_id))

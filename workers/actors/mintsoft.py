"""Queue ``polls.mintsoft``: look in Mintsoft itself for what no event told of."""

from uuid import UUID

from workers.runtime import Runtime


def poll_mintsoft(runtime: Runtime, connection_id: str) -> None:
    """Bring in what is new in Mintsoft, and what somebody wants to export and never arrived."""
    runtime.reconciler.reconcile(UUID(connection_id))
    runtime.fetcher.fetch(UUID(connection_id))

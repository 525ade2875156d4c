"""Queue ``polls.mintsoft``: look in Mintsoft itself for what no event told of."""

from uuid import UUID

from workers.runtime import Runtime


def poll_mintsoft(runtime: Runtime, connection_id: str) -> None:
    """Bring in what is new in Mintsoft, what somebody waits for, and a page of a backfill."""
    runtime.reconciler.reconcile(UUID(connection_id))
    runtime.fetcher.fetch(UUID(connection_id))
    runtime.backfiller.step(UUID(connection_id))

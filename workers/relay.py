"""The outbox relay: publishes what the ledger has to say, at least once, oldest first.

Events are marked only after the broker has confirmed them; a crash in between publishes them
again under the same id, which receivers must ignore.
"""

from collections.abc import Callable, Sequence

import structlog
from psycopg_pool import ConnectionPool

from events.catalogue import outgoing
from events.envelope import Message, encode
from workers import tracing
from workers.metrics import meters
from workers.store import outbox

log = structlog.get_logger(__name__)

BATCH = 200
"""Events in one transaction; their confirms come in one go."""

Publish = Callable[[Sequence[Message]], None]


class Relay:
    """Moves events from the outbox to RabbitMQ. Any number may run."""

    def __init__(self, pool: ConnectionPool, publish: Publish) -> None:
        self._pool = pool
        self._publish = publish

    def once(self) -> int:
        """Publish one batch and return its size. Raises when it could not be confirmed."""
        with self._pool.connection() as conn:
            waiting = outbox.claim(conn, BATCH)
            if not waiting:
                return 0
            parents = [each.traceparent for each in waiting]
            with (
                meters.STAGE.labels("relay").time(),
                tracing.span("publish", parents, tracing.PRODUCER, events=len(waiting)),
            ):
                self._publish([_message(each) for each in waiting])
            outbox.published(conn, [each.id for each in waiting])
        meters.PUBLISHED.inc(len(waiting))
        traces = tracing.trace_ids(parents)
        documents = _documents(waiting)
        log.info("relay.published", events=len(waiting), documents=documents, traces=traces)
        return len(waiting)


def _documents(waiting: Sequence[outbox.Unpublished]) -> list[str]:
    return [named for each in waiting if (named := _named(each))]


def _named(each: outbox.Unpublished) -> str | None:
    """Return what the document of an event is called, None when the event is about none."""
    if each.type.startswith("document."):
        return tracing.ref(each.data["Kind"], each.data["MintsoftId"])
    return tracing.imported(each.data["XeroId"]) if "XeroId" in each.data else None


def _message(each: outbox.Unpublished) -> Message:
    kind = outgoing(each.type)
    assert kind is not None, f"{each.type} is in the outbox and not in the catalogue"
    return encode(
        each.type,
        account=each.account,
        subject=each.subject,
        data=kind.model.model_validate(each.data),
        id=str(each.event_id),
        time=each.occurred_at,
        traceparent=each.traceparent,
    )

"""Parked messages published again: as they came, or with what somebody has mended.

Whether a message can be read is decided before anything happens, by the very code of the ingress.
Publishing comes first and is written down afterwards, so that nothing is marked as done that was
not; who dies in between leaves a message that is published twice, and the inbox takes it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg_pool import ConnectionPool

from events.envelope import Message, Unreadable, decode
from events.topology import INGRESS, is_bound
from schemas.catalogue import MINTSOFT_EVENTS
from workers.entrance import Publish
from workers.store import parked
from workers.store.parked import Parked

BROKERS_OWN = ("x-death", "x-delivery-count", "x-first-death", "x-last-death")
"""Beginnings of headers that RabbitMQ adds itself and counts anew."""

STRAIGHT = ""
"""AMQP's exchange that leads to every queue by its name."""

MOST = 1000
"""Messages that are replayed at once: their bodies are in memory together."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody has changed of a message; None: as it came."""

    routing_key: str | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Messages that can be read now, and those that still can't, each with what is wrong."""

    readable: list[Parked]
    unreadable: list[tuple[Parked, str]]


AS_IT_CAME = Edit()


def message_of(found: Parked, edit: Edit = AS_IT_CAME) -> Message:
    """Return the message as it came, or as it was edited.

    One whose key ``mintsoft.events`` does not know, as it came by an exchange of its publisher's,
    goes straight to the queue.
    """
    headers = {
        name: value
        for name, value in found.headers.items()
        if value is not None and not name.startswith(BROKERS_OWN)
    }
    key = found.routing_key if edit.routing_key is None else edit.routing_key
    exchange, key = (MINTSOFT_EVENTS, key) if is_bound(key) else (STRAIGHT, INGRESS)
    return Message(
        exchange,
        key,
        found.body if edit.body is None else edit.body,
        found.content_type or "",
        headers=headers,
    )


def problem(found: Parked, edit: Edit = AS_IT_CAME) -> str | None:
    """Return why a message could not be read, naming the field; None when it could."""
    message = message_of(found, edit)
    try:
        decode(message.body, message.headers, message.content_type, message.routing_key)
    except Unreadable as error:
        return error.message
    return None


def checked(found: Sequence[Parked]) -> Checked:
    """Return which messages can be read as they came: the reader may have learnt since."""
    problems = [(each, problem(each)) for each in found]
    return Checked(
        [each for each, why in problems if why is None],
        [(each, why) for each, why in problems if why is not None],
    )


def replay(
    pool: ConnectionPool,
    publish: Publish,
    found: Sequence[Parked],
    who: str,
    edit: Edit = AS_IT_CAME,
) -> None:
    """Publish messages again and write down who did; an *edit* is for one message.

    Raises NotConfirmed; then nothing is written down.
    """
    publish([message_of(each, edit) for each in found])
    with pool.connection() as conn:
        ids = [each.id for each in found]
        parked.replayed(conn, ids, who, routing_key=edit.routing_key, body=edit.body)

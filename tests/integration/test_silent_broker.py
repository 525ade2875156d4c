"""A broker that takes connections and says nothing: publishers give up, or go elsewhere."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from events.egress import NotConfirmed, Publisher
from events.envelope import STRUCTURED, Message
from events.topology import INGRESS
from schemas.catalogue import MINTSOFT_EVENTS
from tests.support.processes import depth, prepare_broker

MESSAGE = Message(MINTSOFT_EVENTS, "order.dispatched.v1", b"{}", STRUCTURED)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a broker that stands still: the system takes connections for it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"amqp://guest:guest@127.0.0.1:{server.getsockname()[1]}/%2F"


def test_a_publisher_gives_up_on_a_silent_broker(silent: str) -> None:
    """It raises what whoever publishes expects, though the connection was still being made."""
    with (
        closing(Publisher(silent, timeout=0.3)) as publisher,
        pytest.raises(NotConfirmed, match=r"(?i)time-?out"),
    ):
        publisher.publish_batch([MESSAGE])


def test_a_publisher_leaves_a_silent_node_for_another(silent: str, amqp_url: str) -> None:
    """Whichever node its turn begins with, the message is confirmed."""
    prepare_broker(amqp_url)
    hasty = f"{silent}?stack_timeout=0.3"
    for _ in range(2):
        with closing(Publisher(f"{hasty},{amqp_url}", timeout=20)) as publisher:
            publisher.publish_batch([MESSAGE])
    assert depth(amqp_url, INGRESS) == 2

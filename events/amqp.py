"""How every connection to RabbitMQ is opened: named, so that operators know whose it is, and at a
node that answers.

Invariant: with the addresses of several nodes, each connection tries all of them, and begins with
another node than the one before it. So a node that is down, or takes connections and then serves
nobody (it may be cut off from the others), costs one try, and connections spread over the nodes
without anybody who deals them out. A process begins at a place of its own, by its number.

Whatever pika raises while it connects is told as an :class:`AMQPError`: of TLS, and of a name that
nobody knows, it raises plain errors of the operating system, which would end a process that is to
outlive a broker whose certificate has run out.
"""

import math
import os
from collections.abc import Sequence
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pika import BlockingConnection
from pika.exceptions import AMQPError, IncompatibleProtocolError

from events import tls
from events.addresses import addresses

BLOCKED_SECONDS = 60
"""A broker short of memory or disk stops publishers; after so long we give up and say so."""

SILENT_SECONDS = 20
"""Between heartbeats of a connection that is read all the time: a node that stands still, or
vanished without a word, is left after 25 to 50 s; RabbitMQ's own 60 take up to 130. Connections
that rest between two uses keep those, as the broker would end them the sooner."""

TRY_SECONDS = 5
"""For reaching one of several nodes; twice as long until it has let us in."""


class Unreachable(AMQPError):  # type: ignore[misc]  # noqa: N818  pika is untyped; its own words
    """No connection to the broker; says why."""


class Nodes:
    """The nodes that *url* names; safe for threads. Raises ValueError as :func:`parameters`.

    Where they have to be tried *within* so many seconds, each has its share of them. *heartbeat* is
    in seconds, the broker's own where it is None; what an address says of it comes first.
    """

    def __init__(
        self, url: str, role: str, within: float | None = None, heartbeat: int | None = None
    ) -> None:
        found = addresses(url)
        self._nodes = [_parameters(each, role) for each in found] or [_parameters(url, role)]
        for node in self._nodes:
            node.heartbeat = heartbeat if node.heartbeat is None else node.heartbeat
        if len(found) > 1:
            for address, node in zip(found, self._nodes, strict=True):
                _hurry(node, address)
        share = within / len(self._nodes) if within else math.inf
        for node in self._nodes:
            node.socket_timeout = min(node.socket_timeout, share)
            node.stack_timeout = min(node.stack_timeout, share)
        self._turns = count(os.getpid())

    def turn(self) -> list[Any]:
        """Return every node once, beginning with the one after the last turn's first."""
        first = next(self._turns) % len(self._nodes)
        return [*self._nodes[first:], *self._nodes[:first]]

    def connect(self) -> Any:
        """Return a connection to the first that answers. Raises pika's AMQPError."""
        return connect(self.turn())


def parameters(url: str, role: str) -> list[Any]:
    """Return pika's parameters for each node that *url* names (``amqp://`` or ``amqps://``).

    Raises ValueError when an address is of another kind.
    """
    return Nodes(url, role).turn()


def _parameters(url: str, role: str) -> Any:
    found = tls.node(url)
    found.client_properties = {"connection_name": f"mintsoft-xero {role}"}
    found.blocked_connection_timeout = BLOCKED_SECONDS
    return found


def _hurry(node: Any, url: str) -> None:
    """Leave a node that does not answer for the next, unless its address says how long to wait."""
    if not _states(url, "socket_timeout"):
        node.socket_timeout = TRY_SECONDS
    if not _states(url, "stack_timeout"):
        node.stack_timeout = 2 * TRY_SECONDS


def _states(url: str, name: str) -> bool:
    return name in parse_qs(urlsplit(url).query)


def connect(nodes: Sequence[Any]) -> Any:
    """Return a connection to the first that answers, by pika's parameters. Raises AMQPError."""
    try:
        return BlockingConnection(nodes)
    except (OSError, IncompatibleProtocolError) as error:
        hosts = ", ".join(node.host for node in nodes)
        raise Unreachable(f"{hosts}: {tls.trouble(error)}") from error


def hang_up(connection: Any) -> None:
    """Close *connection*, if there is one; one that is broken already is closed, too."""
    if connection is None:
        return
    try:
        connection.close()
    except AMQPError:
        return

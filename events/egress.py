"""Publishes with confirms, a whole batch in flight at a time.

Invariant: :meth:`Publisher.publish_batch` returns only when the broker has taken over every
message, or raises :class:`NotConfirmed` naming those it may not have. After a lost connection
the unconfirmed ones are published once more, so a consumer may see one twice (same id).

pika's BlockingChannel waits for each confirm before the next message; this drives the public
SelectConnection from the calling thread instead. A message to ``xero.events`` may have no
listener; any other must reach a queue.
"""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from pika import BasicProperties, DeliveryMode, SelectConnection
from pika.adapters.select_connection import IOLoop
from pika.exceptions import AMQPError

from events import tls
from events.amqp import Nodes
from events.envelope import Message
from schemas.catalogue import XERO_EVENTS

TIMEOUT_SECONDS = 30.0
"""For connecting and for the confirms of one batch; a healthy broker needs milliseconds."""

CLOSE_SECONDS = 2.0
"""For a polite good-bye; nothing depends on it."""

ATTEMPTS = 2
"""A connection that was idle is found dead only by using it: the second attempt has a new one."""


class NotConfirmed(Exception):  # noqa: N818  named after the promise that could not be kept
    """The broker has not taken over these messages."""

    def __init__(self, messages: Sequence[Message], reason: str) -> None:
        super().__init__(
            f"{len(messages)} messages are not confirmed by RabbitMQ ({reason}); "
            "they can be published again"
        )
        self.messages = tuple(messages)
        self.reason = reason


class Publisher:
    """A publisher that connects at first use; it belongs to one thread at a time."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._nodes = Nodes(url, "publisher", within=timeout)
        self._timeout = timeout
        self._link: _Link | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def publish_batch(self, messages: Sequence[Message]) -> None:
        """Publish *messages* and wait until all are confirmed. Raises NotConfirmed."""
        open_ones = dict(enumerate(messages))
        reason = ""
        for _ in range(ATTEMPTS):
            if not open_ones:
                return
            refused, open_ones, reason = self._attempt(open_ones)
            if refused:
                raise NotConfirmed([*refused.values(), *open_ones.values()], reason)
        if open_ones:
            raise NotConfirmed(list(open_ones.values()), reason)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def _attempt(
        self, messages: Mapping[int, Message]
    ) -> tuple[dict[int, Message], dict[int, Message], str]:
        """Return what the broker refused, what it did not answer for, and why."""
        try:
            link = self._link = self._link or _Link(self._nodes.turn(), self._timeout)
        except AMQPError as error:
            return {}, dict(messages), tls.trouble(error)
        refused, unanswered = link.publish(messages, self._timeout)
        if link.lost:
            self.close()
        return _chosen(messages, refused), _chosen(messages, unanswered), link.reason


def _chosen(messages: Mapping[int, Message], positions: set[int]) -> dict[int, Message]:
    return {position: messages[position] for position in sorted(positions)}


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _last(failure: Any) -> str:
    """Say why the last node that was tried could not be reached, where pika tells."""
    return tls.trouble(failure) if isinstance(failure, BaseException) else "given up connecting"


class _Link:
    """One connection and its channel in confirm mode, driven until what is awaited is there."""

    def __init__(self, nodes: Sequence[Any], timeout: float) -> None:
        self.reason = ""
        self.lost = False
        self._loop: Any = IOLoop()
        self._channel: Any = None
        self._closed = False
        self._driving = False
        self._awaited: Callable[[], bool] = lambda: False
        self._published = 0
        self._position_of: dict[int, int] = {}
        self._refused: set[int] = set()
        self._batch: Mapping[int, Message] = {}
        self._connection: Any = None
        SelectConnection.create_connection(nodes, on_done=self._connected, custom_ioloop=self._loop)
        self._drive(lambda: self.lost or self._channel is not None, timeout + CLOSE_SECONDS)
        if self._channel is None:
            self.close()
            raise AMQPError(self.reason)

    def publish(self, messages: Mapping[int, Message], timeout: float) -> tuple[set[int], set[int]]:
        """Return the positions that were refused and those that stayed unanswered."""
        self.reason = ""
        self._refused, self._batch, self._position_of = set(), messages, {}
        try:
            for position, message in messages.items():
                self._send(position, message)
        except AMQPError as error:
            self._fail(_words(error))
            return set(), set(messages)
        self._drive(lambda: self.lost or not self._position_of, timeout)
        unanswered = set(self._position_of.values()) - self._refused
        return self._refused, unanswered

    def close(self) -> None:
        """End the connection and free its sockets.

        One that is still being made ends by its own time-out: pika can't be told to give it up.
        """
        if self._connection and not (self._connection.is_closed or self._connection.is_closing):
            self._connection.close()
        self._drive(lambda: self._closed, CLOSE_SECONDS)
        self._loop.close()

    def _send(self, position: int, message: Message) -> None:
        self._channel.basic_publish(
            message.exchange,
            message.routing_key,
            message.body,
            BasicProperties(
                content_type=message.content_type,
                delivery_mode=DeliveryMode.Persistent,
                message_id=message.message_id,
                headers=dict(message.headers) or None,
            ),
            mandatory=message.exchange != XERO_EVENTS,
        )
        self._published += 1
        self._position_of[self._published] = position

    def _drive(self, awaited: Callable[[], bool], timeout: float) -> None:
        """Let pika work until *awaited* is true, or say after *timeout* seconds that it is not."""
        if awaited():
            return
        self._awaited = awaited
        timer = self._loop.call_later(timeout, lambda: self._on_timeout(timeout))
        self._driving = True
        self._loop.start()
        self._driving = False
        self._loop.remove_timeout(timer)

    def _on_timeout(self, timeout: float) -> None:
        self._fail(f"no answer in {timeout:g} s")
        self._pause()

    def _fail(self, reason: str) -> None:
        self.lost = True
        self.reason = self.reason or reason
        self._check()

    def _check(self) -> None:
        if self._awaited():
            self._pause()

    def _pause(self) -> None:
        if self._driving:  # a loop told to stop while it rests would not start again
            self._loop.stop()

    def _connected(self, found: Any) -> None:
        """Go on with the connection to a node, or give up: pika has tried them all."""
        if not isinstance(found, SelectConnection):
            self._on_end(None, _last(found))
            return
        self._connection = found
        found.add_on_close_callback(self._on_end)
        found.channel(on_open_callback=self._opened)

    def _opened(self, channel: Any) -> None:
        channel.add_on_close_callback(lambda _channel, error: self._fail(_words(error)))
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirm, callback=lambda _frame: self._on_ready(channel))

    def _on_ready(self, channel: Any) -> None:
        self._channel = channel
        self._check()

    def _on_end(self, _connection: Any, error: BaseException | str) -> None:
        self._closed = True
        self._fail(tls.trouble(error) if isinstance(error, BaseException) else error)

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        tags = [method.delivery_tag]
        if method.multiple:
            tags = [tag for tag in self._position_of if tag <= method.delivery_tag]
        for tag in tags:
            position = self._position_of.pop(tag)
            if method.NAME == "Basic.Nack":
                self._refuse(position, "the broker refused it")
        self._check()

    def _on_return(self, _channel: Any, method: Any, _properties: Any, body: bytes) -> None:
        for position, message in self._batch.items():
            same = message.body == body and message.routing_key == method.routing_key
            if same and position not in self._refused:
                self._refuse(position, f"{method.reply_text}: {method.routing_key}")
                return

    def _refuse(self, position: int, reason: str) -> None:
        self._refused.add(position)
        self.reason = self.reason or reason

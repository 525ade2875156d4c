"""The line to RabbitMQ: an AMQP URL whose connections a test can cut."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from tests.support.line import Line, tcp


class Wire(Line):
    """A :class:`Line` with the ``url`` that leads through it."""

    def __init__(self, amqp_url: str) -> None:
        parts = urlsplit(amqp_url)
        super().__init__(tcp(str(parts.hostname), int(parts.port or 5672)))
        host = f"127.0.0.1:{self.port}"
        account = parts.netloc.rpartition("@")[0]
        self.url = urlunsplit(parts._replace(netloc=f"{account}@{host}" if account else host))

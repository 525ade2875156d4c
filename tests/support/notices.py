"""Where notices arrive in tests: a real mail server, and a web hook that notes what it gets."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP

from tests.simulators.serving import listening_socket


@dataclass
class Post:
    """A mail server with its letters. ``refuses``: it is in trouble (451). ``leaves_badly``: it
    answers a farewell with an error."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: bool = False
    leaves_badly: bool = False

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        return "421 no time" if self.leaves_badly else "221 Bye"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return "451 try later secret@customer.example"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 fine"


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, at_once: bool = False) -> Iterator[Post]:
    """A mail server on a free port, which offers *tls*, or speaks it *at_once*."""
    post = Post()
    listening = listening_socket()
    post.port = listening.getsockname()[1]
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        server = await loop.create_server(
            lambda: SMTP(post, hostname="mail", loop=loop, tls_context=None if at_once else tls),
            sock=listening,
            ssl=tls if at_once else None,
        )
        async with server:
            await stop.wait()

    # All of it in a thread of its own: a test process may have a browser's loop in this one.
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        yield post
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@contextmanager
def endless_mail_server(*, tls: bool = False) -> Iterator[int]:
    """A port where a mail server's greeting, or TLS's handshake, goes on and never ends."""
    with closing(listening_socket()) as listening:
        thread = threading.Thread(target=_greet, args=(listening, tls))
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


A_LONG_HELLO = b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc"
"""The head of a TLS record of 16 KiB, and of a server's hello that fills it."""


def _greet(listening: socket.socket, tls: bool) -> None:
    caller, _ = listening.accept()
    with caller, suppress(OSError):  # the caller has had enough
        if tls:
            caller.sendall(A_LONG_HELLO)
        while True:
            caller.sendall(b"\x03" if tls else b"220-welcome\r\n")
            time.sleep(0.01)


@dataclass
class Board:
    """A web hook with what was posted to it, as (path, content type, body)."""

    url: str = ""
    posted: list[tuple[str, str, bytes]] = field(default_factory=list)
    status: int = 200


@contextmanager
def board() -> Iterator[Board]:
    """A web hook on a free port."""
    found = Board()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.posted.append((self.path, self.headers["Content-Type"], body))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/services/T0/hidden-4Kq"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

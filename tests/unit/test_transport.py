"""Addresses as the transport takes them apart, and answers that it does not take."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from workers.transport import LARGEST_ANSWER, NoAnswer, Transport, parted, with_query

XERO = "https://api.xero.com"
CASES = [
    (f"{XERO}/api.xro/2.0/Invoices", XERO, "/api.xro/2.0/Invoices"),
    ("http://127.0.0.1:8000/a?b=/c", "http://127.0.0.1:8000", "/a?b=/c"),
    (XERO, XERO, "/"),
]


@pytest.mark.parametrize(("url", "host", "target"), CASES)
def test_parted(url: str, host: str, target: str) -> None:
    """The connection is by scheme and host; all behind is asked of it."""
    assert parted(url) == (host, target)


def test_a_query_is_escaped() -> None:
    """What a tag or a number contains can't become another parameter."""
    query = [("tag", "a&b=c/é"), ("yes", True)]
    assert with_query("/Tag", query) == "/Tag?tag=a%26b%3Dc%2F%C3%A9&yes=true"


ANSWERS = {
    "/small": gzip.compress(b"x" * 1000),
    "/bomb": gzip.compress(b"0" * (LARGEST_ANSWER + 1)),
    "/elsewhere": b"",
}


class Hostile(BaseHTTPRequestHandler):
    """Answers with what unpacks to any size, and leads elsewhere; counts its connections."""

    protocol_version = "HTTP/1.1"
    connections: set[tuple[str, int]]

    def do_GET(self) -> None:
        self.connections.add(self.client_address)
        body = ANSWERS[self.path]
        self.send_response(302 if self.path == "/elsewhere" else 200)
        self.send_header("Location", "http://169.254.169.254/latest/meta-data")
        self.send_header("Content-Encoding", "gzip" if body else "identity")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hostile() -> Iterator[tuple[str, set[tuple[str, int]]]]:
    connections: set[tuple[str, int]] = set()
    handler = type("Handler", (Hostile,), {"connections": connections})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", connections
    server.shutdown()
    server.server_close()


def test_an_answer_that_unpacks_to_any_size_is_given_up(
    hostile: tuple[str, set[tuple[str, int]]],
) -> None:
    """A few kilobytes don't take the memory of a worker; what was asked may have been done."""
    url, _ = hostile
    transport = Transport()
    with pytest.raises(NoAnswer, match="more than 67108864 bytes") as gone:
        transport.send("GET", f"{url}/bomb")
    assert gone.value.sent
    assert len(transport.send("GET", f"{url}/small").body) == 1000
    transport.close()


def test_one_connection_serves_many_requests_and_nobody_is_led_elsewhere(
    hostile: tuple[str, set[tuple[str, int]]],
) -> None:
    """Kept alive after each whole answer; a redirect into the inner network is only an answer."""
    url, connections = hostile
    transport = Transport()
    for _ in range(5):
        assert transport.send("GET", f"{url}/small").status == 200
    assert transport.send("GET", f"{url}/elsewhere").status == 302
    assert len(connections) == 1
    assert transport.traffic.bytes_in == 5 * len(ANSWERS["/small"])
    transport.close()

"""What a container's health check hears."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.support.command import Command, own_logging


class Answers(BaseHTTPRequestHandler):
    """Metrics are served, the console is not ready."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/metrics" else 503)
        self.end_headers()
        self.wfile.write(b'{"lacks":"database"}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def mx(capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    with own_logging():
        yield Command(capsys)


def test_a_role_that_serves_its_metrics_is_well(
    mx: Command, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 0."""
    monkeypatch.setenv("MX_METRICS_PORT", str(port))
    assert mx("health").code == 0


def test_a_console_without_database_is_not(
    mx: Command, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1, with what it lacks."""
    monkeypatch.setenv("MX_CONSOLE_PORT", str(port))
    ran = mx("health", "--console")
    assert (ran.code, "503" in ran.err, "database" in ran.err) == (1, True, True)


def test_who_does_not_answer_is_not_well(mx: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed port, and one that nobody can know."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    monkeypatch.setenv("MX_METRICS_PORT", str(closed))
    assert "no answer" in mx("health").err
    monkeypatch.setenv("MX_METRICS_PORT", "0")
    assert "MX_METRICS_PORT is 0" in mx("health").err

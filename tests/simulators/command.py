"""The command line that both simulators share, and how a simulator process ends."""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from starlette.types import ASGIApp

from tests.simulators.serving import base_url, listening_socket, server_for

RECORDINGS = "MX_TEST_RECORDINGS"

AppFactory = Callable[[Path | None], ASGIApp]


def run(name: str, create: AppFactory, arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM, SIGINT or, with --die-with-parent, the end of standard input."""
    options = _parser(name).parse_args(arguments)
    server = server_for(create(options.record))
    listener = listening_socket(options.port)
    announce(base_url(listener), options.port_file)
    if options.die_with_parent:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    server.run([listener])


def announce(url: str, port_file: Path | None) -> None:
    """Say where the simulator listens; the port file appears whole or not at all."""
    if port_file:
        draft = port_file.with_name(port_file.name + ".tmp")
        draft.write_text(url.rsplit(":", 1)[1])
        draft.replace(port_file)
    sys.stdout.write(json.dumps({"url": url}) + "\n")
    sys.stdout.flush()


def _end_with_stdin() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _path_from_environment() -> Path | None:
    folder = os.environ.get(RECORDINGS)
    return Path(folder) if folder else None


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m tests.simulators.{name}")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 picks a free one")
    parser.add_argument("--port-file", type=Path, help="file to write the port number to")
    parser.add_argument(
        "--record",
        type=Path,
        default=_path_from_environment(),
        help=f"folder for recorded exchanges (JSONL); default ${RECORDINGS}",
    )
    parser.add_argument(
        "--die-with-parent", action="store_true", help="end when standard input reaches its end"
    )
    return parser

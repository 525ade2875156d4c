"""`python -m deploy.local up` runs the engine; `ensure-rabbitmq`,
`ensure-chromium`, `ensure-prometheus`, `ensure-node`, `ensure-pgbouncer` install what tests need.

The parent holds the engine's standard input: when the parent ends, however it ends, the pipe
closes and the engine ends too. Standard output carries JSON lines only: first where everything
is, then one for each command read from standard input (`kill postgres`, `start rabbitmq`, ...).
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from deploy.local import install
from deploy.local.engine import LocalEngine, default_state_dir
from deploy.local.processes import EngineError

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LOOK = 1.0  # seconds between two looks at whether the parent and the servers are still there


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when it ended as asked, 1 when something failed, 2 for wrong usage."""
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command == "ensure-rabbitmq":
            install.ensure_rabbitmq()
        elif chosen.command == "ensure-chromium":
            install.ensure_chromium()
        elif chosen.command == "ensure-prometheus":
            install.ensure_prometheus()
        elif chosen.command == "ensure-node":
            install.ensure_node()
        elif chosen.command == "ensure-pgbouncer":
            install.ensure_pgbouncer()
        else:
            up(chosen.state_dir, fast=chosen.fast, fresh=chosen.fresh)
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("up", help="run PostgreSQL and RabbitMQ until stdin closes")
    start.add_argument("--state-dir", type=Path, default=default_state_dir())
    start.add_argument("--fresh", action="store_true", help="forget the data of earlier runs")
    start.add_argument("--fast", action="store_true", help="for tests: no fsync")
    commands.add_parser("ensure-rabbitmq", help="install RabbitMQ if it is missing")
    commands.add_parser("ensure-chromium", help="install Chromium if it is missing")
    commands.add_parser("ensure-prometheus", help="unpack Prometheus if it is missing")
    commands.add_parser("ensure-node", help="install Node and npm if they are missing")
    commands.add_parser("ensure-pgbouncer", help="install pgbouncer if it is missing")
    return parser


def up(state: Path, *, fast: bool, fresh: bool) -> None:
    """Run the engine until a signal, the end of standard input or the parent's death."""
    for number in ENDING:
        signal.signal(number, _leave)
    engine = LocalEngine(state.absolute(), fast=fast, fresh=fresh)
    try:
        try:
            _serve(engine)
        finally:
            _ignore_signals()
    finally:  # a signal between the two is the last one: nothing interrupts the ending
        engine.stop()


def _serve(engine: LocalEngine) -> None:
    engine.start()
    _say(engine.describe())
    for line in _commands():
        _obey(engine, line)


def _leave(_number: int, _frame: FrameType | None) -> None:
    _ignore_signals()
    raise SystemExit(0)


def _ignore_signals() -> None:
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def _say(answer: dict[str, str | None]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _obey(engine: LocalEngine, line: str) -> None:
    verb, _, name = line.strip().partition(" ")
    try:
        engine.obey(verb, name)
    except EngineError as error:
        _say({"error": str(error)})
    else:
        _say({"done": line.strip()})


def _commands() -> Iterator[str]:
    """The lines of standard input, until it ends or the parent is gone."""
    parent, pending = os.getppid(), b""
    sources = [sys.stdin.fileno()] if _has_writer() else []
    while os.getppid() == parent:
        readable, _, _ = select.select(sources, [], [], LOOK)
        if not readable:
            continue
        piece = os.read(readable[0], 4096)
        if not piece:
            return
        *lines, pending = (pending + piece).split(b"\n")
        yield from (line.decode() for line in lines)


def _has_writer() -> bool:
    """False for /dev/null, which is at its end from the start: then only signals count."""
    return os.isatty(0) or not stat.S_ISCHR(os.fstat(0).st_mode)


if __name__ == "__main__":
    sys.exit(main())

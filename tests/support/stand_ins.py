"""Programs of a machine that tests can't have, under their own names, on a private engine.

``python -m tests.support.stand_ins NAME ARGUMENT ...``: PostgreSQL's and RabbitMQ's own clients
speak to the servers that the environment names (DATABASE_URL, MANAGEMENT_URL); systemctl starts and
ends the units of deploy/systemd as processes, with the files of settings that the unit names.
Weakness: only the options that the manual uses are known; any other ends with an error.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import psycopg
from psycopg import sql

from tests.support.databases import named

UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "mintsoft-xero@.service"
NAMES = ("runuser", "createdb", "psql", "rabbitmqctl", "systemctl", "editor")
STOP_SECONDS = 40
"""TimeoutStopSec of the unit."""


def main(name: str, arguments: list[str]) -> None:
    """Do what the program of this name would do."""
    programs: dict[str, Callable[..., None]] = {
        "runuser": runuser,
        "createdb": createdb,
        "psql": psql,
        "rabbitmqctl": rabbitmqctl,
        "systemctl": systemctl,
        "editor": editor,
    }
    programs[name](*arguments)


def runuser(_u: str, _user: str, _end: str, *command: str) -> None:
    """Trust stands for the system's users: run the command."""
    os.execvp(command[0], command)  # noqa: S606 - that is what runuser does


def createdb(name: str) -> None:
    """Make a database."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as conn:
        conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def psql(_v: str, _stop: str, _d: str, database: str, *rest: str) -> None:
    """Run what ``-c`` says, then standard input."""
    statements = [rest[at + 1] for at, each in enumerate(rest) if each == "-c"]
    assert rest[-2:] == ("-f", "-"), rest
    with psycopg.connect(named(os.environ["DATABASE_URL"], database), autocommit=True) as conn:
        for each in (*statements, sys.stdin.read()):
            conn.execute(each.encode())


def rabbitmqctl(verb: str, file: str) -> None:
    """Load definitions."""
    assert verb == "import_definitions", verb
    with httpx.Client(base_url=os.environ["MANAGEMENT_URL"], timeout=60) as api:
        api.post("/api/definitions", json=json.loads(Path(file).read_text())).raise_for_status()


def editor(file: str) -> None:
    """Write what a person would write."""
    with Path(file).open("a", encoding="utf-8") as opened:
        opened.write(os.environ["WRITTEN_BY_HAND"])


def systemctl(verb: str, *units: str) -> None:
    """Start or restart instances; their process ids are kept in $UNITS."""
    state = Path(os.environ["UNITS"])
    act: dict[str, Callable[[], None]] = {
        "enable": lambda: _start(state, [each.partition("@")[2] for each in units[1:]]),
        "restart": lambda: _restart(state),
    }
    act[verb]()


def _start(state: Path, roles: list[str]) -> None:
    for role in roles:
        unit = os.environ["MACHINE"].join(re.split("(?<=[= -])(?=/(?:etc|opt)/)", UNIT.read_text()))
        unit = unit.replace("%i", role)
        settings = os.environ.copy()
        for name in re.findall(r"^EnvironmentFile=-?(.+)$", unit, re.M):
            settings |= _settings(Path(name))
        command = shlex.split(re.findall(r"^ExecStart=(.+)$", unit, re.M)[0])
        with (state / f"{role}.log").open("ab") as log:
            started = subprocess.Popen(
                command, env=settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/"
            )
        (state / f"{role}.pid").write_text(str(started.pid))


def _settings(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def _restart(state: Path) -> None:
    files = sorted(state.glob("*.pid"))
    for file in files:
        stop(int(file.read_text()))
    _start(state, [each.stem for each in files])


def stop(pid: int) -> None:
    """End a unit as systemd does: SIGTERM, and SIGKILL for all of it when the time is over."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        process.send_signal(signal.SIGTERM)
    except psutil.NoSuchProcess:
        return
    deadline = time.monotonic() + STOP_SECONDS
    psutil.wait_procs([process], timeout=deadline - time.monotonic())
    for each in family:
        if each.is_running():
            each.kill()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

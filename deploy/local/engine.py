"""Both servers as one: started side by side, ended together, one engine for a state directory.

The lock on the state directory is the operating system's: it goes with the process that holds it,
so a killed engine never locks its successor out, and a running one is never ended by a second.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path
from typing import IO, Protocol

from deploy.local import containers, processes, rabbitmq
from deploy.local.postgres import Postgres
from deploy.local.processes import EngineError


class Broker(Protocol):
    """A RabbitMQ, from the machine's packages or in a container."""

    @property
    def url(self) -> str: ...
    @property
    def management_url(self) -> str: ...
    def prepare(self, *, fresh: bool) -> None: ...
    def launch(self) -> None: ...
    def wait(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def close(self) -> None: ...
    def alive(self) -> bool: ...


def default_state_dir() -> Path:
    """One for each user: short (sockets have short paths) and beside no other project's files."""
    return Path(tempfile.gettempdir()) / f"mintsoft-xero-{os.geteuid()}"


def find_broker(state: Path, *, fast: bool) -> Broker | None:
    """A node of the installed RabbitMQ, else a container if its image is here, else None."""
    executable = rabbitmq.server()
    if executable:
        return rabbitmq.Rabbitmq(state, executable, fast=fast)
    return containers.RabbitmqContainer(state) if containers.has_image() else None


class LocalEngine:
    """PostgreSQL and, where there is one, RabbitMQ; `start`, use, `stop`."""

    def __init__(self, state: Path, *, fast: bool = False, fresh: bool = False) -> None:
        self.state = state
        self.fresh = fresh
        self.lock = _claim(state)
        self.postgres = Postgres(state, fast=fast)
        self.broker = find_broker(state, fast=fast)

    def start(self) -> None:
        """Return when both answer. RabbitMQ goes first: it takes ten times as long."""
        if self.broker:
            self.broker.prepare(fresh=self.fresh)
            self.broker.launch()
        self.postgres.prepare(fresh=self.fresh)
        self.postgres.launch()
        self.postgres.wait()
        if self.broker:
            self.broker.wait()

    def describe(self) -> dict[str, str | None]:
        """Where everything is, for programs."""
        return {
            "database_url": self.postgres.url,
            "amqp_url": self.broker.url if self.broker else None,
            "management_url": self.broker.management_url if self.broker else None,
            "state_dir": str(self.state),
        }

    def obey(self, verb: str, name: str) -> None:
        """Carry out stop, kill or start on one server; EngineError for anything else."""
        server = {"postgres": self.postgres, "rabbitmq": self.broker}.get(name)
        if server is None or verb not in {"stop", "kill", "start"}:
            raise EngineError(
                f"Unknown command {verb} {name}: say stop, kill or start, and postgres or"
                " rabbitmq (if this engine has one)."
            )
        if verb == "start":
            server.launch()
            server.wait()
        elif verb == "stop":
            server.stop()
        else:
            server.kill()

    def stop(self) -> None:
        """End both and all their processes, then let the state directory go."""
        try:
            self.postgres.stop()
        finally:
            if self.broker:
                self.broker.close()
            self.lock.close()


def _claim(state: Path) -> IO[str]:
    """Make the state directory ours alone and lock it."""
    _make_private(state)
    lock = (state / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise EngineError(
            f"Another engine is running in {state}: end it, or choose another --state-dir."
        ) from None
    return lock


def _make_private(state: Path) -> None:
    """Nobody else may look in; PostgreSQL's user may pass through. No other folder is changed."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = state.lstat()
    if state.is_symlink() or found.st_uid != os.geteuid():
        raise EngineError(f"{state} belongs to someone else: choose another --state-dir.")
    if user := processes.ordinary_user():
        os.chown(state, os.geteuid(), user.pw_gid)
        state.chmod(0o710)
    else:
        state.chmod(0o700)

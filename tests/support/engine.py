"""The engine of one test run: its own state directory, gone with the run.

Several runs may go on side by side on a machine, so each has its own; those of runs that were
killed are swept away by the next one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.client import Engine
from deploy.local.install import REMEDY
from deploy.local.processes import EngineError

PREFIX = "mx-test-"
MEMORY = Path("/dev/shm")  # noqa: S108 - copying a database there takes 50 ms, on a disk up to 900
NEEDED_BYTES = 2 * 1024**3


def place() -> Path:
    """Where state directories are made: in memory where there is enough, else on disk."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED_BYTES
    if roomy and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return MEMORY
    return Path(tempfile.gettempdir())


def new_state_dir() -> Path:
    """An empty state directory that `sweep` finds should its owner be killed."""
    return Path(tempfile.mkdtemp(prefix=PREFIX, dir=place()))


@contextmanager
def running_engine() -> Iterator[Engine]:
    """PostgreSQL and RabbitMQ, both or an EngineError that says what to install."""
    sweep()
    state = new_state_dir()
    try:
        with Engine(state, fast=True, fresh=True) as engine:
            if engine.amqp_url is None:
                raise EngineError(REMEDY)
            yield engine
    finally:
        shutil.rmtree(state, ignore_errors=True)


def sweep() -> None:
    """Remove the state directories of earlier runs that nobody holds any more."""
    for lock in place().glob(f"{PREFIX}*/lock"):
        if _is_free(lock):
            shutil.rmtree(lock.parent, ignore_errors=True)


def _is_free(lock: Path) -> bool:
    try:
        with lock.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # locked by its run, or another user's
        return False
    return True

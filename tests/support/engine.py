"""The engine of one test run: its own state directory, gone with the run.

Several runs may go on side by side on a machine, so each has its own; those of runs that were
killed are swept away by the next one.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.client import Engine
from deploy.local.install import REMEDY
from deploy.local.processes import EngineError

PREFIX = "mx-test-"


@contextmanager
def running_engine() -> Iterator[Engine]:
    """PostgreSQL and RabbitMQ, both or an EngineError that says what to install."""
    sweep()
    state = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with Engine(state, fast=True, fresh=True) as engine:
            if engine.amqp_url is None:
                raise EngineError(REMEDY)
            yield engine
    finally:
        shutil.rmtree(state, ignore_errors=True)


def sweep() -> None:
    """Remove the state directories of earlier runs that nobody holds any more."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        if _is_free(lock):
            shutil.rmtree(lock.parent, ignore_errors=True)


def _is_free(lock: Path) -> bool:
    try:
        with lock.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # locked by its run, or another user's
        return False
    return True

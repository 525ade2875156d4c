"""Every thread of every role can have a connection to PostgreSQL without waiting for another."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from workers import scheduler
from workers.cli import pools
from workers.cli.console import POOL

WORKER = """
import json, types
from workers import app
close = next(each for each in app.broker.middleware if isinstance(each, app.CloseRuntime))
close.before_worker_boot(app.broker, types.SimpleNamespace(worker_threads={threads}))
print(json.dumps(close._runtime.pool_size))
"""


def test_each_part_of_a_role_has_a_connection() -> None:
    """The leading scheduler has its lock's session besides."""
    assert pools.of_ingress() >= pools.INGRESS_THREADS
    assert pools.of_relay() >= pools.RELAY_THREADS
    assert pools.of_scheduler() >= scheduler.THREADS + pools.LEADER


@pytest.mark.parametrize("threads", [1, 8, 64])
def test_all_in_one_process_have_as_many_as_apart(threads: int) -> None:
    """`run` has them all, and the console's."""
    beside = scheduler.THREADS + pools.LEADER + pools.INGRESS_THREADS + pools.RELAY_THREADS
    assert pools.of_run(threads) >= threads + beside + POOL


@pytest.mark.parametrize("threads", [8, 64])
def test_a_worker_has_one_for_each_thread(threads: int) -> None:
    """Dramatiq says how many threads there are before any of them runs."""
    answer = subprocess.run(
        [sys.executable, "-c", WORKER.format(threads=threads)],
        env={"MX_AMQP_URL": "memory://", "MX_DATABASE_URL": "postgresql://nowhere/none"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(answer.stdout) >= threads

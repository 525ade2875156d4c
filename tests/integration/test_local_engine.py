"""The local engine starts, answers, obeys, and never outlives whoever asked for it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pika
import psutil
import psycopg
import pytest

from deploy.local.client import ROOT, Engine
from deploy.local.processes import EngineError
from tests.support.engine import new_state_dir

PATIENCE = 30.0  # seconds until what must happen has failed to happen
UP = [sys.executable, "-m", "deploy.local", "up", "--fast", "--state-dir"]
SERVERS = {"postgres", "beam.smp", "epmd"}
# Starts an engine as a parent would, says where it is, and then hangs.
PARENT = """
import json, signal, sys
from pathlib import Path
from deploy.local.client import Engine
with Engine(Path(sys.argv[1]), fast=True) as engine:
    where = {"database_url": engine.database_url, "amqp_url": engine.amqp_url}
    print(json.dumps(where), flush=True)
    signal.pause()
"""


@pytest.fixture
def state() -> Iterator[Path]:
    """A state directory with a path short enough for sockets, and no survivors in the end."""
    folder = new_state_dir()
    yield folder
    assert servers_of(folder) == []
    shutil.rmtree(folder)


def servers_of(state: Path) -> list[str]:
    """Names of running programs that work in this state directory or were started for it."""
    return [one.name() for one in psutil.process_iter() if str(state) in _traces(one)]


def _traces(process: psutil.Process) -> str:
    try:
        return f"{process.cwd()} {process.environ()}"
    except (psutil.Error, OSError):
        return ""


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it comes true before our patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def rows(url: str) -> list[tuple[int]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT n FROM kept ORDER BY n").fetchall()


def insert(url: str, number: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int PRIMARY KEY)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def first_line(process: subprocess.Popen[bytes]) -> dict[str, str]:
    assert process.stdout is not None
    where: dict[str, str] = json.loads(process.stdout.readline())
    return where


def greets(amqp_url: str | None) -> bool:
    connection = pika.BlockingConnection(pika.URLParameters(str(amqp_url)))
    connection.close()
    return True


@pytest.mark.chaos
def test_killed_servers_come_back_with_their_data(engine: Engine, database_url: str) -> None:
    """Both can be killed and started again at the same address; committed rows stay."""
    insert(database_url, 1)
    for server in ("postgres", "rabbitmq"):
        engine.kill(server)
        engine.start(server)
    assert rows(database_url) == [(1,)]
    assert greets(engine.amqp_url)


def test_an_unknown_server_is_refused(engine: Engine) -> None:
    """A typing error is told, and the engine goes on."""
    with pytest.raises(EngineError, match="say stop, kill or start, and postgres or rabbitmq"):
        engine.kill("mysql")


@pytest.mark.proof
@pytest.mark.chaos
def test_engine_survives_a_killed_predecessor_and_no_killed_parent(state: Path) -> None:
    """After any kill -9: the next engine ends stale servers and keeps their rows; none outlives."""
    pipe = subprocess.PIPE  # held open: its end would end the engine in peace
    with subprocess.Popen([*UP, str(state)], cwd=ROOT, stdin=pipe, stdout=pipe) as predecessor:
        insert(first_line(predecessor)["database_url"], 7)
        predecessor.kill()
    assert set(servers_of(state)) >= SERVERS

    script = [sys.executable, "-c", PARENT, str(state)]
    with subprocess.Popen(script, cwd=ROOT, stdout=pipe) as parent:
        where = first_line(parent)
        assert rows(where["database_url"]) == [(7,)]
        assert greets(where["amqp_url"])
        assert set(servers_of(state)) >= SERVERS
        parent.kill()
    assert eventually(lambda: servers_of(state) == [])


def test_a_second_engine_leaves_the_first_alone(engine: Engine) -> None:
    """A state directory in use is refused, whoever asks."""
    with pytest.raises(EngineError, match="Another engine is running"), Engine(engine.state_dir):
        pass
    assert greets(engine.amqp_url)


def test_the_path_of_the_state_directory_may_be_too_long(state: Path) -> None:
    """A socket's limit is told before the server stumbles over it."""
    deep = state / ("d" * 100)
    with pytest.raises(EngineError, match="choose a shorter --state-dir"), Engine(deep, fast=True):
        pass

"""SIGTERM ends every process within twenty seconds, whatever it waits for, and strands nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from deploy.local.postgres import SOCKET
from tests.support.children import Child, until
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.line import Line, tcp, unix
from tests.support.processes import (
    Processes,
    kill_family,
    prepare_broker,
    publish,
    settings_of,
    until_posted,
)
from tests.support.wire import Wire
from workers.deadline import FINISH_SECONDS, LEAVE_SECONDS

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240)]

PROMISED_SECONDS = 20.0
ROLES = ("ingress", "worker", "scheduler", "relay")


@dataclass
class Behind:
    """A fleet whose processes reach every server through a line."""

    fleet: Fleet
    processes: Processes
    lines: list[Line]
    amqp_url: str


@pytest.fixture
def behind(fleet: Fleet, amqp_url: str) -> Iterator[Behind]:
    """Connected and declared; no part runs yet."""
    fleet.connect()
    prepare_broker(amqp_url)
    url = fleet.runtime.settings.database_url.get_secret_value()
    [folder] = parse_qs(urlsplit(url).query)["host"]
    with ExitStack() as stack:
        wire = stack.enter_context(Wire(amqp_url))
        database = stack.enter_context(Line(unix(f"{folder}/{SOCKET}")))
        xero = stack.enter_context(Line(tcp("127.0.0.1", int(urlsplit(fleet.xero.url).port or 0))))
        own = settings_of(fleet, wire.url) | {
            "MX_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{database.port}"
            f"{urlsplit(url).path}?sslmode=disable&gssencmode=disable",
            "MX_XERO_API_URL": f"http://127.0.0.1:{xero.port}",
        }
        processes = stack.enter_context(Processes(own))
        yield Behind(fleet, processes, [wire, database, xero], amqp_url)


def end_all(parts: list[Child]) -> list[float]:
    """Tell all to end at once; return how long each took, in seconds."""
    began = time.monotonic()
    for part in parts:
        part.signal(signal.SIGTERM)
    return [(part.wait(PROMISED_SECONDS * 2), time.monotonic() - began)[1] for part in parts]


@pytest.mark.proof
def test_with_every_server_silent(behind: Behind) -> None:
    """Given calls, statements and confirms that never come back, each part leaves in time."""
    fleet, processes = behind.fleet, behind.processes
    fleet.fault(kind="slow", seconds=8, method="PUT", path="Invoices$", times=1)
    parts = [processes.start(role) for role in ROLES]
    publish(behind.amqp_url, [dispatched(order(number)) for number in range(1, 21)])
    sealed = "select id from attempts where state = 'sealed'"
    until("a batch is on its way to Xero", lambda: bool(fleet.rows(sealed)), 90)
    for line in behind.lines:
        line.hold()
    publish(behind.amqp_url, [dispatched(order(number)) for number in range(21, 31)])
    took = dict(zip(ROLES, end_all(parts), strict=True))
    for part in parts:
        processes.kill(part)  # forgets it; it has ended
    assert max(took.values()) < PROMISED_SECONDS, took
    for line in behind.lines:
        line.cut()
        line.release()
    for role in ROLES:
        processes.start(role)
    fleet.execute("update attempts set lease_until = lease_until - interval '185 s'")
    fleet.execute("update wakeups set woken_at = woken_at - interval '1 hour'")
    fleet.execute("update budget_calls set lease_until = now()")
    until_posted(fleet, processes, 30, 120)
    assert len(fleet.invoices()) == 30


def test_the_deadlines_agree() -> None:
    """Work gets most of the time, leaving comes before a supervisor's patience is over."""
    assert FINISH_SECONDS < LEAVE_SECONDS < PROMISED_SECONDS


@pytest.mark.proof
@pytest.mark.parametrize("booted", [True, False], ids=["at work", "still booting"])
def test_a_worker_does_not_outlive_dramatiqs_master(behind: Behind, booted: bool) -> None:
    """Given a master that was killed, its worker ends by itself, as no supervisor would know it."""
    part = behind.processes.start("worker")
    master = psutil.Process(part.process.pid)
    until("it has begun", lambda: bool(master.children()), 90)
    if booted:
        until("it has booted", lambda: any(_listens(each) for each in master.children()), 90)
    workers = master.children(recursive=True)
    try:
        master.kill()
        part.process.wait()
        _, alive = psutil.wait_procs(workers, timeout=3 * PROMISED_SECONDS)
        assert not alive
    finally:
        for each in workers:
            if each.is_running():
                each.kill()
        kill_family(part)


def _listens(process: psutil.Process) -> bool:
    """Whether a worker holds connections already: it has booted."""
    return bool(process.net_connections("tcp"))

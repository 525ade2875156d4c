"""The demo as a stranger runs it: to its end, interrupted, killed, and started again."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.children import Child, child, until
from tests.support.console import Browser
from tests.support.engine import new_state_dir

SMALL = ("demo", "--orders", "40", "--invoices", "8", "--warm", "100")

pytestmark = pytest.mark.timeout(240)  # three starts of an engine on a busy machine


@pytest.fixture
def state() -> Iterator[Path]:
    """The engine's own folder."""
    folder = new_state_dir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def nobody_left(family: list[psutil.Process], state: Path) -> Callable[[], bool]:
    """Whether a demo's processes, and all that work in its folder, are gone."""

    def gone() -> bool:
        working = (each for each in psutil.process_iter() if _works_in(each, state))
        return not any(map(_lives, family)) and next(working, None) is None

    return gone


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _works_in(process: psutil.Process, state: Path) -> bool:
    try:
        return any(str(state) in part for part in process.cmdline())
    except psutil.Error:
        return False


def family(running: Child) -> list[psutil.Process]:
    """All that a demo has started so far."""
    return psutil.Process(running.process.pid).children(recursive=True)


def test_everything_arrives_as_it_should(state: Path, recordings_dir: Path) -> None:
    """One JSON summary as the last line: documents, sums, calls, events, tags."""
    environment = {"MX_DEMO_STATE_DIR": str(state), "MX_TEST_RECORDINGS": str(recordings_dir)}
    with child(*SMALL, "--once", "--json", **environment) as running:
        assert running.wait(200) == 0, running.err
        found = json.loads(running.out.splitlines()[-1])
    assert found["ok"]
    assert found["problems"] == []
    assert found["broker"] == "a private RabbitMQ"
    assert found["documents"]["posted"] == 40 + 1 + 3 + 100
    assert found["documents"]["needs_attention"] == 10 + 2
    assert found["parked"] == 3
    assert found["tagged"] == 40 + 2 + 100
    assert found["events"]["document.posted.v1"] == 40 + 2 + 3 + 100
    assert found["imports"].pop("calls") <= 10
    assert found["imports"] == {
        "sales_order": {"imported": 6, "needs_attention": 4, "skipped": 1, "withdrawn": 1},
        "purchase_order": {"imported": 2, "needs_attention": 1},
    }
    assert found["events"]["order.imported.v1"] == 7
    assert found["throttled"] == 0
    assert all(each["mintsoft"] == each["xero"] for each in found["sums"])
    assert not list(state.glob("demo/*tokens*"))
    until("nothing is left", nobody_left([], state))


@pytest.mark.proof
def test_killed_it_leaves_nothing_behind_and_starts_again(state: Path) -> None:
    """kill -9 in the middle; then a whole run, ended by Ctrl-C as people do."""
    environment = {"MX_DEMO_STATE_DIR": str(state)}
    with child(*SMALL, **environment) as running:
        until("it publishes", running.said("Publishing"), 120)
        children = family(running)
        assert children
        running.signal(signal.SIGKILL)
        running.wait()
        until("nothing is left", nobody_left(children, state))
    with child(*SMALL, **environment) as running:
        until("it keeps running", running.said("keeps running"), 120)
        assert "Everything arrived as it should" in running.err
        assert "withdrawn_after_posting" in running.out
        look_at_the_console(running.err)
        children = family(running)
        running.signal(signal.SIGINT)
        assert running.wait() == 0, running.err
        until("nothing is left", nobody_left(children, state))


def look_at_the_console(told: str) -> None:
    """The demo says where its console is and who may sign in; both organisations are there."""
    said = re.search(r"Console +(\S+)/ +\(name (\S+), password (\S+)\)", told)
    assert said, told
    url, name, password = said.groups()
    browser = Browser(url)
    try:
        answer = browser.sign_in(name, password)
        assert answer.status_code == 303, answer.text
        assert browser.get("/connections").text.count("/disconnect") == 2
    finally:
        browser.client.close()


def test_interrupted_while_it_starts(state: Path) -> None:
    """Ctrl-C during the wait for the servers ends it, and them."""
    with child(*SMALL, MX_DEMO_STATE_DIR=str(state)) as running:
        until("it starts", running.said("Starting"), 60)
        until("the engine starts", lambda: any(map(_is_engine, family(running))))
        children = family(running)
        running.signal(signal.SIGINT)
        assert running.wait() == 130, running.err
        until("nothing is left", nobody_left(children, state))


def _is_engine(process: psutil.Process) -> bool:
    try:
        return "deploy.local" in process.cmdline()
    except psutil.Error:
        return False

"""The fleet in one thread, for the tests in this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.command import Command, environment, own_logging
from tests.support.fleet import Fleet, make_fleet
from tests.support.simulators import Simulator
from workers.clock import SYSTEM


@pytest.fixture
def fleet(database_url: str, xero_sim: Simulator, mintsoft_sim: Simulator) -> Iterator[Fleet]:
    """A fleet on real PostgreSQL, over HTTP against the simulators."""
    running = make_fleet(database_url, xero_sim, mintsoft_sim, SYSTEM)
    try:
        yield running
    finally:
        running.runtime.close()


@pytest.fixture
def mx(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Command]:
    """The command line on the same fleet."""
    for name, value in environment(fleet.runtime.settings).items():
        monkeypatch.setenv(name, value)
    with own_logging():
        yield Command(capsys)

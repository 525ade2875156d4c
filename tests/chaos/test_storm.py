"""The whole fleet as real processes under a short storm: nothing lost, nothing doubled.

``CHAOS_SEED`` repeats the faults of a failed run; the seed is in its output. ``make chaos`` runs
the same for as long as one likes, restarts of RabbitMQ included.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.client import Engine
from tests.chaos.nursery import Nursery
from tests.chaos.run import run
from tests.chaos.schedule import WEIGHTS, draw
from tests.chaos.world import Servers, world

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

FAULTS = 6
TOO_LONG = {
    "restart RabbitMQ",
    "late refusal",
    "repeated while the key lives",
    "kill worker's master",
    "kill worker's child",
}
"""Ten seconds each: for the long run."""


@pytest.fixture
def seed() -> int:
    """The schedule's seed, from CHAOS_SEED or new."""
    found = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))
    print(f"CHAOS_SEED={found}")  # noqa: T201  pytest shows it when the test fails
    return found


@pytest.fixture
def servers(engine: Engine, database_url: str, amqp_url: str) -> Iterator[Servers]:
    """The test run's engine: its PostgreSQL may be killed, and comes back for the others."""
    with Nursery() as nursery:
        yield Servers(engine, database_url, amqp_url, nursery)


def test_every_document_ends_as_it_must_whatever_dies(
    seed: int, servers: Servers, recordings_dir: Path
) -> None:
    """Kills at any instant and at named points, cut lines, Xero's faults, doubled events."""
    schedule = draw(seed, FAULTS, sorted(set(WEIGHTS) - TOO_LONG))
    with world(servers, recordings_dir) as place:
        result = run(place, schedule)
    assert result.violations == [], [act.kind for act in schedule.acts]

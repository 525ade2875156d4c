"""A week of hourly exports in simulated time, with workers killed around the refresh of tokens.

Three clocks move together: the fleet's, Xero's, and, by ageing rows, PostgreSQL's. A kill hits
before Xero is asked, or after its answer and before our commit; Xero then takes the old refresh
token for another 30 minutes, and that must be enough.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet, make_fleet
from tests.support.simulators import Simulator
from workers.clock import SYSTEM
from workers.store.vault import TokenSet
from workers.xero.auth import Tokens
from workers.xero.identity import Identity

HOURS = 7 * 24
MOST_IN_A_ROW = 2
"""A third kill of the same document's worker sets it aside for a person, as it should."""

PAUSE = timedelta(minutes=4)
"""Longer than the lease of whatever a killed worker held."""

MOST_TURNS = 20

AGED = (
    "update token_sets set refreshing_until = refreshing_until - %s",
    "update budget_calls set started_at = started_at - %s, lease_until = lease_until - %s",
    "update budget_calls set finished_at = finished_at - %s",
    "update budgets set blocked_until = blocked_until - %s",
)


class Killed(BaseException):
    """The worker is gone: nothing after this line was carried out."""


@dataclass
class Time:
    """The three clocks."""

    fleet: Fleet | None = None
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def passes(self, by: timedelta) -> None:
        assert self.fleet is not None
        self.ahead += by
        seconds = by.total_seconds()
        self.fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": seconds})
        self.fleet.age(by)
        self.fleet.execute_all(AGED, by)


@dataclass
class DeadlyIdentity:
    """Xero's token endpoint, at which workers die. ``kills`` counts them by their moment."""

    real: Identity
    rng: random.Random
    in_a_row: int = 0
    kills: dict[str, int] = field(default_factory=lambda: {"before": 0, "after": 0})

    def refresh(self, tokens: TokenSet) -> TokenSet:
        moment = self.rng.choice(("before", "after", "never"))
        if moment == "never" or self.in_a_row == MOST_IN_A_ROW:
            self.in_a_row = 0
            return self.real.refresh(tokens)
        self.in_a_row += 1
        self.kills[moment] += 1
        if moment == "after":
            self.real.refresh(tokens)
        raise Killed

    def revoke(self, tokens: TokenSet) -> None:
        self.real.revoke(tokens)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def fleet(
    database_url: str, xero_sim: Simulator, mintsoft_sim: Simulator, time: Time
) -> Iterator[Fleet]:
    running = make_fleet(database_url, xero_sim, mintsoft_sim, replace(SYSTEM, now=time.now))
    time.fleet = running
    try:
        yield running
    finally:
        running.runtime.close()


def deadly(fleet: Fleet, seed: int) -> DeadlyIdentity:
    """Have the fleet's workers die at the token endpoint."""
    runtime = fleet.runtime
    settings = runtime.settings
    real = Identity(
        runtime.transport,
        settings.xero_identity_url,
        settings.xero_client_id,
        settings.xero_client_secret,
        runtime.clock,
    )
    identity = DeadlyIdentity(real, random.Random(seed))
    runtime.parts["tokens"] = Tokens(
        runtime.pool,
        settings.fernet,
        identity,  # type: ignore[arg-type]  # the same two methods
        runtime.clock,
    )
    return identity


def work(fleet: Fleet, time: Time) -> None:
    """Work until nothing waits; who is killed leaves a lease, another comes minutes later."""
    for _ in range(MOST_TURNS):
        try:
            fleet.drain()
        except Killed:
            fleet.execute(
                "update token_sets set refreshing_by = gen_random_uuid(), "
                "refreshing_until = now() + interval '30 seconds'"
            )
        if set(fleet.statuses()) == {"posted"}:
            return
        time.passes(PAUSE)
    raise AssertionError(f"not all is posted after {MOST_TURNS} turns: {fleet.statuses()}")


@pytest.mark.proof
@pytest.mark.parametrize("seed", [1])
def test_a_week_of_hourly_exports_with_deaths(fleet: Fleet, time: Time, seed: int) -> None:
    """The connection lives, every document is in Xero once, nobody was told of anything."""
    fleet.connect()
    identity = deadly(fleet, seed)
    for hour in range(1, HOURS + 1):
        time.passes(timedelta(hours=1))
        fleet.send(dispatched(order(hour)))
        work(fleet, time)
    assert min(identity.kills.values()) > 30, f"it was too easy: {identity.kills}"
    assert fleet.statuses() == {"posted": HOURS}
    assert len(fleet.invoices()) == HOURS
    [connection] = fleet.rows("select status, lost_reason from connections")
    assert connection == {"status": "active", "lost_reason": None}
    keys = {message.routing_key for message in fleet.published}
    assert keys == {"document.posted.v1"}

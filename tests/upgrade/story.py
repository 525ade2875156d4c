"""The story: N works, the schema becomes that of N+1, N+1 comes beside it, N goes; and back again.

N is an earlier revision, N+1 what is here. Orders arrive all the time. Nothing may be lost or
doubled, no process may end by itself or late, none may complain, and no statement of the fleet
may wait for a table longer than BLOCKED_SECONDS.
"""

from __future__ import annotations

import json
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.parts import listens
from tests.simulators.mintsoft.app import create_app as create_mintsoft
from tests.simulators.xero.app import create_app as create_xero
from tests.support.children import Child, until
from tests.support.documents import ACCOUNT
from tests.support.fleet import ACCOUNTING_MAPPING, make_fleet
from tests.support.processes import kill_family, prepare_broker, settings_of
from tests.support.simulators import simulator
from tests.support.stream import CLIENTS, Stream, gap_rows, judged, settle, stage_times
from tests.upgrade.locks import Watch
from tests.upgrade.versions import HERE, Version, complaints
from workers.clock import SYSTEM

ROLES = ("ingress", "worker", "scheduler", "relay")
STEP_SECONDS = 10.0
UP_SECONDS = 300.0
"""On a machine that is busy with other things; two seconds otherwise."""

TERM_SECONDS = 20.0
BLOCKED_SECONDS = 2.0


@dataclass
class Team:
    """The processes of one version, and what those that ended have said."""

    version: Version
    environment: dict[str, str]
    running: list[tuple[str, Child]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    mishaps: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start one of each role."""
        for role in ROLES:
            self.running.append((role, self.version.start(role, self.environment)))

    def stop_one_by_one(self) -> None:
        """SIGTERM each and see it end, before the next."""
        for role, part in self.running:
            code = part.process.poll()
            if code is not None:
                self.mishaps.append(f"{self.version.name}: {role} ended by itself with {code}")
            part.signal(signal.SIGTERM)
            began = time.monotonic()
            code = part.wait(3 * TERM_SECONDS)
            took = time.monotonic() - began
            if code != 0 or took > TERM_SECONDS:
                self.mishaps.append(
                    f"{self.version.name}: {role} ended SIGTERM with {code} after {took:.0f} s"
                )
            self.said.append((role, part.err))
            part.end()
        self.running = []

    def kill(self) -> None:
        """End what is left."""
        for _, part in self.running:
            kill_family(part)
            part.end()

    def complaints(self) -> list[str]:
        """What its processes complained of, in their own words."""
        told = [*self.said, *((role, part.err) for role, part in self.running)]
        return [
            f"{self.version.name}: {role}: {line}" for role, t in told for line in complaints(t)
        ]


@dataclass(frozen=True)
class Applied:
    """A migration: seconds in its transaction, and the longest wait of a statement meanwhile."""

    name: str
    seconds: float
    blocked: float


@dataclass(frozen=True)
class Told:
    """How it went."""

    windows: list[tuple[str, float, float]]
    times: dict[str, list[float]]
    applied: list[Applied]
    violations: list[str]


@dataclass
class Stage:
    """Servers, simulators and load, on a database whose schema is the old version's."""

    old: Version
    stream: Stream
    environment: dict[str, str]
    database_url: str

    def migrate(self) -> list[Applied]:
        """Bring the schema to what is here; others work meanwhile."""
        with Watch(self.database_url) as watch:
            names = HERE.call(self.environment, "db", "upgrade")["applied"]
            ended = time.time()
        rows = self.stream.fleet.rows(
            "select name, extract(epoch from applied_at)::float as at from schema_migrations"
            " where name = any(%s) order by applied_at",
            [names],
        )
        starts = [*(row["at"] for row in rows), ended]
        return [
            Applied(row["name"], end - begin, watch.longest(begin, end + 0.1))
            for row, begin, end in zip(rows, starts, starts[1:], strict=False)
        ]


@contextmanager
def stage(old: Version, database_url: str, amqp_url: str) -> Iterator[Stage]:
    """Set everything up with the old version's own commands."""
    with ExitStack() as stack:
        xero = stack.enter_context(simulator(create_xero(None)))
        mintsoft = stack.enter_context(simulator(create_mintsoft(None)))
        fleet = make_fleet(database_url, xero, mintsoft, SYSTEM)
        stack.callback(fleet.runtime.close)
        prepare_broker(amqp_url)
        environment = settings_of(fleet, amqp_url) | {"MX_LOG_FORMAT": "json"}
        old.call(environment, "db", "upgrade")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mx-upgrade-")))
        mapping = folder / "mapping.yaml"
        mapping.write_text(json.dumps(ACCOUNTING_MAPPING))  # JSON is YAML
        tokens = folder / "tokens.json"
        for client in CLIENTS:
            tenant = fleet.organisation()["tenant_id"]
            tokens.write_text(json.dumps(fleet.grant(tenant)))
            where = ("--account", ACCOUNT, "--client-id", str(client), "--warehouse-id", "5")
            to = ("--channel-id", "2", "--tenant-id", tenant, "--token-file", str(tokens))
            added = old.call(environment, "connection", "add", "--mode", "accounting", *where, *to)
            old.call(environment, "mapping", "load", added["id"], str(mapping))
        yield Stage(old, Stream(fleet, amqp_url), environment, database_url)


def play(here: Stage, *, back: bool = True, tell: Callable[[str], object] = lambda _: None) -> Told:
    """Go forward and, where *back*, back again, then settle and judge.

    *tell* hears of each step when it is over.
    """
    n, n_plus_1 = Team(here.old, here.environment), Team(HERE, here.environment)
    windows: list[tuple[str, float, float]] = []
    applied: list[Applied] = []
    with ExitStack() as stack:
        stack.callback(here.stream.give_up)
        stack.callback(n.kill)
        stack.callback(n_plus_1.kill)
        n.start()
        here.stream.start()
        _until_flows(here, 0)

        def step(name: str, *acts: Callable[[], object]) -> None:
            began = time.time()
            for act in acts:
                act()
            before = len(here.stream.confirmed)
            time.sleep(STEP_SECONDS)
            _until_flows(here, before)
            windows.append((name, began, time.time()))
            [row] = gap_rows(windows[-1:], stage_times(here.stream))
            tell("  ".join(row))

        step("N alone")
        step("N, and the schema becomes N+1's", lambda: applied.extend(here.migrate()))
        step("N+1 comes beside N", n_plus_1.start, lambda: until_up(n_plus_1))
        step("N is stopped one by one; N+1 alone", n.stop_one_by_one)
        if back:
            step("N comes back beside N+1", n.start, lambda: until_up(n))
            step("N+1 is stopped; N alone on N+1's schema", n_plus_1.stop_one_by_one)
        here.stream.end()
        left = settle(here.stream)
        for team in (n, n_plus_1):
            team.stop_one_by_one()
        mishaps = [
            *(each for team in (n, n_plus_1) for each in (*team.mishaps, *team.complaints())),
            *(
                f"{each.name} kept statements waiting for {each.blocked:.1f} s"
                for each in applied
                if each.blocked > BLOCKED_SECONDS
            ),
        ]
        return Told(
            windows,
            stage_times(here.stream),
            applied,
            judged(here.stream, left, mishaps),
        )


def until_up(team: Team) -> None:
    """Return once every process of a team has said or done something: it has come up."""
    for role, part in team.running:
        until(f"{team.version.name}: {role} listens", lambda p=part: _listens(p), UP_SECONDS)  # type: ignore[misc]


def _listens(part: Child) -> bool:
    assert part.process.poll() is None, part.err[-3000:]
    return listens(part.process.pid)


def _until_flows(here: Stage, published: int) -> None:
    """Return once more documents are in Xero than had been published."""
    until(
        "documents flow",
        lambda: here.stream.fleet.statuses().get("posted", 0) > published,
        UP_SECONDS,
    )

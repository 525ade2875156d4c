"""How fast a backlog drains under Xero's real limits, in real minutes, by real worker processes.

`make drain`. The simulated Xero admits 60 calls of an organisation in a rolling minute and 5 at
once, as Xero does, and each takes a while. One organisation has more waiting than the run can
drain; a small one gets ten orders now and then, and how long these wait is measured with and
without the large one beside it. Tags and polls are left out: Mintsoft's limits are not Xero's.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from pydantic import SecretStr
from rich.console import Console

from events.envelope import STRUCTURED
from events.topology import CONNECTIONS, EXPORTS_ORDERS
from tests.bench import report, samples, ways
from tests.bench.grounds import Ground, prepared
from tests.bench.place import CLIENTS, Place, place
from tests.bench.section import Section
from tests.support.children import child, until
from tests.support.processes import consumers, kill_family
from workers import logs
from workers.clock import SYSTEM
from workers.runtime import Runtime
from workers.xero.budget import MINUTE_LIMIT
from workers.xero.gateway import BATCH

LARGE, SMALL = CLIENTS[:2]
FEW = 10
"""Orders of the small organisation at a time."""

EVERY = 15.0
"""Seconds between them: four calls a minute, far below its own limit."""

KNOWN = 150
"""Orders that make chart and items of the large organisation known."""

XERO_SECONDS = 0.4
"""What a call to Xero takes, but for the simulator's own work."""

PATIENCE = 240.0
THREADS = 8
INTAKE = 200
FIRST = {LARGE: 500_000_000, SMALL: 900_000_000}
HEADINGS = (
    "worker processes",
    "minute",
    "orders posted",
    "calls",
    "% of the limit",
    "429s",
    "small one waits, s",
)


@dataclass(frozen=True)
class Counted:
    """What has happened so far: calls and 429s as Xero counts them, orders as the ledger does."""

    calls: int
    refused: int
    posted: int


@dataclass
class Drain:
    """One run: a fleet that shares a ledger with this process, which takes events in."""

    ground: Ground
    intake: Runtime
    tenants: dict[int, UUID]
    sent: dict[int, datetime] = field(default_factory=dict)
    _numbers: dict[int, int] = field(default_factory=lambda: dict(FIRST))

    def give(self, client: int, count: int) -> None:
        """Take in *count* orders of *client*, as an ingress would, with its wake-ups."""
        first = self._numbers[client]
        self._numbers[client] += count
        for start in range(first, first + count, INTAKE):
            some = samples.orders(start, min(INTAKE, first + count - start), client)
            bodies = [samples.message(each, f"e-{each['ID']}").body for each in some]
            self.intake.intake.handle(ways.deliveries(bodies, samples.TYPE, STRUCTURED))

    def probe(self) -> None:
        """Give the small organisation a few orders and remember when."""
        self.sent[self._numbers[SMALL]] = datetime.now(UTC)
        self.give(SMALL, FEW)

    def waits(self) -> dict[int, float | None]:
        """Seconds until the last of each few was posted; None for those that still wait."""
        return {first: self._wait(first, sent) for first, sent in self.sent.items()}

    def _wait(self, first: int, sent: datetime) -> float | None:
        [row] = self.ground.fleet.rows(
            "select max(posted_at) as last, count(posted_at) as n from documents"
            " where mintsoft_id >= %s and mintsoft_id < %s",
            [first, first + FEW],
        )
        return (row["last"] - sent).total_seconds() if row["n"] == FEW else None

    def counted(self) -> Counted:
        """The large organisation's calls and orders, and every 429."""
        found = self.ground.fleet.xero.admin.get("/_sim/calls").json()
        [row] = self.ground.fleet.rows(
            "select count(*) as n from documents where client_id = %s and status = 'posted'",
            [LARGE],
        )
        calls = int(found["by_tenant"].get(str(self.tenants[LARGE]), 0))
        return Counted(calls, int(found["throttled"]), int(row["n"]))


def measure(place: Place, processes: int, minutes: int, say: Callable[[str], None]) -> Section:
    """One run with so many worker processes: a row for each minute."""
    section = Section(f"Under Xero's limits, {processes} worker processes", HEADINGS, digits=1)
    with prepared(place) as ground, place.broker() as url, _drain(ground, url) as drain:
        with _fleet(ground, url, processes):
            say(f"{processes} processes are at work")
            alone = _alone(drain)
            drain.give(LARGE, KNOWN)
            until("what it sells is known", lambda: drain.counted().posted == KNOWN, PATIENCE)
            _pause(drain, LARGE)
            drain.give(LARGE, MINUTE_LIMIT * BATCH * (minutes + 1))
            section.rows += _minutes(drain, processes, minutes, say)
            until("the small one's are all posted", lambda: None not in drain.waits().values(), 60)
        section.rows.append([processes, "small one alone", "", "", "", "", alone])
    return section


def _alone(drain: Drain) -> float:
    """Seconds that a few orders of the small organisation wait when nobody else has any."""
    drain.probe()  # reads the chart and makes the items
    until("the small one is at work", lambda: None not in drain.waits().values(), PATIENCE)
    drain.sent.clear()
    drain.probe()
    until("its few are posted", lambda: None not in drain.waits().values(), PATIENCE)
    [wait] = drain.waits().values()
    drain.sent.clear()
    return wait or 0.0


def _pause(drain: Drain, client: int) -> None:
    drain.ground.fleet.execute(
        "update connections set paused_until = now() + interval '1 day' where client_id = %s",
        [client],
    )


def _open(drain: Drain, client: int) -> None:
    drain.ground.fleet.execute(
        "update connections set paused_until = null where client_id = %s", [client]
    )


def _minutes(
    drain: Drain, processes: int, minutes: int, say: Callable[[str], None]
) -> Iterator[Sequence[float | int | str]]:
    """Count minute by minute, beginning with the large organisation's first call."""
    before = drain.counted()
    _open(drain, LARGE)
    until("the large one is at work", lambda: drain.counted().calls > before.calls, PATIENCE)
    began = time.monotonic()
    for minute in range(1, minutes + 1):
        known = set(drain.sent)
        while (left := began + 60 * minute - time.monotonic()) > 0:
            if left > EVERY / 2:
                drain.probe()
            time.sleep(min(EVERY, left))
        now = drain.counted()
        calls, posted = now.calls - before.calls, now.posted - before.posted
        waits = [wait for first, wait in drain.waits().items() if first not in known]
        worst = max((wait for wait in waits if wait is not None), default="none was posted")
        row = [processes, minute, posted, calls, calls / MINUTE_LIMIT * 100]
        yield [*row, now.refused - before.refused, worst]
        say(f"minute {minute}: {posted:,} orders, {calls} calls")
        before = now


@contextmanager
def _drain(ground: Ground, url: str) -> Iterator[Drain]:
    xero = ground.fleet.xero.admin
    xero.post("/_sim/limits", json={"enabled": True}).raise_for_status()
    xero.post("/_sim/latency", json={"seconds": XERO_SECONDS}).raise_for_status()
    rows = ground.fleet.rows("select client_id, tenant_id from connections")
    settings = ground.fleet.runtime.settings.model_copy(update={"amqp_url": SecretStr(url)})
    runtime = Runtime(settings, SYSTEM)
    try:
        yield Drain(ground, runtime, {row["client_id"]: row["tenant_id"] for row in rows})
    finally:
        runtime.close()


@contextmanager
def _fleet(ground: Ground, url: str, processes: int) -> Iterator[None]:
    """Worker processes and a scheduler; returns once all of them take wake-ups."""
    environment = ground.environment(url) | {"MX_LOG_LEVEL": "ERROR"}
    queues = f"{EXPORTS_ORDERS},{CONNECTIONS}"
    worker = ["worker", "--queues", queues, "--processes", str(processes)]
    with ExitStack() as stack:
        for command in ([*worker, "--threads", str(THREADS)], ["scheduler"]):
            part = stack.enter_context(child(*command, **environment))
            stack.callback(kill_family, part)
        until("all are ready", lambda: consumers(url, EXPORTS_ORDERS) == processes, PATIENCE)
        yield


def main() -> None:
    """Print a table for each number of processes; progress goes to standard error."""
    options = _parser().parse_args()
    logs.configure("console", "ERROR")
    progress = Console(stderr=True, highlight=False)
    console = Console(width=120)
    found: dict[str, object] = {"machine": report.machine()}
    with place() as ready:
        for processes in options.processes:
            section = measure(ready, processes, options.minutes, progress.print)
            found[f"processes_{processes}"] = section.as_json()
            if not options.json:
                console.print(section.table())
    if options.json:
        sys.stdout.write(json.dumps(found) + "\n")


def _numbers(text: str) -> list[int]:
    try:
        found = [int(each) for each in text.split(",")]
    except ValueError:
        found = []
    if not found or min(found) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: give numbers above 0, such as 1,2,8")
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.drain", description="Drain a backlog under Xero's limits."
    )
    parser.add_argument("--processes", type=_numbers, default=[1, 2, 8], metavar="N,N")
    parser.add_argument(
        "--minutes", type=int, default=3, help="of each run; the first starts empty"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    return parser


if __name__ == "__main__":
    main()

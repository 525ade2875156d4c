"""A schedule of harm, made from a seed: which part dies when, and what Xero does meanwhile.

The seed decides what happens in which order; how far each process has come when it happens is the
machine's affair, so a seed repeats the schedule and not the race.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.support.fleet import Fleet
from tests.support.processes import Processes
from tests.support.wire import Wire

PARTS = ("ingress", "ingress", "worker", "worker", "scheduler", "relay")
INVOICES = "/api.xro/2.0/Invoices"

LEAP = timedelta(minutes=10)
"""Longer than a lease and than an Idempotency-Key lives."""

FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "timeout_after_write", "seconds": 1, "method": "PUT", "path": f"{INVOICES}$"},
    {"kind": "status", "status": 500, "path": INVOICES},
    {"kind": "status", "status": 500, "after_write": True, "method": "PUT", "path": f"{INVOICES}$"},
    {"kind": "status", "status": 503, "path": ".*"},
    {"kind": "cut", "path": ".*"},
    {"kind": "malformed", "method": "PUT", "path": f"{INVOICES}$"},
    {"kind": "slow", "seconds": 1, "path": ".*"},
    {
        "kind": "status",
        "status": 429,
        "headers": {"Retry-After": "1", "X-Rate-Limit-Problem": "minute"},
        "path": ".*",
    },
)


@dataclass
class Storm:
    """Harm to one fleet, drawn from *rng*; ``log`` tells what was done."""

    rng: random.Random
    fleet: Fleet
    processes: Processes
    wire: Wire
    log: list[str] = field(default_factory=list)

    def strike(self) -> None:
        """Do one harmful thing."""
        acts: Sequence[Callable[[], None]] = (
            self._kill,
            self._kill,
            self._terminate,
            self._fault,
            self._fault,
            self._fault,
            self._cut,
            self._age,
        )
        self.rng.choice(acts)()

    def calm(self) -> None:
        """Take back the faults that nobody has met yet."""
        self.fleet.xero.admin.delete("/_sim/faults")

    def _kill(self) -> None:
        role, part = self.rng.choice(self.processes.running)
        self.log.append(f"kill -9 {role}")
        self.processes.kill(part)
        self.processes.start(role)

    def _terminate(self) -> None:
        role, part = self.rng.choice(self.processes.running)
        self.log.append(f"SIGTERM {role}")
        self.processes.terminate(part, just_started=True)
        self.processes.start(role)

    def _fault(self) -> None:
        fault = self.rng.choice(FAULTS)
        self.log.append(f"Xero: {fault['kind']} {fault.get('status', '')}")
        self.fleet.fault(**fault, times=1)

    def _cut(self) -> None:
        self.log.append("every connection to RabbitMQ is cut")
        self.wire.cut()

    def _age(self) -> None:
        self.log.append("the clock jumps: leases, keys and due times have passed")
        pass_time(self.fleet)


def pass_time(fleet: Fleet) -> None:
    """Let ten minutes go by in the ledger and at Xero, and two hours for wake-ups."""
    fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": LEAP.total_seconds()})
    fleet.execute("delete from budget_calls where finished_at is not null")
    fleet.execute("update budgets set blocked_until = null, blocked_by = null")
    fleet.execute("update wakeups set woken_at = woken_at - interval '2 hours'")
    fleet.age(LEAP)

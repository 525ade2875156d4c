"""Faults on request: a queue of orders to misbehave, each for calls that match a method and a path.

Whether the state has changed before the client sees the fault is part of each fault, because that
difference is what a client's recovery has to get right.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from tests.simulators.exchange import Call, Json

Kind = Literal["timeout_after_write", "timeout_before_write", "status", "slow", "cut", "malformed"]

MOST_SECONDS = 30.0
BROKEN_TEXT = '{"Id": "this answer is brok'


@dataclass
class Fault:
    """One kind of misbehaviour for the next `times` matching calls; `seconds` bounds waiting.

    `first_seconds` pass before anything else, fewer when the faults are taken back meanwhile: a
    refusal may come late, too, and just when a test wants it. With `holding`, only calls with this
    text in their body are meant.
    """

    kind: Kind
    method: str = ".*"
    path: str = ".*"
    holding: str = ""
    times: int = 1
    status: int = 500
    seconds: float = MOST_SECONDS
    after_write: bool = False
    first_seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    def matches(self, call: Call) -> bool:
        """Whether the fault is meant for this call."""
        meant = re.fullmatch(self.method, call.method) and re.search(self.path, call.path)
        return bool(meant) and self.holding.encode() in call.body

    @property
    def writes(self) -> bool:
        """Whether the call is carried out although the client sees a fault."""
        always = self.kind in ("timeout_after_write", "slow", "cut", "malformed")
        return always or (self.kind == "status" and self.after_write)


class Faults:
    """The queue; the first fault that matches a call is used up by it.

    ``cleared`` is set when all that is queued now is taken back.
    """

    def __init__(self) -> None:
        self._queue: list[Fault] = []
        self.cleared = asyncio.Event()

    def add(self, order: Json) -> Fault:
        """Queue a fault; raises ValueError naming the field when the order makes no sense."""
        fault = fault_from(order)
        self._queue.append(fault)
        return fault

    def take(self, call: Call) -> Fault | None:
        """The fault for this call, if any, counting it as used."""
        fault = next((fault for fault in self._queue if fault.matches(call)), None)
        if fault is not None:
            fault.times -= 1
            self._queue = [each for each in self._queue if each.times > 0]
        return fault

    def clear(self) -> None:
        """Forget every queued fault, and let go of the calls that one keeps waiting at first."""
        self._queue.clear()
        cleared, self.cleared = self.cleared, asyncio.Event()
        cleared.set()

    def waiting(self) -> list[Json]:
        """What is still queued, for inspection."""
        return [vars(fault) for fault in self._queue]


def fault_from(order: Json) -> Fault:
    """Read one fault order; raises ValueError naming the field, its value and what is allowed."""
    unknown = set(order) - set(Fault.__dataclass_fields__)
    if unknown:
        raise ValueError(f"unknown field {sorted(unknown)[0]!r} in the fault; known: {_known()}")
    if order.get("kind") not in get_args(Kind):
        raise ValueError(f"kind is {order.get('kind')!r}; it must be one of {get_args(Kind)}")
    waits = {"seconds": MOST_SECONDS, "first_seconds": 0.0}  # JSON's numbers come as Decimal
    return Fault(**{**order, **{name: float(order.get(name, own)) for name, own in waits.items()}})


def _known() -> str:
    return ", ".join(Fault.__dataclass_fields__)

"""What goes wrong in a run, in which order, drawn from the seed and from nothing else.

How far each process has come when something happens to it is the machine's affair: a seed
repeats the sequence of faults and of events, not the race.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass

from events.delivery import Delivery
from tests.chaos.cases import Case, Poison, as_sent, early_cases, some_cases, some_poison
from tests.support.documents import event

WEIGHTS: dict[str, int] = {
    "kill ingress": 4,
    "kill worker": 6,
    "kill scheduler": 2,
    "kill relay": 3,
    "kill worker's master": 1,
    "kill worker's child": 1,
    "sigterm": 4,
    "after commit, before ack": 3,
    "after Xero's write, before its answer": 3,
    "after the answer, before the record": 3,
    "between publish and mark": 3,
    "restart RabbitMQ": 1,
    "restart PostgreSQL": 2,
    "kill PostgreSQL": 1,
    "terminate backends": 3,
    "cut network": 3,
    "hold network": 3,
    "slow network": 2,
    "truncate network": 3,
    "Xero: time-out after the write": 4,
    "Xero: time-out before the write": 2,
    "Xero: 500": 2,
    "Xero: 500 after the write": 3,
    "Xero: 503": 2,
    "Xero: 429 minute": 1,
    "Xero: 429 concurrent": 1,
    "Xero: 429 day": 1,
    "Xero: 429 appminute": 1,
    "Xero: malformed JSON": 2,
    "Xero: slow": 2,
    "Xero: connection cut": 2,
    "Xero: keys forgotten": 2,
    "Xero: tokens expired": 2,
    "Xero: tokens revoked": 1,
    "Xero: clock ahead": 1,
    "Mintsoft: 500": 1,
    "Mintsoft: slow": 1,
    "time passes": 6,
    "poison": 3,
    "dead letter": 1,
    "inside intake": 3,
    "before the confirm": 2,
    "late refusal": 1,
    "repeated while the key lives": 1,
}
"""How often each kind of fault is drawn beside the others."""

ARCHIVE = "Xero: account archived"
"""Happens once, half-way."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "processes": ("kill ", "sigterm"),
    "named instants": ("after ", "between ", "inside ", "before ", "late ", "repeated "),
    "servers": ("restart ", "kill PostgreSQL", "terminate "),
    "network": ("cut ", "hold ", "slow ", "truncate "),
    "Xero": ("Xero: ",),
    "Mintsoft": ("Mintsoft: ", "poison", "dead letter"),
    "time": ("time ",),
}
"""How the names of each family's kinds begin; the longest beginning counts."""


def family(kind: str) -> str:
    """Return the family of a kind of fault."""
    begins = {each: name for name, beginnings in FAMILIES.items() for each in beginnings}
    return begins[max((each for each in begins if kind.startswith(each)), key=len)]


EARLY = 12
CASES_PER_ACT = (6, 24)
AT_ONCE = 0.3
"""So often a fault hits a fleet that has not yet got over the one before."""


@dataclass(frozen=True)
class Act:
    """One fault, with what Mintsoft publishes just before it; ``dice`` is for its particulars.

    The next one follows after ``pause`` seconds: ``at_once``, whoever is still starting, or when
    somebody reads each queue again. Else a slow machine's fleet would never come to do anything.
    """

    kind: str
    dice: int
    cases: tuple[Case, ...] = ()
    sent: tuple[Delivery, ...] = ()
    poison: tuple[Poison, ...] = ()
    pause: float = 0.0
    at_once: bool = False


@dataclass(frozen=True)
class Schedule:
    """A whole run. ``early`` comes before the last connection is made, and again during the run."""

    seed: int
    early: tuple[Case, ...]
    acts: tuple[Act, ...]

    @property
    def cases(self) -> list[Case]:
        """All documents of the run."""
        return [*self.early, *(case for act in self.acts for case in act.cases)]

    @property
    def poison(self) -> list[Poison]:
        """All messages that nobody can read."""
        return [each for act in self.acts for each in act.poison]


def draw(seed: int, count: int, kinds: Collection[str] = tuple(WEIGHTS)) -> Schedule:
    """Draw a run of *count* faults of *kinds*; each kind comes once before any comes twice."""
    rng = random.Random(seed)
    early = early_cases(rng, 1, EARLY)
    order = _kinds(rng, count, kinds)
    acts: list[Act] = []
    number = EARLY + 1
    late: list[Delivery] = []
    for kind in order:
        cases = some_cases(rng, number, rng.randint(*CASES_PER_ACT))
        number += len(cases)
        sent = [*as_sent(rng, cases), *late, *rng.sample(_events(early), 2)]
        late = [sent.pop(rng.randrange(len(sent))) for _ in range(2)]
        poison = _poison(rng, kind, number)
        acts.append(
            Act(
                kind,
                rng.randrange(2**32),
                tuple(cases),
                tuple(sent),
                poison,
                pause=rng.uniform(0.1, 0.8),
                at_once=rng.random() < AT_ONCE,
            )
        )
    acts.append(Act("time passes", 0, sent=tuple(late)))
    return Schedule(seed, tuple(early), tuple(acts))


def _poison(rng: random.Random, kind: str, number: int) -> tuple[Poison, ...]:
    match kind:
        case "poison":
            return (some_poison(rng, number),)
        case "dead letter":
            return (Poison(event("order.dispatched.v1", {"ID": -number}), "delivery-limit"),)
    return ()


def _kinds(rng: random.Random, count: int, kinds: Collection[str]) -> list[str]:
    """Each kind once, in any order, then as often as its weight says; the archiving half-way."""
    known = list(kinds)
    first = rng.sample(known, min(count, len(known)))
    weights = [WEIGHTS.get(kind, 1) for kind in known]
    found = first + rng.choices(known, weights, k=count - len(first))
    return [*found[: count // 2], ARCHIVE, *found[count // 2 :]]


def _events(cases: Collection[Case]) -> list[Delivery]:
    return [each for case in cases for each in case.events]

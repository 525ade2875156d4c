"""The fleet in virtual time, as a queue of events: how many calls documents and polls really cost,
how late they are, and what happens at Xero's limits.

What is decided is decided by the product: the budget's own pure rules (``refused``, ``closures``),
its batch, its turns, its reserve for the app's limit. What is modelled is time: despatches come in
waves at random, a call takes a fixed time, a thread does one thing at a time. Large fleets
are simulated as a sample of organisations with the same sample of the app's limit and threads.
Weakness: processors, PostgreSQL and RabbitMQ are taken to be quick enough; the tables beside say
how many of them that takes. Every organisation is as busy as the next.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from workers.scheduler import TURN_EVERY
from workers.store.budgets import APP, Day, Usage
from workers.store.ledger import BATCH
from workers.xero.budget import MINUTE, Purpose, Rates, closures, patience, refused

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SAMPLE = 200
"""Organisations that are simulated; more are a multiple of them."""

EXACT = 10_000
"""Xero's limit of calls a minute for the whole app."""

Act = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is simulated: ``documents`` an hour over all organisations, in waves of ``wave``.

    It begins at noon (UTC), when each organisation has used ``day_used`` calls. ``poll_minutes``
    None: nothing is polled. ``threads`` of the whole fleet serve exports, as many again serve
    polls. Seconds are of one call, and from a wake-up to its call. ``is_limited`` False: Xero has
    no limits; ``gathers`` False: a document goes at once even if the day's calls will not last.
    """

    organisations: int
    documents: float
    wave: int = 1
    poll_minutes: float | None = 15
    polls: int = 2
    threads: int = 64
    call_seconds: float = 0.5
    preparing_seconds: float = 0.05
    transit_seconds: float = 0.02
    day_limit: int = 5_000
    app_limit: int = EXACT
    minutes: int = 20
    warm_minutes: int = 5
    backlog: int = 0
    day_used: int = 0
    is_limited: bool = True
    gathers: bool = True


@dataclass
class Organisation:
    """Documents that wait, by when they came; until when Xero may not be asked."""

    id: UUID
    waiting: deque[float] = field(default_factory=deque)
    paused_until: float = 0.0
    on_its_way: bool = False
    under_way: int = 0
    day_used: int = 0
    answered: deque[float] = field(default_factory=deque)


@dataclass
class Seen:
    """What was counted once the fleet was warm; ``scale``: organisations each one stands for."""

    scale: float
    minutes: float
    export_calls: int = 0
    poll_calls: int = 0
    posted: int = 0
    throttled: int = 0
    waits: list[float] = field(default_factory=list)
    left: int = 0

    @property
    def a_call(self) -> float:
        """Documents in a call."""
        return self.posted / self.export_calls if self.export_calls else 0.0

    @property
    def calls_a_minute(self) -> float:
        """Calls to Xero of the whole fleet."""
        return (self.export_calls + self.poll_calls) * self.scale / self.minutes

    @property
    def polls_a_minute(self) -> float:
        """Of these, polls."""
        return self.poll_calls * self.scale / self.minutes

    def wait(self, per_cent: int) -> float:
        """Seconds within which so many of a hundred documents were posted; 0 without any."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) * per_cent // 100, len(ordered) - 1)] if ordered else 0.0


def simulate(scene: Scene, seed: int = 1) -> Seen:
    """Let the scene's minutes pass."""
    return _World(scene, Random(seed)).run()


class _World:
    def __init__(self, scene: Scene, rng: Random) -> None:
        self.scene = scene
        self.rng = rng
        self.now = 0.0
        count = min(scene.organisations, SAMPLE)
        self.scale = scene.organisations / count
        self.organisations = [
            Organisation(UUID(int=n + 1), day_used=scene.day_used) for n in range(count)
        ]
        self.due: set[int] = set()
        many = 10**9
        self.rates = Rates(scene.day_limit) if scene.is_limited else Rates(many, many, many)
        self.free = {"export": self._share(scene.threads), "import": self._share(scene.threads)}
        self.queues: dict[str, deque[Organisation]] = {"export": deque(), "import": deque()}
        self.app_calls: deque[float] = deque()
        self.app_blocked_until = 0.0
        self.seen = Seen(self.scale, scene.minutes)
        self._order = itertools.count()
        self._events: list[tuple[float, int, Act]] = []

    def _share(self, whole: float) -> int:
        return max(round(whole / self.scale), 1)

    def run(self) -> Seen:
        for each in self.organisations:
            each.waiting.extend([0.0] * self.scene.backlog)
            self._wake(each)
            for _ in range(self.scene.polls if self.scene.poll_minutes else 0):
                self._after(self.rng.uniform(0, self._interval), partial(self._due, each))
        if self.scene.documents:
            self._after(0, self._arrive)
        self._after(0, self._sweep)
        end = (self.scene.warm_minutes + self.scene.minutes) * 60
        while self._events[0][0] <= end:
            self.now, _, act = heapq.heappop(self._events)
            act()
        self.seen.left = sum(len(each.waiting) for each in self.organisations)
        return self.seen

    @property
    def _interval(self) -> float:
        return (self.scene.poll_minutes or 0) * 60

    @property
    def _warm(self) -> bool:
        return self.now >= self.scene.warm_minutes * 60

    def _after(self, seconds: float, act: Act) -> None:
        heapq.heappush(self._events, (self.now + seconds, next(self._order), act))

    def _arrive(self) -> None:
        """A wave of documents comes for one organisation, and the next one is on its way."""
        organisation = self.rng.choice(self.organisations)
        organisation.waiting.extend([self.now] * self.scene.wave)
        self._wake(organisation)
        waves_a_second = self.scene.documents / 3600 / self.scale / self.scene.wave
        self._after(self.rng.expovariate(waves_a_second), self._arrive)

    def _sweep(self) -> None:
        for place in sorted(self.due):
            self._wake(self.organisations[place])
        self._after(TURN_EVERY.total_seconds() * self.rng.uniform(0.5, 1), self._sweep)

    def _wake(self, organisation: Organisation) -> None:
        (self.due.add if organisation.waiting else self.due.discard)(organisation.id.int - 1)
        due = organisation.waiting and organisation.paused_until <= self.now
        if due and not organisation.on_its_way:
            organisation.on_its_way = True
            self._send(organisation, "export")

    def _send(self, organisation: Organisation, purpose: Purpose) -> None:
        self.queues[purpose].append(organisation)
        self._after(self.scene.transit_seconds, partial(self._begin, purpose))

    def _begin(self, purpose: Purpose) -> None:
        """A free thread takes the next wake-up."""
        if self.free[purpose] and self.queues[purpose]:
            organisation = self.queues[purpose].popleft()
            self.free[purpose] -= 1
            act = self._export if purpose == "export" else self._poll
            self._after(self.scene.preparing_seconds, partial(act, organisation))

    def _done(self, purpose: Purpose) -> None:
        self.free[purpose] += 1
        self._begin(purpose)

    def _export(self, organisation: Organisation) -> None:
        """Claim up to a batch, wake the next worker if there is more, and call."""
        organisation.on_its_way = False
        waiting = organisation.waiting
        if self._gathers(organisation):
            self._done("export")
            return
        claimed = [waiting.popleft() for _ in range(min(BATCH, len(waiting)))]
        if not claimed or organisation.paused_until > self.now:
            waiting.extendleft(reversed(claimed))
            self._done("export")
            return
        self._wake(organisation)
        if until := self._refused(organisation, "export"):
            organisation.paused_until = max(until, organisation.paused_until)
            waiting.extendleft(reversed(claimed))
            self._done("export")
            return
        self._call(organisation, partial(self._posted, organisation, claimed))

    def _gathers(self, organisation: Organisation) -> bool:
        """Whether the next call would be too early: the rule of the exporter's."""
        waiting = organisation.waiting
        if not self.scene.gathers or not waiting or len(waiting) >= BATCH:
            return False
        day = Day(organisation.day_used, None, None, None)
        gap = patience(day, self.rates, self._at(self.now))
        return self.now - waiting[0] < gap.total_seconds()

    def _posted(self, organisation: Organisation, claimed: Sequence[float]) -> None:
        self._answered(organisation)
        if self._warm:
            self.seen.export_calls += 1
            self.seen.posted += len(claimed)
            self.seen.waits += [self.now - came for came in claimed]
        self._done("export")

    def _due(self, organisation: Organisation) -> None:
        self._send(organisation, "import")

    def _poll(self, organisation: Organisation) -> None:
        """Ask what is newer; throttled polls come again when the limit opens."""
        if until := self._refused(organisation, "import"):
            self._after(until - self.now, partial(self._due, organisation))
            self._done("import")
            return
        self._call(organisation, partial(self._polled, organisation, self.now))

    def _polled(self, organisation: Organisation, began: float) -> None:
        self._answered(organisation)
        if self._warm:
            self.seen.poll_calls += 1
        self._after(max(self._interval - (self.now - began), 0), partial(self._due, organisation))
        self._done("import")

    def _refused(self, organisation: Organisation, purpose: Purpose) -> float | None:
        """Return until when the budget says no, None when it lets the call pass."""
        day = Day(organisation.day_used, None, None, None)
        throttled = refused(day, self._usage(organisation), purpose, self.rates, self._jitter())
        if throttled is None:
            return None
        if self._warm:
            self.seen.throttled += 1
        return (throttled.until - NOON).total_seconds()

    def _usage(self, organisation: Organisation) -> Usage:
        window = self.rates.window.total_seconds()
        answered = organisation.answered
        while answered and answered[0] <= self.now - window:
            answered.popleft()
        full = len(answered) >= self.rates.minute_limit
        blocked = self.app_blocked_until > self.now
        return Usage(
            self._at(self.now),
            self._at(answered[-self.rates.minute_limit]) if full else None,
            organisation.under_way,
            self._at(self.app_blocked_until) if blocked else None,
            "appminute" if blocked else None,
        )

    def _call(self, organisation: Organisation, answered: Act) -> None:
        organisation.under_way += 1
        organisation.day_used += 1
        self.app_calls.append(self.now)
        self._after(self.scene.call_seconds, answered)

    def _answered(self, organisation: Organisation) -> None:
        organisation.under_way -= 1
        organisation.answered.append(self.now)
        while self.app_calls and self.app_calls[0] <= self.now - MINUTE.total_seconds():
            self.app_calls.popleft()
        left = int(self.scene.app_limit - len(self.app_calls) * self.scale)
        headers = {"X-AppMinLimit-Remaining": str(max(left, 0))}
        for whom, limit in closures(organisation.id, headers, 200):
            if whom == APP:
                wait = limit.wait.total_seconds() * (1 + self._jitter())
                self.app_blocked_until = max(self.app_blocked_until, self.now + wait)

    def _jitter(self) -> float:
        return self.rng.random() / 4

    def _at(self, seconds: float) -> datetime:
        return NOON + timedelta(seconds=seconds)

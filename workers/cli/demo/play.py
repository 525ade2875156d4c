"""The demo's course: publish, wait until nothing is on its way, look at what came of it."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workers.cli.demo.import_verdict import Came, expected_events, judge_imports
from workers.cli.demo.office import Office
from workers.cli.demo.samples import Story
from workers.cli.demo.screen import Screen
from workers.cli.demo.shapes import RETAILER, Expected, Sample
from workers.cli.demo.stage import Stage
from workers.cli.demo.verdict import Evidence, Found, Verdict, judge
from workers.cli.errors import Problem

if TYPE_CHECKING:
    from events.envelope import Message
    from workers.store.reports import Backlog, Cause, Count

LOOK_SECONDS = 0.2

PATIENCE_SECONDS = 150
"""A limit of Xero may hold documents for a minute; after this the demo tells what is missing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo found; seconds from the first event to the last document."""

    verdict: Verdict
    counts: "Sequence[Count]"
    causes: "Sequence[Cause]"
    calls: dict[str, Any]
    mintsoft_calls: dict[str, Any]
    warm_orders: int
    warm_calls: int
    warm_seconds: float
    seconds: float
    evidence: Evidence
    came: Came
    import_calls: int


class Play:
    """One run of a story on a stage."""

    def __init__(self, stage: Stage, story: Story, screen: Screen) -> None:
        self._stage = stage
        self._story = story
        self._screen = screen
        self._office = Office(stage)
        self._more: list[Expected] = []
        self._seen: set[str] = set()
        self._late: list[str] = []

    def run(self) -> Outcome:
        """Publish everything, wait, and compare."""
        begun = time.monotonic()
        self._fill_mintsoft()
        first, late = self._story.first, self._story.late
        self._bring(f"Publishing {len(first)} events", first)
        self._bring(
            "One order is cancelled after it reached Xero, one invoice unconfirmed before", late
        )
        import_calls = self._work_in_the_office()
        before, warm_begun = self._shop_calls(), time.monotonic()
        warm = [message for each in self._story.warm for message in each.messages]
        if warm:
            self._bring(f"Publishing {len(warm)} more orders on the warm connection", warm)
        return self._outcome(begun, warm_begun, before, import_calls)

    def _work_in_the_office(self) -> int:
        """Let sales and purchases be entered in Xero; return the calls that imports cost."""
        before = self._shop_calls()
        self._screen.phase("A bookkeeper enters sales invoices and purchase orders in Xero")
        self._office.open()
        self._settle(len(self._seen))
        if self._late:
            return 0
        self._screen.phase("One invoice is changed and one voided, while Mintsoft allows it")
        self._office.change()
        self._settle(len(self._seen))
        calls = self._shop_calls() - before
        if dispatched := self._office.dispatch(self._stage.runtime.clock.now()):
            message, expected = dispatched
            self._more.append(expected)
            self._bring("An imported order is dispatched: its sale is in Xero already", [message])
        return calls

    def _fill_mintsoft(self) -> None:
        """Put the documents where they come from, so that orders can be tagged there."""
        mintsoft = self._stage.mintsoft
        mintsoft.ask("POST", "orders", _bodies(self._story, "OrderNumber"))
        bills = _bodies(self._story, "Invoice")
        mintsoft.ask("POST", "invoices", [each["Invoice"] for each in bills])
        mintsoft.ask("POST", "clients", [each["Client"] for each in bills])

    def _bring(self, phase: str, messages: "Sequence[Message]") -> None:
        if self._late:
            return
        self._screen.phase(phase)
        self._stage.fleet.publish(messages)
        self._seen |= readable_ids(messages)
        self._settle(len(self._seen))

    def _settle(self, wanted: int) -> None:
        """Wait until so many events were read and nothing is on its way."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_settled(self._look(), wanted):
            if self._stage.fleet.failed.is_set():
                raise Problem(f"The fleet has failed: see {self._stage.folder}/fleet.log.")
            if time.monotonic() > deadline:
                self._late.append(f"not everything was done after {PATIENCE_SECONDS} s")
                break
            self._stage.runtime.clock.sleep(LOOK_SECONDS)
        self._screen.clear()

    def _look(self) -> "Backlog":
        from workers.store.reports import backlog

        with self._stage.runtime.pool.connection() as conn:
            return backlog(conn)

    def _is_settled(self, now: "Backlog", wanted: int) -> bool:
        self._screen.bar("Events read", now.seen, wanted)
        self._screen.bar("Documents on their way", now.documents, max(now.documents, 1))
        self._screen.bar("Tags to be put in Mintsoft", now.tags, max(now.tags, 1))
        left = now.documents + now.events + now.tags + self._office.left()
        return now.seen >= wanted and now.parked >= len(self._story.parked) and left == 0

    def _shop_calls(self) -> int:
        """Return how many calls the shop's organisation has had so far."""
        tenant = next(each.tenant_id for each in self._stage.connected if each.account == RETAILER)
        report = self._stage.xero.ask("GET", "calls")
        return int(report["by_tenant"].get(str(tenant), 0))

    def _outcome(
        self, begun: float, warm_begun: float, calls_before: int, import_calls: int
    ) -> Outcome:
        from workers.store import reports

        ended = time.monotonic()
        warm_orders, warm_calls = len(self._story.warm), self._shop_calls() - calls_before
        evidence = self._evidence(warm_orders, warm_calls)
        came = self._office.came()
        expected = [*self._story.expected, *self._more]
        verdict = judge(expected, evidence, expected_events(came.expected))
        problems = [*self._late, *verdict.problems, *judge_imports(came)]
        with self._stage.runtime.pool.connection() as conn:
            counts, causes = reports.counts(conn), reports.causes(conn)
        return Outcome(
            Verdict(problems, verdict.sums),
            counts,
            causes,
            self._stage.xero.ask("GET", "calls"),
            self._stage.mintsoft.ask("GET", "calls"),
            warm_orders,
            warm_calls,
            ended - warm_begun,
            ended - begun,
            evidence,
            came,
            import_calls,
        )

    def _evidence(self, warm_orders: int, warm_calls: int) -> Evidence:
        from workers.store import documents, parked

        with self._stage.runtime.pool.connection() as conn:
            rows = documents.listed(conn, documents.Filter(page=1_000_000))
            codes = [each.code for each in parked.listed(conn, page=1000)]
        tags = self._stage.mintsoft.ask("GET", "tags")["tags"]
        return Evidence(
            [_found(row) for row in rows],
            self._exported(),
            frozenset(int(number) for number, names in tags.items() if "Xero" in names),
            self._heard(),
            codes,
            len(self._stage.connected),
            warm_orders,
            warm_calls,
        )

    def _exported(self) -> dict[str, dict[str, Any]]:
        """Return Xero's invoices but for those that were entered there by hand."""
        rows = self._stage.xero.ask("GET", "invoices")
        by_hand = set(self._office.made.values())
        found = {str(each["InvoiceID"]): each for each in rows}
        return {key: each for key, each in found.items() if key not in by_hand}

    def _heard(self) -> Counter[str]:
        return self._stage.listener.heard()


def readable_ids(messages: "Sequence[Message]") -> set[str]:
    """Return the ids of the events in *messages* that can be read."""
    from events.envelope import Unreadable, decode

    found: set[str] = set()
    for each in messages:
        with suppress(Unreadable):
            event = decode(each.body, each.headers, each.content_type, each.routing_key)
            found.add(f"{event.source} {event.id}")
    return found


def _bodies(story: Story, mark: str) -> list[dict[str, Any]]:
    """Return the bodies of all samples that have the member *mark*."""
    samples: list[Sample] = [*story.samples, *story.warm]
    return [each.body for each in samples if mark in each.body]


def _found(row: Any) -> Found:
    xero_id = str(row.xero_id) if row.xero_id else None
    return Found(row.account, row.kind, row.mintsoft_id, row.status, row.reason_code, xero_id)

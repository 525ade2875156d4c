"""The harness itself: its schedule comes from the seed alone, and its judge sees what is wrong."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from schemas.exports import Kind
from tests.chaos.acts import ACTS
from tests.chaos.cases import Case, Poison, Wanted
from tests.chaos.guards import GUARDS
from tests.chaos.judge import Snapshot, violations
from tests.chaos.parts import listens
from tests.chaos.schedule import ARCHIVE, WEIGHTS, draw
from tests.support.documents import delivery

TOTAL = Decimal("12.00")
CASES = [
    Case(Kind.ORDER, 1, "MS-ORD-1", (), (Wanted("posted", in_xero=TOTAL),), "posted"),
    Case(Kind.ORDER, 2, "MS-ORD-2", (), (Wanted("needs_attention", "no_items"),), "held"),
    Case(Kind.ORDER, 3, "MS-ORD-3", (), (), "unwanted"),
]
POISON = [Poison(delivery(b"{", "order.dispatched.v1"), "not-json")]


def row(number: int, status: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    found = {"kind": "order", "mintsoft_id": number, "status": status, "reason_code": code}
    return {**found, "xero_id": None, "xero_total": None, **more}


def said(number: int, event: str, **data: Any) -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "type": event,
        "data": {"Kind": "order", "MintsoftId": number, **data},
    }


GOOD = Snapshot(
    invoices=[{"InvoiceNumber": "MS-ORD-1", "InvoiceID": "x1", "Total": 12.0}],
    documents=[
        row(1, "posted", xero_id="x1", xero_total=TOTAL),
        row(2, "needs_attention", "no_items"),
    ],
    tags={1: ["Xero"], 2: []},
    outbox=[
        said(1, "document.posted.v1", XeroId="x1", Total=12),
        said(2, "document.needs-attention.v1", Code="no_items"),
    ],
    heard=[{"id": "e1"}, {"id": "e2"}, {"id": "e1"}],
    parked=[{"body": b"{", "code": "not-json"}],
)


def test_a_run_that_ended_well_has_no_violation() -> None:
    """Given what was wanted, an event heard twice included, the judge is content."""
    assert violations(CASES, POISON, GOOD) == []


def with_document(found: Snapshot, **more: Any) -> Snapshot:
    return replace(found, documents=[{**found.documents[0], **more}, *found.documents[1:]])


WRONG: dict[str, tuple[Callable[[Snapshot], Snapshot], str]] = {
    "doubled": (lambda s: replace(s, invoices=[*s.invoices] * 2), "in Xero 2 times"),
    "unasked": (
        lambda s: replace(s, invoices=[*s.invoices, {"InvoiceNumber": "?", "Total": 1}]),
        "nobody sent it",
    ),
    "unwanted": (
        lambda s: replace(
            s, invoices=[*s.invoices, {"InvoiceNumber": "MS-ORD-3", "InvoiceID": "y", "Total": 1}]
        ),
        "must not be",
    ),
    "lost": (lambda s: replace(s, documents=s.documents[1:]), "is lost"),
    "never sent": (lambda s: replace(s, invoices=[]), "Xero has None"),
    "wrong total": (
        lambda s: replace(s, invoices=[{**s.invoices[0], "Total": 12.01}]),
        "Decimal('12.01')",
    ),
    "stuck": (lambda s: with_document(s, status="waiting"), "ended as"),
    "wrong reason": (
        lambda s: replace(s, documents=[s.documents[0], row(2, "needs_attention", "other")]),
        "ended as",
    ),
    "in the ledger unasked": (
        lambda s: replace(s, documents=[*s.documents, row(9, "posted")]),
        "in the ledger, and nobody sent it",
    ),
    "untagged": (lambda s: replace(s, tags={}), "tags: missing on [1]"),
    "tagged twice": (lambda s: replace(s, tags={1: ["Xero", "Xero"]}), "more than one"),
    "tagged unasked": (lambda s: replace(s, tags={**s.tags, 2: ["Xero"]}), "too many on [2]"),
    "unheard": (lambda s: replace(s, heard=s.heard[1:2]), "1 were never heard"),
    "untold": (lambda s: replace(s, outbox=s.outbox[1:]), "nobody was told"),
    "told otherwise": (
        lambda s: replace(s, outbox=[said(1, "document.withdrawn.v1"), s.outbox[1]]),
        "the last that was told",
    ),
    "told another total": (
        lambda s: replace(
            s, outbox=[said(1, "document.posted.v1", XeroId="x1", Total=13), s.outbox[1]]
        ),
        "over 13",
    ),
    "told another reason": (
        lambda s: replace(
            s, outbox=[s.outbox[0], said(2, "document.needs-attention.v1", Code="other")]
        ),
        "was told as other",
    ),
    "not parked": (lambda s: replace(s, parked=[]), "not parked as not-json"),
    "left undone": (lambda s: replace(s, left={"attempts": 2}), "left undone: attempts: 2"),
    "mishap": (lambda s: replace(s, mishaps=["relay ended"]), "relay ended"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_judge_sees(name: str) -> None:
    """Each thing that can be wrong is called by its name."""
    spoil, words = WRONG[name]
    assert any(words in each for each in violations(CASES, POISON, spoil(GOOD)))


def test_a_seed_gives_the_same_run_again() -> None:
    """Faults with their particulars and events with their order come from the seed alone."""
    one, same, other = draw(7, 30), draw(7, 30), draw(8, 30)

    def told(found: Any) -> list[Any]:
        return [
            (
                (act.kind, act.dice, act.pause, act.at_once),
                [(each.number, each.wanted) for each in act.cases],
            )
            for act in found.acts
        ]

    assert told(one) == told(same)
    assert told(one) != told(other)


def test_every_event_is_sent_and_every_kind_of_fault_comes_once_before_any_twice() -> None:
    """Events that are delayed come in the end; a long run leaves no kind of fault out."""
    schedule = draw(3, len(WEIGHTS))
    kinds = [act.kind for act in schedule.acts]
    assert {*WEIGHTS, ARCHIVE} == set(kinds)
    sent = [each.body for act in schedule.acts for each in act.sent]
    wanted = {each.body for act in schedule.acts for case in act.cases for each in case.events}
    assert wanted <= set(sent)
    assert len(sent) > len(wanted), "some come twice"


def test_a_run_that_is_aimed_at_a_guard_has_the_faults_it_is_for_and_the_archiving() -> None:
    """Few faults, so that each guard's run is short; each of its kinds comes."""
    for name, guard in GUARDS.items():
        kinds = [act.kind for act in draw(5, guard.acts, guard.kinds).acts]
        assert set(kinds) == {*guard.kinds, ARCHIVE, "time passes"}, name
        assert len(kinds) == guard.acts + 2


def test_a_part_is_up_once_it_listens_for_sigterm() -> None:
    """Until then nothing is promised about how it ends."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        assert listens(os.getpid())
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        assert listens(os.getpid()) is not Path("/proc/self/status").exists()
    finally:
        signal.signal(signal.SIGTERM, before)


def test_every_fault_that_can_be_drawn_can_be_done() -> None:
    """No schedule names what acts.py does not know."""
    assert {*WEIGHTS, ARCHIVE} == set(ACTS)
    assert {kind for guard in GUARDS.values() for kind in guard.kinds} <= set(ACTS)

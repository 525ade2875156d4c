"""The demo's end: tables for people, one JSON summary for programs."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from schemas.exports import status_words
from schemas.imports import import_status_words
from workers.cli import output
from workers.cli.demo.play import Outcome
from workers.cli.demo.stage import Stage
from workers.cli.demo.verdict import calls_per_thousand

SHOWN_PROBLEMS = 20
"""So many are told to people; programs get all of them."""

LINKS = 3
"""Invoices whose page is named."""


def summary(outcome: Outcome, stage: Stage) -> dict[str, object]:
    """Return the outcome for programs."""
    return {
        "ok": not outcome.verdict.problems,
        "problems": list(outcome.verdict.problems),
        "broker": stage.broker,
        "documents": statuses(outcome),
        "documents_by_kind": by_kind(outcome),
        "waiting_for_people": {each.code: each.documents for each in outcome.causes},
        "sums": [
            {
                "kind": each.kind,
                "currency": each.currency,
                "documents": each.documents,
                "mintsoft": each.mintsoft,
                "xero": each.xero,
            }
            for each in outcome.verdict.sums
        ],
        "parked": len(outcome.evidence.parked),
        "tagged": len(outcome.evidence.tagged),
        "events": dict(outcome.evidence.events),
        "calls": outcome.calls["total"],
        "calls_by_operation": outcome.calls["by_operation"],
        "throttled": outcome.calls["throttled"],
        "bytes": {"sent": outcome.calls["bytes_in"], "received": outcome.calls["bytes_out"]},
        "mintsoft_calls": outcome.mintsoft_calls["total"],
        "imports": {**imports(outcome), "calls": outcome.import_calls},
        "warm": {
            "orders": outcome.warm_orders,
            "calls": outcome.warm_calls,
            "calls_per_1000": per_thousand(outcome),
            "seconds": tenths(outcome.warm_seconds),
        },
        "seconds": tenths(outcome.seconds),
    }


def statuses(outcome: Outcome) -> dict[str, int]:
    """Return how many documents stand how."""
    found: Counter[str] = Counter()
    for each in outcome.counts:
        found[each.status] += each.documents
    return dict(found)


def by_kind(outcome: Outcome) -> dict[str, dict[str, int]]:
    """Return how many documents of each kind stand how."""
    found: dict[str, dict[str, int]] = {}
    for each in outcome.counts:
        found.setdefault(each.kind, {})[each.status] = each.documents
    return found


def imports(outcome: Outcome) -> dict[str, object]:
    """Return how many of Xero's documents of each kind stand how in Mintsoft."""
    found: dict[str, Counter[str]] = {}
    for each in outcome.came.rows:
        found.setdefault(each.kind, Counter())[each.status] += 1
    return {kind: dict(counts) for kind, counts in found.items()}


def per_thousand(outcome: Outcome) -> Decimal:
    """Return the calls to Xero that 1,000 warm orders cost."""
    return calls_per_thousand(outcome.warm_orders, outcome.warm_calls)


def tenths(seconds: float) -> Decimal:
    """Return a duration in tenths of a second."""
    return Decimal(f"{seconds:.1f}")


def tell(outcome: Outcome, stage: Stage) -> None:
    """Print what became of everything."""
    rows = [(each.kind, status_words(each.status), each.documents) for each in outcome.counts]
    output.table("What became of the documents", ("Kind", "Status", "Documents#"), rows)
    causes = [(each.documents, each.code, each.message, each.remedy) for each in outcome.causes]
    output.table("What waits, and why", ("Documents#", "Code", "Why", "What to do"), causes)
    sums = [
        (each.kind, each.currency, each.documents, each.mintsoft, each.xero, _verdict(each.equal))
        for each in outcome.verdict.sums
    ]
    output.table(
        "To the penny (orders gross, 3PL invoices net)",
        ("Kind", "Currency", "In Xero#", "Mintsoft#", "Xero#", "Result"),
        sums,
    )
    output.table("From Xero into Mintsoft", IMPORT_HEADS, _imports(outcome))
    output.table("Calls to Xero", ("Operation", "Calls#"), _calls(outcome))
    output.facts("Figures", _figures(outcome, stage))


IMPORT_HEADS = ("Kind", "Number", "Status", "Total#", "Units#", "Why it waits")


def _imports(outcome: Outcome) -> list[tuple[object, ...]]:
    placed = {(each.kind, each.number): each for each in outcome.came.placed}
    rows = []
    for each in sorted(outcome.came.rows, key=lambda row: (row.kind, row.number)):
        there = placed.get((each.kind, each.number))
        worth = (there.total, there.units) if there else (None, None)
        status = import_status_words(each.status)
        rows.append((each.kind.replace("_", " "), each.number, status, *worth, each.message))
    return rows


def _verdict(equal: bool) -> str:
    return "ok" if equal else "failed"


def _calls(outcome: Outcome) -> list[tuple[object, ...]]:
    calls = outcome.calls["by_operation"]
    return [*calls.items(), ("all", outcome.calls["total"])]


def _figures(outcome: Outcome, stage: Stage) -> Iterator[tuple[str, object]]:
    sent, received = outcome.calls["bytes_in"], outcome.calls["bytes_out"]
    yield "Broker", stage.broker
    yield "Calls to Xero for 1,000 warm orders", per_thousand(outcome)
    yield "Calls to Xero for imports", outcome.import_calls
    yield "Warm orders", f"{outcome.warm_orders} in {outcome.warm_seconds:.1f} s, tags included"
    yield "Bytes to and from Xero", f"{sent:,} and {received:,}"
    yield "Parked messages", len(outcome.evidence.parked)
    yield "Orders tagged in Mintsoft", len(outcome.evidence.tagged)
    yield "Events on xero.events", sum(outcome.evidence.events.values())
    yield "Seconds", f"{outcome.seconds:.1f}"


def tell_verdict(outcome: Outcome) -> None:
    """Say, last of all, whether everything arrived as it should."""
    if not outcome.verdict.problems:
        output.note("Everything arrived as it should: every document, every penny, once.")
    problems = outcome.verdict.problems
    for problem in problems[:SHOWN_PROBLEMS]:
        output.note(f"Not as it should be: {problem}.")
    if len(problems) > SHOWN_PROBLEMS:
        output.note(f"And {len(problems) - SHOWN_PROBLEMS} more like these.")


def links(outcome: Outcome, stage: Stage) -> Iterator[str]:
    """Yield pages to look at while the demo runs."""
    yield f"Simulated Xero       {stage.xero.url}/"
    yield f"Simulated Mintsoft   {stage.mintsoft.url}/"
    for xero_id in list(outcome.evidence.invoices)[:LINKS]:
        number = outcome.evidence.invoices[xero_id]["InvoiceNumber"]
        yield f"{number:<20} {stage.xero.url}/invoice/{xero_id}"

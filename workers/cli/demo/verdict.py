"""Did everything arrive as it should? Every document, every penny, every tag, every event.

What is compared with comes from the samples and from the simulators, never from the ledger's
own idea of itself. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workers.cli.demo.shapes import Expected

IN_XERO_CODES = frozenset({"withdrawn_after_posting"})
"""Reasons for which a document needs attention although Xero has it."""

ALLOWED_CALLS = 25
"""Calls to Xero that 1,000 warm orders may cost."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document as the ledger has it."""

    account: str
    kind: str
    mintsoft_id: int
    status: str
    code: str | None
    xero_id: str | None


@dataclass(frozen=True, slots=True)
class Sum:
    """Totals of one currency: gross of orders, net of 3PL invoices."""

    kind: str
    currency: str
    documents: int
    mintsoft: Decimal
    xero: Decimal

    @property
    def equal(self) -> bool:
        """Whether they agree to the penny."""
        return self.mintsoft == self.xero


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is in the end: ledger, Xero's invoices by id, tags, events, parked codes."""

    documents: Sequence[Found]
    invoices: Mapping[str, Mapping[str, Any]]
    tagged: frozenset[int]
    events: Counter[str]
    parked: Sequence[str]
    connections: int
    warm_orders: int = 0
    warm_calls: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The problems found, none when all is well, and the sums that were compared."""

    problems: Sequence[str]
    sums: Sequence[Sum] = field(default_factory=list)


def judge(
    expected: Sequence[Expected], evidence: Evidence, more_events: Mapping[str, int] | None = None
) -> Verdict:
    """Compare what should be with what is; *more_events* must have been heard besides."""
    sums = compare_sums(expected, evidence)
    problems = [
        *_documents(expected, evidence.documents),
        *_sums(sums),
        *_invoices(expected, evidence),
        *_tags(expected, evidence),
        *_events(expected, evidence, more_events or {}),
        *_parked(evidence),
        *_warm(evidence),
    ]
    return Verdict(problems, sums)


def is_in_xero(each: Expected) -> bool:
    """Whether Xero must have the document."""
    return each.status == "posted" or each.code in IN_XERO_CODES


def _documents(expected: Iterable[Expected], found: Iterable[Found]) -> Iterator[str]:
    wanted = {(each.account, each.kind, each.mintsoft_id): each for each in expected}
    there = {(each.account, each.kind, each.mintsoft_id): each for each in found}
    for key, each in wanted.items():
        other = there.get(key)
        if other is None:
            yield f"{each.kind} {each.mintsoft_id} is missing from the ledger"
        elif (other.status, other.code) != (each.status, each.code):
            yield (
                f"{each.kind} {each.mintsoft_id} is {other.status} ({other.code}), "
                f"not {each.status} ({each.code})"
            )
    for account, kind, number in there.keys() - wanted.keys():
        yield f"{kind} {number} of {account} should not be in the ledger"


def compare_sums(expected: Iterable[Expected], evidence: Evidence) -> list[Sum]:
    """Return the totals by kind and currency: the samples' and those of Xero's invoices."""
    mine: dict[tuple[str, str], Decimal] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for each in filter(is_in_xero, expected):
        key = (each.kind, each.currency)
        mine[key] = mine.get(key, Decimal(0)) + each.total
        counts[key] += 1
    theirs = _in_xero(evidence)
    return [
        Sum(*key, counts[key], mine.get(key, Decimal(0)), theirs.get(key, Decimal(0)))
        for key in sorted(mine.keys() | theirs.keys())
    ]


def _in_xero(evidence: Evidence) -> dict[tuple[str, str], Decimal]:
    kinds = {each.xero_id: each.kind for each in evidence.documents if each.xero_id}
    sums: dict[tuple[str, str], Decimal] = {}
    for xero_id, invoice in evidence.invoices.items():
        kind = kinds.get(xero_id, "stray")
        key = (kind, str(invoice["CurrencyCode"]))
        amount = invoice["SubTotal"] if kind == "invoice" else invoice["Total"]
        sums[key] = sums.get(key, Decimal(0)) + Decimal(amount)
    return sums


def _sums(sums: Iterable[Sum]) -> Iterator[str]:
    for each in sums:
        if not each.equal:
            yield f"{each.kind}s in {each.currency}: Mintsoft {each.mintsoft}, Xero {each.xero}"


def _invoices(expected: Iterable[Expected], evidence: Evidence) -> Iterator[str]:
    wanted = sum(map(is_in_xero, expected))
    if len(evidence.invoices) != wanted:
        yield f"Xero has {len(evidence.invoices)} invoices, not {wanted}"


def _tags(expected: Iterable[Expected], evidence: Evidence) -> Iterator[str]:
    wanted = {each.mintsoft_id for each in expected if each.kind == "order" and is_in_xero(each)}
    if missing := wanted - evidence.tagged:
        yield f"{len(missing)} orders in Xero are not tagged in Mintsoft, such as {min(missing)}"
    if stray := evidence.tagged - wanted:
        yield f"{len(stray)} orders are tagged and not in Xero, such as {min(stray)}"


def _events(
    expected: Sequence[Expected], evidence: Evidence, more: Mapping[str, int]
) -> Iterator[str]:
    statuses = Counter(each.status for each in expected if not each.silent)
    wanted = {
        "connection.ready.v1": evidence.connections,
        "document.posted.v1": sum(map(is_in_xero, expected)),
        "document.needs-attention.v1": statuses["needs_attention"],
        "document.withdrawn.v1": statuses["withdrawn"],
        **more,
    }
    for event_type in sorted(wanted.keys() | evidence.events.keys()):
        if evidence.events[event_type] != wanted.get(event_type, 0):
            heard = evidence.events[event_type]
            yield f"{heard} events {event_type}, not {wanted.get(event_type, 0)}"


def _parked(evidence: Evidence) -> Iterator[str]:
    from workers.cli.demo.wrong import POISON_CODES

    if sorted(evidence.parked) != sorted(POISON_CODES):
        yield f"parked are {sorted(evidence.parked)}, not {sorted(POISON_CODES)}"


def _warm(evidence: Evidence) -> Iterator[str]:
    calls = calls_per_thousand(evidence.warm_orders, evidence.warm_calls)
    if evidence.warm_orders >= 1000 and calls > ALLOWED_CALLS:
        yield f"1,000 warm orders cost {calls} calls to Xero; {ALLOWED_CALLS} are allowed"


def calls_per_thousand(orders: int, calls: int) -> Decimal:
    """Return calls for each 1,000 orders, in tenths; 0 without orders."""
    return round(Decimal(calls) * 1000 / orders, 1) if orders else Decimal(0)

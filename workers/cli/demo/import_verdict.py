"""Did Xero's documents come into Mintsoft as they should: once, whole, to the penny?

What is compared with was worked out by hand; what is looked at is in the simulator of Mintsoft,
and the ledger's own idea is compared beside it. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workers.cli.demo.paperwork import CANCELLED, Import


@dataclass(frozen=True, slots=True)
class Row:
    """An import as the ledger has it."""

    kind: str
    number: str
    status: str
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Placed:
    """An order or ASN that Mintsoft has of Xero; ``total`` gross, None of an ASN."""

    kind: str
    number: str
    total: Decimal | None
    units: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Came:
    """What there is in the end: the ledger's rows, and Mintsoft's own documents."""

    rows: Sequence[Row] = ()
    placed: Sequence[Placed] = ()
    expected: Sequence[Import] = ()


def judge_imports(came: Came) -> list[str]:
    """Return what is not as it should be."""
    return [*_rows(came), *_placed(came)]


def expected_events(expected: Iterable[Import]) -> Mapping[str, int]:
    """Return how many events of each type must have been heard about imports."""
    found: Counter[str] = Counter()
    for each in expected:
        if each.units:
            sale = each.kind == "sales_order"
            found["order.imported.v1" if sale else "asn.imported.v1"] += 1
        found["import.needs-attention.v1"] += each.status == "needs_attention"
    return found


def _rows(came: Came) -> Iterator[str]:
    wanted = {(each.kind, each.number): each for each in came.expected}
    there = {(each.kind, each.number): each for each in came.rows}
    for key, each in wanted.items():
        other = there.get(key)
        if other is None:
            yield f"{each.kind} {each.number} is missing from the imports"
        elif (other.status, other.code) != (each.status, each.code):
            yield (
                f"{each.kind} {each.number} is {other.status} ({other.code}), "
                f"not {each.status} ({each.code})"
            )
    for kind, number in sorted(there.keys() - wanted.keys()):
        yield f"{kind} {number} should not be among the imports"


def _placed(came: Came) -> Iterator[str]:
    """Compare as multisets: a second order of the same number is a defect too."""
    wanted = Counter(_as_placed(each) for each in came.expected if each.units)
    there = Counter(came.placed)
    for each in (wanted - there).elements():
        yield f"Mintsoft lacks {_words(each)}"
    for each in (there - wanted).elements():
        yield f"Mintsoft has {_words(each)}, which should not be"


def _as_placed(each: Import) -> Placed:
    return Placed(each.kind, each.number, each.total, each.units, each.cancelled)


def _words(each: Placed) -> str:
    worth = "" if each.total is None else f" of {each.total}"
    ended = ", cancelled" if each.cancelled else ""
    return f"{each.kind} {each.number}: {each.units} units{worth}{ended}"


def status_of(order_status: object) -> bool:
    """Return whether Mintsoft's status says that an order was cancelled."""
    return order_status == CANCELLED

"""What Mintsoft's answers say. Pure.

Searches are fuzzy and cross clients, so a row counts only if client and number or SKU are
exactly those asked for. An answer that does not say what became of a write is Uncertain.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from workers.errors import Permanent
from workers.mintsoft import failures, reasons

Row = dict[str, object]


class OrderStatus(IntEnum):
    """Mintsoft's ids of an order's states; their names can be customised."""

    NEW = 1
    CANCELLED = 3
    DESPATCHED = 4
    INVOICED = 5
    INVOICE_FAILED = 6


DESPATCHED = frozenset({OrderStatus.DESPATCHED, OrderStatus.INVOICED, OrderStatus.INVOICE_FAILED})
"""All three mean that the order has left the warehouse."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that Mintsoft has created."""

    order_id: int
    number: str


@dataclass(frozen=True, slots=True)
class Found:
    """An order that is there; ``external_reference`` tells whether it is ours."""

    order_id: int
    number: str
    status_id: int | None
    external_reference: str

    @property
    def is_new(self) -> bool:
        """Whether it may still be changed or cancelled."""
        return self.status_id == OrderStatus.NEW


def one(found: object, what: str) -> Row:
    """Return a JSON object. Raises Transient for anything else."""
    if not isinstance(found, dict):
        raise failures.broken(f"{what} that is no JSON object", write=False)
    return found


def rows(found: object, what: str) -> list[Row]:
    """Return the objects of a JSON list. Raises Transient when it is none."""
    if not isinstance(found, list):
        raise failures.broken(f"{what} that is no JSON list", write=False)
    return [each for each in found if isinstance(each, dict)]


def placed(found: object, number: str) -> Placed:
    """Return the order that ``PUT /api/Order`` has created, asked for as *number*.

    An order that is split over warehouses is answered as several. Raises Permanent when
    Mintsoft refuses, Uncertain when the answer does not say what was done.
    """
    results = [each for each in _results(found) if "Success" in each]
    made = [each for each in results if each["Success"] is True]
    words = " ".join(_text(each, "Message") for each in results if each["Success"] is not True)
    if not results:
        raise failures.broken("a new order was answered without Success", write=True)
    if not made:
        raise Permanent(reasons.not_placed(f"order {number}", words), words)
    ids = [order_id for each in made if (order_id := number_of(each, "OrderId"))]
    if len(ids) < len(made):
        raise failures.broken("a new order was answered without its OrderId", write=True)
    if len(made) < len(results):
        named = ", ".join(f"order {each}" for each in ids)
        raise Permanent(reasons.half_placed(f"order {number}", named, words), words)
    return Placed(min(ids), _text(made[0], "OrderNumber") or number)


def written(found: object, what: str) -> int:
    """Return the ID in the answer to a write. Raises Permanent or Uncertain as above."""
    results = [each for each in _results(found) if "Success" in each]
    if len(results) != 1:
        raise failures.broken(f"a write of {what} was answered without Success", write=True)
    if results[0]["Success"] is not True:
        words = _text(results[0], "Message")
        raise Permanent(reasons.not_placed(what, words), words)
    made = number_of(results[0], "ID")
    if not made:
        raise failures.broken(f"{what} was answered without its ID", write=True)
    return made


def order_of(found: Iterable[Row], client_id: int, number: str) -> Found | None:
    """Return the order of *client_id* that is called exactly *number*.

    Of the parts of a split order the oldest counts, of several one that is not cancelled.
    """
    mine = [each for each in found if is_of(each, client_id, "OrderNumber", number)]
    mine.sort(key=_preference)
    return found_in(mine[0]) if mine else None


def found_in(row: Row) -> Found:
    """Return what an order of Mintsoft's says about itself."""
    return Found(
        number_of(row, "ID"),
        _text(row, "OrderNumber"),
        number_of(row, "OrderStatusId") or None,
        _text(row, "ExternalOrderReference"),
    )


def _preference(row: Row) -> tuple[bool, int]:
    return number_of(row, "OrderStatusId") == OrderStatus.CANCELLED, number_of(row, "ID")


def is_of(row: Row, client_id: int, name: str, value: str) -> bool:
    """Whether *row* belongs to the client and has exactly this *value*."""
    mine = number_of(row, "ClientId") == client_id
    return mine and bool(number_of(row, "ID")) and _text(row, name) == value


def asn_of(named: Sequence[Row], source_lines: Collection[str]) -> int | None:
    """Return the ASN among those of one reference that was made from *source_lines*.

    One without any such ids may be ours, too: whether Mintsoft keeps them is not promised.
    """
    if not source_lines:
        return first_id(named)
    ours = [each for each in named if source_lines_of(each) & set(source_lines)]
    return first_id(ours or [each for each in named if not source_lines_of(each)])


def source_lines_of(asn: Row) -> set[str]:
    """Return the ids that the lines of an ASN had where they came from."""
    items = asn.get("Items")
    listed = items if isinstance(items, list) else []
    return {
        line for each in listed if isinstance(each, dict) and (line := _text(each, "SourceLineId"))
    }


def first_id(found: Sequence[Row]) -> int | None:
    """Return the smallest ID, None when there is no row."""
    return min((number_of(each, "ID") for each in found), default=None)


def number_of(row: Row, name: str) -> int:
    """Return a whole number, 0 when it is not there."""
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _results(found: object) -> list[Row]:
    listed = found if isinstance(found, list) else [found]
    return [each for each in listed if isinstance(each, dict)]


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""

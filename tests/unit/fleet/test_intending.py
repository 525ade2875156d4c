"""What is done about an import: a table of where it stands and what Xero says of it now."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from schemas.imports import ImportAction, ImportKind, ImportStatus, NewAsn, NewAsnItem, NewOrder
from schemas.imports import NewOrderItem as Item
from tests.support.mintsoft import new_asn, new_order
from workers import intending
from workers.intending import Ask, Cancel, Change, Create
from workers.mapping.imports.decisions import Hold, Pass, Place
from workers.mapping.imports.differences import differences
from workers.mapping.reasons import reason
from workers.store.imports import Claimed, Settlement

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ORDER = new_order("INV-1")
DEARER = ORDER.model_copy(update={"comments": "Ring twice"})
HOLD = Hold(reason("recipient_missing"))
PASS = Pass(reason("left_out_paid"))


def claimed(placed: NewOrder | NewAsn | None = None, delivery: str | None = None) -> Claimed:
    """An import that is new, or was placed as *placed* by *delivery*."""
    return Claimed(
        id=1,
        kind=ImportKind.PURCHASE_ORDER if isinstance(placed, NewAsn) else ImportKind.SALES_ORDER,
        xero_id=UUID(int=7),
        number="INV-1",
        xero_updated_at=NOON,
        payload={},
        tries=1,
        failures=0,
        crashes=0,
        in_doubt=False,
        first_tried_at=None,
        placed=placed.body() if placed else None,
        delivery=delivery,
        mintsoft_id=9 if delivery == "api" else None,
        mintsoft_number="INV-1" if delivery == "api" else None,
    )


NEW, PLACED, ASKED = claimed(), claimed(ORDER, "api"), claimed(ORDER, "events")

INTENTS: list[tuple[str, Claimed, str, Any, bool, Any]] = [
    ("new", NEW, "AUTHORISED", Place(ORDER), False, Create(ORDER)),
    ("new, by event", NEW, "PAID", Place(ORDER), True, Ask(ImportAction.CREATE, ORDER)),
    ("held", NEW, "AUTHORISED", HOLD, False, ImportStatus.NEEDS_ATTENTION),
    ("left out", NEW, "PAID", PASS, False, ImportStatus.SKIPPED),
    ("gone before it came", NEW, "DELETED", PASS, False, ImportStatus.WITHDRAWN),
    ("the same", PLACED, "PAID", Place(ORDER), False, ImportStatus.IMPORTED),
    ("changed", PLACED, "PAID", Place(DEARER), False, Change(DEARER, "other comments")),
    ("changed for the worse", PLACED, "PAID", HOLD, False, ImportStatus.NEEDS_ATTENTION),
    ("emptied", PLACED, "AUTHORISED", PASS, False, ImportStatus.NEEDS_ATTENTION),
    ("voided", PLACED, "VOIDED", PASS, False, Cancel("voided")),
    ("the same, asked", ASKED, "PAID", Place(ORDER), True, ImportStatus.IMPORTED),
    ("changed, asked", ASKED, "PAID", Place(DEARER), True, Ask(ImportAction.UPDATE, DEARER)),
    ("voided, asked", ASKED, "VOIDED", PASS, True, Ask(ImportAction.CANCEL, ORDER)),
]


@pytest.mark.parametrize("case", INTENTS, ids=[each[0] for each in INTENTS])
def test_what_is_done(case: tuple[str, Claimed, str, Any, bool, Any]) -> None:
    """A Settlement is told by its status."""
    _, import_, status, decision, by_event, wanted = case
    found = intending.intend(import_, status, decision, by_event=by_event)
    assert (found.status if isinstance(found, Settlement) else found) == wanted


def _with(*items: Item, **more: Any) -> NewOrder:
    return new_order("INV-1", *items, **more)


def _item(sku: str, quantity: int, price: str = "1.00") -> Item:
    return Item(SKU=sku, quantity=quantity, unit_price=Decimal(price))


DIFFERENCES: list[tuple[NewOrder | NewAsn, NewOrder | NewAsn, str]] = [
    (_with(_item("A", 1)), _with(_item("A", 3)), "3 x A instead of 1"),
    (_with(_item("A", 1)), _with(_item("B", 2)), "2 x B added; A no more"),
    (_with(_item("A", 1)), _with(_item("A", 1, "2.00")), "other prices"),
    (_with(_item("A", 1)), _with(_item("A", 1), town="York"), "another name or address"),
    (_with(_item("A", 1)), _with(_item("A", 1), currency="EUR"), "another currency"),
    (_with(_item("A", 1)), _with(_item("A", 1), courier_service="DPD"), "other details"),
    (
        new_asn(),
        new_asn(items=(NewAsnItem(SKU="MUG", quantity=6, source_line_id="line-1"),)),
        "6 x MUG instead of 12",
    ),
    (new_asn(), new_asn(estimated_delivery="2027-01-01"), "another delivery date"),
]


@pytest.mark.parametrize(("before", "after", "words"), DIFFERENCES)
def test_differences_are_told_without_personal_data(
    before: NewOrder | NewAsn, after: NewOrder | NewAsn, words: str
) -> None:
    """Goods with figures, people without."""
    assert differences(before, after) == words


def test_what_was_stored_is_read_back_the_same() -> None:
    """The body that Mintsoft was given is compared later, so it must survive."""
    assert intending.placed_body(PLACED) == ORDER
    assert intending.placed_body(claimed(new_asn(), "api")) == new_asn()

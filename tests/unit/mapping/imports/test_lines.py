"""What a line of a Xero document is: goods, shipping, a discount, a note, or a problem."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.mapping.imports.sales import charge, context, line, note, sale
from workers.mapping.imports.lines import (
    Discount,
    Goods,
    Line,
    Note,
    Shipping,
    lines_of,
    reading_of,
    skus_of,
)
from workers.mapping.reasons import Reason


def read(row: dict[str, Any], **more: Any) -> Line:
    document = sale(row)
    (found,) = lines_of(document, reading_of(document, context(**more)))
    return found


def problem(row: dict[str, Any], **more: Any) -> Reason:
    found = read(row, **more)
    assert isinstance(found, Reason), found
    return found


def test_an_item_code_is_a_sku() -> None:
    """Goods keep SKU, quantity and figures."""
    found = read(line("TEA-01", "3"))
    assert isinstance(found, Goods)
    assert (found.sku, found.quantity, found.line.line_amount) == ("TEA-01", 3, Decimal("30.00"))


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        (line("TEA-99"), "sku_unknown", "Line 1 (SKU TEA-99) is not a product"),
        (line("tea-01"), "sku_unknown", "Line 1 (SKU tea-01)"),
        (line("TEA-01", "1.5"), "quantity_not_whole", "a quantity of 1.5;"),
        (line("TEA-01", "-2"), "quantity_negative", "a quantity of -2:"),
        (line("TEA-01", "3000000000"), "quantity_too_large", "a quantity of 3000000000,"),
        (line("TEA-01", "1", "-5"), "price_negative", "comes to -5.00 GBP"),
        (charge("Engraving", "7.50"), "line_without_item", "Line 1 (Engraving) has no item code"),
        (charge("Engraving", "7.50"), "line_without_item", "comes to 7.50 GBP"),
        (charge("Engraving", "-7.50"), "line_without_item", "comes to -7.50 GBP"),
        (charge("", "7.50"), "line_without_item", "Line 1 has no item code"),
        (charge("Shipping", "-5"), "line_without_item", "Line 1 (Shipping)"),
        (charge("Discount", "5"), "line_without_item", "Line 1 (Discount)"),
    ],
)
def test_what_stops_a_document(row: dict[str, Any], code: str, words: str) -> None:
    """The line, its figures and the cause are named."""
    found = problem(row)
    assert found.code == code
    assert words in found.message


@pytest.mark.parametrize(
    "text",
    [
        "Shipping",
        "POSTAGE & PACKING",
        "p&p",
        "P & P second class",
        "Next day delivery",
        "Carriage (pallet)",
        "freight",
        "Courier charge",
    ],
)
def test_shipping_by_its_name(text: str) -> None:
    """However it is written, whatever account it is on."""
    assert read(charge(text, "4.95")) == Shipping(Decimal("4.95"), Decimal("0.99"))


def test_shipping_by_the_mapped_account() -> None:
    """A name nobody knows, booked to the mapped account."""
    assert isinstance(read(charge("Zone 4", "4.95", "425")), Shipping)


def test_an_account_of_sales_tells_nothing() -> None:
    """Given shipping mapped to the sales account, only the name makes a charge shipping."""
    mapping = {"defaults": {"sales": "200", "shipping": "200"}}
    assert problem(charge("Zone 4", "4.95"), mapping=mapping).code == "line_without_item"
    assert isinstance(read(charge("Shipping", "4.95"), mapping=mapping), Shipping)


def test_the_channels_own_shipping_account() -> None:
    """The account mapped for the connection's channel counts."""
    mapping = {"channels": {"2": {"shipping": "426"}}}
    assert isinstance(read(charge("Zone 4", "4.95", "426"), mapping=mapping), Shipping)


def test_shipping_kept_as_an_item_of_xeros() -> None:
    """An item that Mintsoft doesn't have, booked to the shipping account, is a charge."""
    row = line("POST-1", "1", "4.95", AccountCode="425")
    assert isinstance(read(row), Shipping)
    assert isinstance(read(row, products={"POST-1": 9}), Goods)
    assert problem(line("POST-1", "1", "4.95")).code == "sku_unknown"


@pytest.mark.parametrize(
    "row",
    [
        charge("Voucher SPRING", "-5"),
        charge("10% discount", "-5"),
        charge("Thank you", "-5", "270"),
    ],
)
def test_discounts_are_negative_charges(row: dict[str, Any]) -> None:
    """By name or by the mapped account; amounts are positive off the order."""
    assert read(row) == Discount(Decimal("5.00"), Decimal("1.00"))


@pytest.mark.parametrize(
    "row",
    [note("Leave with the porter"), charge("Free shipping", "0"), line("TEA-01", "0")],
)
def test_what_is_worth_nothing_is_a_note(row: dict[str, Any]) -> None:
    """Its words are kept."""
    assert read(row) == Note(row["Description"])


def test_without_products_every_sku_is_believed() -> None:
    """Nobody can be asked: Mintsoft's own services will judge."""
    assert isinstance(read(line("TEA-99"), products=None), Goods)


def test_skus_are_the_item_codes() -> None:
    """Each once; charges and notes have none."""
    document = sale(line("B"), line("A"), line("B"), charge("Shipping", "5"), note("x"))
    assert skus_of(document) == {"A", "B"}

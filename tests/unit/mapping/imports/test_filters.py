"""Which documents are not for Mintsoft, each filter by its name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.mapping.imports.sales import (
    charge,
    context,
    held,
    line,
    note,
    passed,
    placed,
    purchase,
    sale,
)
from workers.mapping.imports.filters import is_withdrawn
from workers.mapping.imports.purchase_orders import decide_purchase_order
from workers.mapping.imports.sales_orders import decide_sales_order

THEME = "6f0d1c56-6f0e-4d0e-9a53-6c1b8a3f7f10"
LEEDS = {"category": "Warehouse", "option": "Leeds"}
TRACKED: dict[str, Any] = {"Tracking": [{"Name": "Warehouse", "Option": "Leeds"}]}
CREDITED = {"AmountCredited": Decimal(12), "CreditNotes": [{"CreditNoteNumber": "CN-1"}]}


def filtered(*lines: dict[str, Any], filters: dict[str, Any] | None = None, **more: Any) -> Any:
    settings = {"import_filters": filters or {}}
    return decide_sales_order(sale(*(lines or [line()]), **more), context(settings))


@pytest.mark.parametrize(
    ("filters", "more", "code"),
    [
        ({}, {"Type": "ACCPAY"}, "left_out_type"),
        ({}, {"Status": "DRAFT"}, "left_out_status"),
        ({}, {"Status": "SUBMITTED"}, "left_out_status"),
        ({"statuses": ["PAID"]}, {}, "left_out_status"),
        ({}, {"Status": "VOIDED"}, "left_out_withdrawn"),
        ({}, {"Status": "DELETED"}, "left_out_withdrawn"),
        ({"ignore_paid": True}, {"Status": "PAID"}, "left_out_paid"),
        ({}, {"Status": "PAID", **CREDITED}, "left_out_credited"),
        ({"branding_themes": [THEME]}, {}, "left_out_theme"),
        ({"tracking": LEEDS}, {}, "left_out_tracking"),
        ({"skip_numbers": "^INV-"}, {}, "left_out_number"),
        ({"not_before": "2026-11-21"}, {}, "left_out_date"),
        ({}, {"Date": "/Date(1793404800000+0000)/"}, "left_out_date"),  # 31 October 2026
    ],
)
def test_what_is_left_out(filters: dict[str, Any], more: dict[str, Any], code: str) -> None:
    """By its own code."""
    assert passed(filtered(filters=filters, **more)).code == code


@pytest.mark.parametrize(
    ("filters", "more"),
    [
        ({}, {"Status": "PAID"}),
        ({"statuses": ["DRAFT"]}, {"Status": "DRAFT"}),
        ({"ignore_credited": False}, CREDITED),
        ({}, {**CREDITED, "AmountCredited": Decimal("11.99")}),
        ({}, {"AmountCredited": Decimal(12)}),  # by a prepayment: paid, not credited
        ({"branding_themes": [THEME]}, {"BrandingThemeID": THEME}),
        ({"skip_numbers": "^SUB-"}, {}),
        ({"not_before": "2026-11-20"}, {}),
        ({"not_before": "2026-10-31"}, {"Date": "/Date(1793404800000+0000)/"}),
    ],
)
def test_what_is_let_in(filters: dict[str, Any], more: dict[str, Any]) -> None:
    """The limits of each filter."""
    placed(filtered(filters=filters, **more))


def test_one_tracked_line_is_enough() -> None:
    """Given two lines, one with the option asked for."""
    placed(filtered(line(), line(**TRACKED), filters={"tracking": LEEDS}))


@pytest.mark.parametrize(
    ("lines", "filters", "code"),
    [
        ([], {}, "left_out_no_goods"),
        ([note("Thank you")], {}, "left_out_no_goods"),
        ([charge("Shipping", "5")], {}, "left_out_no_goods"),
        ([line("TEA-01", "0")], {}, "left_out_no_goods"),
        ([charge("Advice", "90")], {"ignore_without_items": True}, "left_out_without_items"),
    ],
)
def test_without_goods(lines: list[dict[str, Any]], filters: dict[str, Any], code: str) -> None:
    """There is nothing for a warehouse to do."""
    settings = {"import_filters": filters}
    assert passed(decide_sales_order(sale(*lines), context(settings))).code == code


def test_services_wait_unless_they_are_ignored() -> None:
    """An item code may have been forgotten: a person decides, and is told of the setting."""
    found = held(filtered(charge("Advice", "90")))
    assert found.code == "line_without_item"
    assert "ignore_without_items" in found.remedy


def test_what_is_in_mintsoft_is_not_filtered_again() -> None:
    """Given an imported invoice that was paid since, its body is what it was."""
    filters = {"ignore_paid": True, "not_before": "2027-01-01"}
    settings = context({"import_filters": filters})
    placed(decide_sales_order(sale(line(), Status="PAID"), settings, imported=True))


@pytest.mark.parametrize("status", ["VOIDED", "DELETED", "PAID", "AUTHORISED"])
def test_withdrawn(status: str) -> None:
    """Voided and deleted documents are; nothing else is."""
    assert is_withdrawn(sale(line(), Status=status)) is (status in ("VOIDED", "DELETED"))


@pytest.mark.parametrize(
    ("filters", "more", "code"),
    [
        ({}, {"Status": "DRAFT"}, "left_out_status"),
        ({}, {"Status": "BILLED"}, "left_out_status"),
        ({}, {"Status": "DELETED"}, "left_out_withdrawn"),
        ({"skip_numbers": "7$"}, {}, "left_out_number"),
        ({"not_before": "2026-11-21"}, {}, "left_out_date"),
        ({"tracking": LEEDS}, {}, "left_out_tracking"),
    ],
)
def test_purchase_orders_left_out(filters: dict[str, Any], more: dict[str, Any], code: str) -> None:
    """By the filters that concern them."""
    order = purchase(line(), **more)
    assert passed(decide_purchase_order(order, context({"import_filters": filters}))).code == code


def test_a_filter_names_its_setting() -> None:
    """People find what left a document out."""
    order = purchase(line(), Status="BILLED")
    found = passed(decide_purchase_order(order, context()))
    assert "import_filters.purchase_order_statuses lets in AUTHORISED" in found.message

"""What stops an order, and that its reason names what a bookkeeper needs to know."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.mapping.books import (
    DEFAULTS,
    TAX_RATES,
    account,
    chart,
    context,
    item,
    order,
    tax_rate,
    waits,
)
from workers.mapping.orders import decide_order
from workers.mapping.reasons import Cure

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("more", "code", "cure", "words"),
    [
        ({"TotalOrderGross": "-0.01"}, "negative_total", Cure.PERSON, ["-0.01 GBP", "credit note"]),
        ({"OrderItems": []}, "no_items", Cure.MINTSOFT, ["12.00 GBP"]),
        ({"OrderItems": [item(Quantity=0)]}, "no_items", Cure.MINTSOFT, ["12.00 GBP"]),
        ({"OrderItems": [item(TaxRate="7.7")]}, "tax_rate_unmapped", Cure.MAPPING,
         ["7.7 %", "SKU TEA-01"]),
        ({"OrderItems": [item(PriceNet=None)]}, "price_missing", Cure.MINTSOFT, ["SKU TEA-01"]),
        ({"OrderItems": [item(DiscountNet=11)]}, "discount_exceeds_line", Cure.MINTSOFT,
         ["11.00", "10.00", "SKU TEA-01"]),
        ({"DiscountNet": "10.01"}, "discount_exceeds_total", Cure.MINTSOFT, ["10.01", "10.00"]),
        ({"DiscountNet": -1}, "discount_negative", Cure.MINTSOFT, ["-1.00"]),
        ({"ShippingNet": 5, "ShippingTax": "0.77"}, "tax_rate_unmapped", Cure.MAPPING,
         ["15.4 %", "shipping"]),
        ({"Currency": None}, "currency_missing", Cure.MINTSOFT, []),
        ({"Currency": {"Code": ""}}, "currency_missing", Cure.MINTSOFT, []),
        ({"Currency": {"Code": "UKP"}}, "currency_unknown", Cure.MINTSOFT, ["UKP"]),
        ({"Currency": {"Code": "jpy"}}, "currency_not_enabled", Cure.XERO,
         ["JPY", "EUR, GBP, USD", "Acme Tea Ltd"]),
        ({"DespatchDate": "2025-12-31T23:59:00"}, "date_locked", Cure.XERO,
         ["31 December 2025", "Acme Tea Ltd"]),
        ({"FirstName": " ", "LastName": None, "PIIRemoved": True}, "contact_missing",
         Cure.MAPPING, ["personal data"]),
        ({"OrderNumber": "9" * 253}, "number_too_long", Cure.MAPPING, ["256"]),
    ],
)  # fmt: skip
def test_the_order_itself(more: Json, code: str, cure: Cure, words: list[str]) -> None:
    found = waits(decide_order(order(item(), **more), context()))
    assert (found.code, found.cure) == (code, cure)
    for each in words:
        assert each in found.message


def test_the_day_after_the_lock_date_is_open() -> None:
    given = order(item(), DespatchDate="2026-01-01T00:00:00")
    assert not hasattr(decide_order(given, context()), "reason")


def _defaults(**changed: str | None) -> Json:
    return {"defaults": {**DEFAULTS, **changed}}


CHARGES: Json = {"ShippingNet": 1, "ShippingTax": ".2", "DiscountNet": 1, "DiscountTax": ".2"}


@pytest.mark.parametrize(
    ("mapping", "code", "words"),
    [
        ({"defaults": None}, "mapping_missing", ["defaults.sales"]),
        (_defaults(shipping=None), "account_unmapped", ["shipping"]),
        (_defaults(discount=None), "account_unmapped", ["the order's discount"]),
        (_defaults(sales="999"), "account_missing", ["999", "SKU TEA-01"]),
        (_defaults(sales="499"), "account_archived", ['499 "Old sales"', "SKU TEA-01"]),
        (_defaults(sales="610"), "account_reserved", ['610 "Debtors"', "DEBTORS"]),
        (_defaults(sales="429"), "account_unsuitable", ['429 "Sundries"', "EXPENSE", "OUTPUT2"]),
        (_defaults(purchases="499"), "account_archived", ["purchases of SKU TEA-01"]),
        ({"tax": {"20": "OUTPUT9"}}, "tax_type_missing", ["OUTPUT9"]),
        ({"tax": {"20": "RROUTPUT"}}, "tax_rate_differs", ["RROUTPUT is 5 %", "charged 20 %"]),
        ({"skus": {"TEA-01": {"tax_type": "RROUTPUT"}}}, "tax_rate_differs", ["SKU TEA-01"]),
        ({"skus": {"TEA-01": {"tracking": [{"category": "Channel", "option": "Fax"}]}}},
         "tracking_missing", ["Channel: Fax"]),
        ({"skus": {"TEA-01": {"tracking": [{"category": "Colour", "option": "Red"}]}}},
         "tracking_missing", ["Colour: Red"]),
    ],
)  # fmt: skip
def test_the_mapping(mapping: Json, code: str, words: list[str]) -> None:
    found = waits(decide_order(order(item(), **CHARGES), context(mapping)))
    assert found.code == code
    for each in words:
        assert each in found.message


def test_an_inactive_tax_type() -> None:
    given = order(item(TaxRate="17.5"), total="11.75")
    found = waits(decide_order(given, context({"tax": {"17.5": "OLDOUTPUT"}})))
    assert found.code == "tax_type_inactive"


def test_more_than_two_tracking_categories() -> None:
    settings = {
        "tracking": [
            {"category": "Warehouse", "option": "Leeds"},
            {"category": "Region", "option": "North"},
        ]
    }
    mapping = {"skus": {"TEA-01": {"tracking": [{"category": "Channel", "option": "eBay"}]}}}
    found = waits(decide_order(order(item()), context(mapping, settings)))
    assert found.code == "tracking_too_many"
    assert "Warehouse, Region, Channel" in found.message


@pytest.mark.parametrize(
    ("more", "words"),
    [({}, "no channel"), ({"ChannelId": 7}, "channel 7"), ({"Channel": {"Name": " "}}, "no chan")],
)
def test_contacts_by_channel_need_the_channels_name(more: Json, words: str) -> None:
    settings = {"contact_policy": "channel"}
    found = waits(decide_order(order(item(), **more), context(settings=settings)))
    assert found.code == "contact_channel_missing"
    assert words in found.message


def test_all_problems_are_told_at_once() -> None:
    lines = item("A", TaxRate="7.7"), item("B", PriceNet=None), item("C")
    given = order(*lines, Currency=None, FirstName=None, LastName=None)
    found = waits(decide_order(given, context(_defaults(sales="499"))))
    assert found.code == "tax_rate_unmapped"
    for each in ("7.7 %", "SKU B", "no currency", "customer name", "archived"):
        assert each in found.message


def test_one_cause_on_many_lines_is_told_once() -> None:
    lines = [item(f"TEA-{n}") for n in range(60)]
    found = waits(decide_order(order(*lines), context(_defaults(sales="499"))))
    assert found.message.count("archived") == 1


def test_a_total_of_zero_over_lines_with_a_value_is_not_skipped() -> None:
    """Skipping it would lose 12.00 without a word."""
    found = waits(decide_order(order(item(), total="0"), context()))
    assert found.code == "totals_differ"


def test_a_rounding_line_needs_a_usable_account() -> None:
    books = chart(
        accounts=[account("200", "Sales"), account("860", "Rounding", "EXPENSE")],
        rates=[*TAX_RATES, tax_rate("NONE", "0")],
    )
    where = context({"defaults": {"sales": "200", "rounding": "860"}}, books=books)
    found = waits(decide_order(order(item(), total="12.01"), where))
    assert found.code == "account_unsuitable"
    assert "rounding" in found.message


def test_an_item_worth_nothing_may_have_any_tax_type() -> None:
    """A free gift bears no tax, so a tax type of another rate does no harm."""
    mapping = {"skus": {"FREE": {"tax_type": "RROUTPUT"}}}
    given = order(item(), item("FREE", PriceNet=0, TaxRate=0))
    found = decide_order(given, context(mapping))
    assert not hasattr(found, "reason"), found


def test_figures_are_exact_in_messages() -> None:
    given = order(item(PriceNet=Decimal("1234567.891")), total="1")
    assert "1,481,481.47 GBP" in waits(decide_order(given, context())).message

"""A dispatched order that is well mapped: what stands on its invoice."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from schemas.connections import TrackingChoice
from tests.unit.mapping.books import context, item, line_of, order, posted
from workers.mapping.decisions import Skip
from workers.mapping.drafts import ContactDraft, Totals
from workers.mapping.orders import decide_order

Json = dict[str, Any]


def test_a_plain_order() -> None:
    """Given 2 x 10.00 and shipping at 20 %, the invoice carries every field Xero shows."""
    given = order(item(Quantity=2), total="28.80", ShippingNet=4, ShippingTax="0.8")
    found = posted(decide_order(given, context()))
    invoice = found.invoice
    assert invoice.number == "MS-SO-1001"
    assert invoice.reference == "WEB-77"
    assert invoice.url == "https://acme.mintsoft.example/Order/Details/4711"
    assert invoice.contact == ContactDraft("Zoë O'Neil", "zoe@example.com")
    assert (invoice.date, invoice.due_date) == (dt.date(2026, 11, 20), dt.date(2026, 11, 20))
    assert (invoice.currency, invoice.status) == ("GBP", "AUTHORISED")
    assert invoice.totals == Totals(Decimal(24), Decimal("4.8"), Decimal("28.8"))
    assert invoice.expected_total == invoice.totals.gross
    assert found.warnings == ()
    assert found.contact_key is None


def test_each_item_is_a_line_and_an_item_in_xero() -> None:
    given = order(item("TEA-01"), item("TEA-02", Details=None), item("TEA-01"), total="36")
    found = posted(decide_order(given, context()))
    assert [line.item_code for line in found.invoice.lines] == ["TEA-01", "TEA-02", "TEA-01"]
    assert [line.description for line in found.invoice.lines][1] == "TEA-02"
    assert [(each.code, each.name) for each in found.items] == [
        ("TEA-01", "Details of TEA-01"),
        ("TEA-02", "TEA-02"),
    ]
    assert found.items[0].sales_account == "200"
    assert found.items[0].sales_tax_type == "OUTPUT2"
    assert found.items[0].purchases_account == "310"


def test_a_sku_of_30_characters_is_an_item_and_of_31_a_warning() -> None:
    """Cutting it could make one item of two SKUs, so the SKU goes into the description."""
    short, long = "A" * 30, "B" * 31
    found = posted(decide_order(order(item(short), item(long), total="24"), context()))
    assert [each.code for each in found.items] == [short]
    assert found.invoice.lines[1].item_code is None
    assert found.invoice.lines[1].description == f"Details of {long} (SKU {long})"
    (warning,) = found.warnings
    assert warning.code == "sku_too_long"
    assert long in warning.message


def test_long_details_are_cut_to_what_xero_takes() -> None:
    found = posted(decide_order(order(item("A", Details="word " * 799)), context()))
    assert len(found.invoice.lines[0].description) <= 4000
    assert len(found.items[0].name) <= 50
    assert not found.items[0].name.endswith(" ")


MAPPED: Json = {
    "channels": {"7": {"sales": "201", "tracking": [{"category": "Channel", "option": "eBay"}]}},
    "skus": {
        "GIFT": {
            "sales": "205",
            "purchases": "429",
            "tax_type": "RROUTPUT",
            "tracking": [{"category": "Channel", "option": "Amazon"}],
        }
    },
}


def test_sku_before_channel_before_default() -> None:
    settings = {"tracking": [{"category": "Warehouse", "option": "Leeds"}]}
    lines = (item("TEA"), item("GIFT", TaxRate=5))
    given = order(*lines, total="22.5", ChannelId=7)
    found = posted(decide_order(given, context(MAPPED, settings)))
    leeds = TrackingChoice(category="Warehouse", option="Leeds")
    assert [(line.account, line.tax_type) for line in found.invoice.lines] == [
        ("201", "OUTPUT2"),
        ("205", "RROUTPUT"),
    ]
    assert [line.tracking for line in found.invoice.lines] == [
        (leeds, TrackingChoice(category="Channel", option="eBay")),
        (leeds, TrackingChoice(category="Channel", option="Amazon")),
    ]
    assert [each.purchases_account for each in found.items] == ["429", "310"]
    assert [each.sales_account for each in found.items] == ["205", "200"]


def test_shipping_and_discount_by_channel() -> None:
    mapping = {"channels": {"7": {"shipping": "205", "discount": "201"}}}
    given = order(
        item(), total="12", ShippingNet=1, ShippingTax=".2", DiscountNet=1, DiscountTax=".2",
        ChannelId=7,
    )  # fmt: skip
    found = decide_order(given, context(mapping))
    assert line_of(found, "shipping").account == "205"
    assert line_of(found, "the order's discount").account == "201"


@pytest.mark.parametrize(
    ("policy", "mapping", "more", "name", "key"),
    [
        ({}, {}, {"CompanyName": "  Tea \u00a0 & Co\n"}, "Tea & Co", None),
        ({}, {}, {"FirstName": None}, "O'Neil", None),
        ({}, {}, {"CompanyName": "x" * 300}, "x" * 255, None),
        (
            {"contact_policy": "fixed", "fixed_contact": "Web sales"},
            {}, {}, "Web sales", "name:web sales",
        ),
        (
            {"contact_policy": "channel"},
            {"channels": {"7": {"contact": "eBay customers"}}},
            {"ChannelId": 7, "Channel": {"ID": 7, "Name": "eBay UK"}},
            "eBay customers", "name:ebay customers",
        ),
        (
            {"contact_policy": "channel"},
            {}, {"Channel": {"ID": 7, "Name": "eBay UK"}}, "eBay UK", "name:ebay uk",
        ),
    ],
)  # fmt: skip
def test_the_contact_follows_the_policy(
    policy: Json, mapping: Json, more: Json, name: str, key: str | None
) -> None:
    """A contact that many customers share never gets one customer's e-mail address."""
    found = posted(decide_order(order(item(), **more), context(mapping, policy)))
    email = "zoe@example.com" if key is None else None
    assert found.invoice.contact == ContactDraft(name, email)
    assert found.contact_key == key


def test_a_contact_remembered_is_used_by_id() -> None:
    known = UUID(int=7)
    settings = {"contact_policy": "fixed", "fixed_contact": "Web sales"}
    where = context(settings=settings, contacts={"name:web sales": known})
    assert posted(decide_order(order(item()), where)).invoice.contact.contact_id == known


@pytest.mark.parametrize(
    "email", ["", "zoe", "zoe@", "a@b", "a b@c.de", "a@b..de", "a@b.de,c@d.ef"]
)
def test_an_address_xero_would_refuse_is_left_out(email: str) -> None:
    found = posted(decide_order(order(item(), Email=email), context()))
    assert found.invoice.contact.email is None


@pytest.mark.parametrize(
    ("settings", "more", "number"),
    [
        ({}, {}, "MS-SO-1001"),
        ({}, {"Part": 1, "NumberOfParts": 1}, "MS-SO-1001"),
        ({}, {"Part": 2, "NumberOfParts": 3}, "MS-SO-1001-2"),
        ({"invoice_number": "{number}/{part}"}, {"Part": 2, "NumberOfParts": 3}, "SO-1001/2"),
        ({"invoice_number": "{number}/{part}"}, {}, "SO-1001/1"),
        ({"invoice_number": "X{id}"}, {}, "X4711"),
        ({}, {"OrderNumber": "A {id}  {part}"}, "MS-A {id} {part}"),
    ],
)
def test_the_number_follows_from_the_order_alone(settings: Json, more: Json, number: str) -> None:
    found = decide_order(order(item(), **more), context(settings=settings))
    assert posted(found).invoice.number == number


def test_the_settings_reach_the_invoice() -> None:
    theme = UUID(int=9)
    settings = {"document_status": "DRAFT", "due_days": 14, "branding_theme": str(theme)}
    found = posted(decide_order(order(item()), context(settings=settings))).invoice
    assert (found.status, found.due_date, found.branding_theme) == (
        "DRAFT", dt.date(2026, 12, 4), theme,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("despatched", "day"),
    [
        ("2026-11-20T23:59:59", dt.date(2026, 11, 20)),
        ("2026-11-20T23:30:00-02:00", dt.date(2026, 11, 20)),
        ("2026-06-01T00:15:00+01:00", dt.date(2026, 6, 1)),
        (None, dt.date(2026, 11, 21)),
    ],
)
def test_the_date_is_the_day_of_despatch_as_written(despatched: str | None, day: dt.date) -> None:
    found = posted(decide_order(order(item(), DespatchDate=despatched), context()))
    assert found.invoice.date == day


def test_lines_of_quantity_0_are_left_out_and_free_lines_kept() -> None:
    given = order(item(), item("NONE", Quantity=0), item("FREE", PriceNet=0, TaxRate=None))
    found = posted(decide_order(given, context()))
    assert [line.item_code for line in found.invoice.lines] == ["TEA-01", "FREE"]
    assert [each.code for each in found.warnings] == ["zero_quantity"]


def test_negative_lines_stay_while_the_total_is_not_negative() -> None:
    given = order(item(), item("BACK", PriceNet=-4), total="7.2")
    found = posted(decide_order(given, context()))
    assert found.invoice.totals.gross == Decimal("7.2")


def test_an_order_worth_nothing_is_skipped_even_before_anything_is_mapped() -> None:
    nothing = order(item(PriceNet=None), total="0")
    found = decide_order(nothing, context({"defaults": None}))
    assert isinstance(found, Skip)
    assert found.reason.code == "nothing_to_invoice"


def test_zero_totals_are_posted_on_request() -> None:
    given = order(item(DiscountNet=10), total="0")
    assert isinstance(decide_order(given, context()), Skip)
    found = decide_order(given, context(settings={"export_zero_totals": True}))
    assert posted(found).invoice.expected_total == 0


def test_shipping_alone_is_an_invoice() -> None:
    found = decide_order(order(total="6", ShippingNet=5, ShippingTax=1), context())
    assert [line.label for line in posted(found).invoice.lines] == ["shipping"]

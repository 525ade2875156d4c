"""A 3PL's invoice: one line for each cost centre with a value, on its mapped account."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.unit.mapping.books import (
    COST_CENTRES,
    chart,
    fulfilment,
    invoice,
    line_of,
    posted,
    waits,
)
from workers.mapping.decisions import Skip
from workers.mapping.drafts import ContactDraft, Totals
from workers.mapping.invoices import decide_invoice

Json = dict[str, Any]


def test_a_plain_invoice() -> None:
    given = invoice(StorageCost="1.5", PickingCost=10, VatFreePostageCost="4.20", PostageCost=0)
    found = posted(decide_invoice(given, fulfilment()))
    draft = found.invoice
    lines = [(e.description, e.unit_amount, e.account, e.tax_type) for e in draft.lines]
    assert lines == [
        ("Picking", Decimal(10), "200", "OUTPUT2"),
        ("Postage (VAT free)", Decimal("4.2"), "425", "ZERORATEDOUTPUT"),
        ("Storage", Decimal("1.5"), "201", "OUTPUT2"),
    ]
    assert {line.quantity for line in draft.lines} == {Decimal(1)}
    assert draft.totals == Totals(Decimal("15.7"), Decimal("2.3"), Decimal(18))
    assert draft.expected_total == 18
    assert (draft.number, draft.reference) == ("MS-INV-88", "November")
    assert draft.url == "https://acme.mintsoft.example/Accounting/Invoice/Details/88"
    assert draft.contact == ContactDraft("Borealis Toys", "ap@borealis.example")
    assert (draft.date, draft.due_date) == (dt.date(2026, 11, 20), dt.date(2026, 12, 20))
    assert found.contact_key == "client:3"
    assert (found.items, found.warnings) == ((), ())


@pytest.mark.parametrize("written", ["2026-06-01T00:00:00", "2026-06-01T00:00:00+01:00"])
def test_the_date_is_the_day_as_written(written: str) -> None:
    """Midnight of the first in London is the first's: in UTC it would be another VAT quarter's."""
    draft = posted(decide_invoice(invoice(Date=written, PickingCost=1), fulfilment())).invoice
    assert draft.date == dt.date(2026, 6, 1)


def test_a_value_without_mapping_stops_it_and_names_them_all() -> None:
    given = invoice(PickingCost=10, AdminFee=5, ReworkCost="-0.50")
    found = waits(decide_invoice(given, fulfilment()))
    assert found.code == "cost_centre_unmapped"
    assert "Rework (ReworkCost) -0.50" in found.message
    assert "Admin fee (AdminFee) 5.00" in found.message


@pytest.mark.parametrize(
    ("settings", "mapping", "client", "picking", "postage"),
    [
        ({}, {}, {}, "OUTPUT2", "ZERORATEDOUTPUT"),
        ({"tax_regime": "au-bas"}, {}, {}, "OUTPUT", "EXEMPTOUTPUT"),
        ({}, {"tax": {"0": "NONE"}}, {}, "OUTPUT2", "NONE"),
        ({}, {}, {"VatExempt": True}, "EXEMPTOUTPUT", "EXEMPTOUTPUT"),
        ({}, {"tax": {"exempt": "NONE"}}, {"VatExempt": True}, "NONE", "NONE"),
        ({}, {"cost_centres": {
            "PickingCost": {"account": "200", "tax_type": "RROUTPUT"},
            "VatFreePostageCost": {"account": "425", "tax_type": "EXEMPTOUTPUT"},
        }}, {}, "RROUTPUT", "EXEMPTOUTPUT"),
    ],
)  # fmt: skip
def test_tax_types(settings: Json, mapping: Json, client: Json, picking: str, postage: str) -> None:
    given = invoice(client, PickingCost=10, VatFreePostageCost=4)
    found = decide_invoice(given, fulfilment(mapping, settings))
    assert line_of(found, "Picking").tax_type == picking
    assert line_of(found, "Postage (VAT free)").tax_type == postage


@pytest.mark.parametrize(
    ("client", "code", "words"),
    [({}, "tax_type_unmapped", "Picking"), ({"VatExempt": True}, "tax_rate_unmapped", "exempt")],
)
def test_a_custom_regime_needs_its_tax_types_mapped(client: Json, code: str, words: str) -> None:
    where = fulfilment(settings={"tax_regime": "custom"})
    found = waits(decide_invoice(invoice(client, PickingCost=10), where))
    assert found.code == code
    assert words in found.message


def test_a_regime_that_is_not_the_organisations_is_found_out() -> None:
    """OUTPUT2 at 15 % is New Zealand's: the regime uk means 20 %."""
    rates = [
        {"TaxType": "OUTPUT2", "EffectiveRate": 15, "Status": "ACTIVE", "CanApplyToRevenue": True}
    ]
    where = fulfilment(books=chart(rates=rates))
    found = waits(decide_invoice(invoice(PickingCost=10), where))
    assert found.code == "tax_rate_differs"


def test_tracking_of_connection_and_cost_centre() -> None:
    centre = {"account": "200", "tracking": [{"category": "Channel", "option": "eBay"}]}
    settings = {"tracking": [{"category": "Warehouse", "option": "Leeds"}]}
    where = fulfilment({"cost_centres": {"PickingCost": centre}}, settings)
    found = line_of(decide_invoice(invoice(PickingCost=10), where), "Picking")
    assert [(each.category, each.option) for each in found.tracking] == [
        ("Warehouse", "Leeds"),
        ("Channel", "eBay"),
    ]


def test_a_contact_remembered_is_used_by_id() -> None:
    known = UUID(int=3)
    where = fulfilment(contacts={"client:3": known})
    found = posted(decide_invoice(invoice(PickingCost=10), where))
    assert found.invoice.contact.contact_id == known
    assert found.contact_key == "client:3"


@pytest.mark.parametrize(("given", "currency"), [("EUR", "EUR"), (" eur", "EUR"), (None, "GBP")])
def test_the_currency_is_the_events_else_the_organisations(
    given: str | None, currency: str
) -> None:
    found = posted(decide_invoice(invoice(currency=given, PickingCost=10), fulfilment()))
    assert found.invoice.currency == currency


def test_net_costs_with_fractions_of_a_penny_are_closed_by_a_rounding_line() -> None:
    """1.00444 + 1.00444 is 2.01 in Mintsoft, while two rounded lines come to 2.00."""
    given = invoice(PickingCost="1.00444", StorageCost="1.00444")
    found = posted(decide_invoice(given, fulfilment())).invoice
    assert [line.unit_amount for line in found.lines] == [
        Decimal("1.00"), Decimal("1.00"), Decimal("0.01"),
    ]  # fmt: skip
    assert found.lines[-1].tax_type == "NONE"
    assert found.totals.net == Decimal("2.01")
    assert found.totals.gross == found.expected_total


def test_negative_costs_stay_while_the_total_is_not_negative() -> None:
    kept = posted(decide_invoice(invoice(PickingCost=10, PostageCost=-4), fulfilment()))
    assert kept.invoice.totals.net == 6
    found = waits(decide_invoice(invoice(PickingCost=4, PostageCost=-10), fulfilment()))
    assert found.code == "negative_total"
    assert "-7.20 GBP" in found.message


@pytest.mark.parametrize("costs", [{}, {"PickingCost": 5, "PostageCost": -5}])
def test_an_invoice_worth_nothing_is_skipped(costs: Json) -> None:
    assert isinstance(decide_invoice(invoice(**costs), fulfilment()), Skip)


def test_a_client_on_stop_is_only_a_warning() -> None:
    found = posted(decide_invoice(invoice({"OnStop": True}, PickingCost=5), fulfilment()))
    assert [each.code for each in found.warnings] == ["client_on_stop"]


def test_another_clients_invoice_is_never_billed_to_this_one() -> None:
    given = invoice({"ID": 4, "Name": "Someone Else"}, PickingCost=5)
    found = waits(decide_invoice(given, fulfilment()))
    assert found.code == "client_mismatch"
    assert "client 3" in found.message
    assert "Someone Else" in found.message


@pytest.mark.parametrize(
    ("costs", "head", "code"),
    [
        ({"PickingCost": {"account": "499"}}, {}, "account_archived"),
        ({"PickingCost": {"account": "429"}}, {}, "account_unsuitable"),
        (COST_CENTRES, {"Date": "2025-12-31T00:00:00"}, "date_locked"),
    ],
)
def test_what_xero_would_refuse(costs: Json, head: Json, code: str) -> None:
    given = invoice(PickingCost=5, **head)
    assert waits(decide_invoice(given, fulfilment({"cost_centres": costs}))).code == code


def test_a_client_whose_name_is_nothing_readable() -> None:
    found = waits(decide_invoice(invoice({"Name": "\u200b"}, PickingCost=5), fulfilment()))
    assert found.code == "client_unnamed"
    assert "Client 3" in found.message


def test_reference_and_number_by_the_settings() -> None:
    settings = {"invoice_number": "3PL-{number}-{part}", "due_days": 0}
    found = posted(
        decide_invoice(invoice(PickingCost=5, Name="  A\n B "), fulfilment({}, settings))
    )
    assert (found.invoice.number, found.invoice.reference) == ("3PL-88-1", "A B")
    assert found.invoice.due_date == found.invoice.date

"""Xero's documents as they come: two ways of dates, empty texts, numbers by their own text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from events.exact_json import loads
from schemas.connections import ConnectionSettings
from schemas.xero import PurchaseOrder, SalesInvoice

ID = "220ddca8-3144-4085-9a88-2d72c5133734"
LEAST: dict[str, Any] = {
    "InvoiceID": ID,
    "Status": "AUTHORISED",
    "UpdatedDateUTC": "/Date(1573755038314)/",
}


def test_a_summary_is_read_too() -> None:
    """Given only what is required, all else is empty."""
    found = SalesInvoice.model_validate(LEAST)
    assert found.line_items == ()
    assert (found.total, found.number, found.contact.name) == (Decimal(0), None, None)


@pytest.mark.parametrize(
    "text", ["/Date(1573755038314+0000)/", "/Date(1573755038314)/", "2019-11-14T18:10:38.314"]
)
def test_instants_are_utc(text: str) -> None:
    """In Xero's notation with and without an offset, and in ISO 8601 without a zone."""
    found = SalesInvoice.model_validate({**LEAST, "UpdatedDateUTC": text})
    assert found.updated_at == datetime(2019, 11, 14, 18, 10, 38, 314000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("/Date(1795132800000+0000)/", date(2026, 11, 20)),
        ("2026-11-20T00:00:00", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("", None),
        (None, None),
    ],
)
def test_days(text: str | None, day: date | None) -> None:
    """Xero writes them as midnights."""
    assert SalesInvoice.model_validate({**LEAST, "Date": text}).date == day


@pytest.mark.parametrize("text", ["/Date(99999999999999999)/", "yesterday", "", None])
def test_an_instant_that_is_none(text: object) -> None:
    """The field is named."""
    with pytest.raises(ValidationError, match="UpdatedDateUTC"):
        SalesInvoice.model_validate({**LEAST, "UpdatedDateUTC": text})


def test_numbers_keep_their_own_text() -> None:
    """Given JSON with four decimals, no digit is lost or added."""
    raw = (
        b'{"PurchaseOrderID":"%b","Status":"DRAFT","UpdatedDateUTC":"2026-11-20T09:00:00",'
        b'"Total":0.30000000000000004,"LineItems":[{"UnitAmount":8.3333,"Quantity":3,'
        b'"ItemCode":" TEA-01 ","Tracking":null}]}' % ID.encode()
    )
    found = PurchaseOrder.model_validate(loads(raw))
    assert found.total == Decimal("0.30000000000000004")
    (line,) = found.line_items
    assert (line.unit_amount, line.item_code, line.tracking) == (Decimal("8.3333"), "TEA-01", ())


def test_empty_ids_and_texts_are_nothing() -> None:
    """As Xero writes what is not set."""
    empty = {"BrandingThemeID": "", "Reference": "", "InvoiceNumber": " ", "CreditNotes": None}
    found = SalesInvoice.model_validate({**LEAST, **empty})
    assert (found.branding_theme_id, found.reference, found.number) == (None, None, None)
    assert found.credit_notes == ()


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"skip_numbers": "^(SUB-"}, "is no regular expression"),
        ({"statuses": ["APPROVED"]}, "statuses"),
        ({"statuses": []}, "statuses"),
        ({"purchase_order_statuses": ["PAID"]}, "purchase_order_statuses"),
        ({"not_before": "soon"}, "not_before"),
        ({"tracking": {"category": "Warehouse"}}, "option"),
        ({"ignore_paied": True}, "ignore_paied"),
    ],
)
def test_a_wrong_filter_is_named(filters: dict[str, Any], words: str) -> None:
    """People write settings by hand."""
    with pytest.raises(ValidationError, match=words):
        ConnectionSettings.model_validate({"import_filters": filters})


def test_settings_survive_being_stored() -> None:
    """What is set is written as JSON and read again alike."""
    filters = {
        "not_before": "2026-01-31",
        "skip_numbers": "^SUB-",
        "branding_themes": [ID],
        "tracking": {"category": "Warehouse", "option": "Leeds"},
    }
    settings = ConnectionSettings.model_validate(
        {"import_filters": filters, "import_delivery": "events"}
    )
    stored = settings.model_dump(mode="json", exclude_unset=True)
    assert ConnectionSettings.model_validate(stored) == settings
    assert settings.import_filters.not_before == date(2026, 1, 31)

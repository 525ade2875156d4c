"""What happened in Mintsoft becomes the event that its own services would publish."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.envelope import STRUCTURED, Event, Message, Unreadable, decode
from events.shortcut import OrderHead
from schemas.invoices import InvoiceFinalisedV1
from schemas.orders import OrderCancelledV1
from tests.support import fuzz
from workers.mintsoft import happenings
from workers.mintsoft.happenings import NotADocument

ORDER: dict[str, Any] = {
    "ID": 7,
    "ClientId": 3,
    "OrderNumber": "SO-7",
    "DespatchDate": "2026-11-02T10:00:00",
    "LastUpdated": "2026-11-02T10:05:00.5",
    "TotalOrderGross": Decimal("12.50"),
}


def read(message: Message) -> Event:
    return decode(message.body, {}, STRUCTURED, message.routing_key)


def test_a_despatched_order() -> None:
    """The event as Mintsoft's network would publish it, every digit kept."""
    event = read(happenings.order_despatched("acme", ORDER))
    assert isinstance(event.data, OrderHead)
    assert event.data.total_gross == Decimal("12.50")
    assert (event.source, event.subject) == ("/mintsoft/acme", "7")
    assert event.id == "order-7-2026-11-02T10:05:00.500000Z"


def test_a_cancelled_order() -> None:
    """Its time is the version that decides between it and a despatch."""
    event = read(happenings.order_cancelled("acme", ORDER))
    assert isinstance(event.data, OrderCancelledV1)
    assert (event.data.order_id, event.data.client_id) == (7, 3)
    assert event.time is not None
    assert event.time.isoformat() == "2026-11-02T10:05:00.500000+00:00"
    assert event.id != happenings.order_despatched("acme", ORDER).message_id


def test_a_finalised_invoice() -> None:
    """With its client, whose currency it is in."""
    invoice = {"ID": 90, "ClientId": 3, "Date": "2026-10-31T00:00:00", "PickingCost": Decimal("1")}
    invoice["LastUpdated"] = "2026-11-01T08:00:00"
    client = {"ID": 3, "Name": "Acme"}
    event = read(happenings.invoice_finalised("acme", invoice, client, "EUR"))
    assert isinstance(event.data, InvoiceFinalisedV1)
    assert event.data.currency_code == "EUR"
    assert event.id == "invoice-90-2026-11-01T08:00:00Z"


@pytest.mark.parametrize(
    "written",
    ["2026-11-02T10:05:00.5", "2026-11-02T10:05:00.500", "2026-11-02T10:05:00.500000Z"],
)
def test_one_version_has_one_id(written: str) -> None:
    """Web hook and list may write a time differently; it is the same event."""
    message = happenings.order_despatched("acme", {**ORDER, "LastUpdated": written})
    assert message.message_id == "order-7-2026-11-02T10:05:00.500000Z"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"ID": None}, "ID"),
        ({"ID": "7"}, "ID"),
        ({"ID": True}, "ID"),
        ({"ID": Decimal("7.5")}, "ID"),
        ({"ID": 0}, "ID"),
        ({"ID": 2**63}, "ID"),
        ({"LastUpdated": None}, "LastUpdated"),
        ({"LastUpdated": "yesterday"}, "LastUpdated"),
        ({"LastUpdated": "0001-01-01T00:00:00+14:00"}, "LastUpdated"),
    ],
)
def test_what_is_no_document(more: dict[str, Any], named: str) -> None:
    """Without an id or a version nothing can be told apart; the field is named."""
    with pytest.raises(NotADocument, match=named):
        happenings.order_despatched("acme", {**ORDER, **more})


def test_a_document_that_makes_no_sense_is_left_to_the_ingress() -> None:
    """Which parks it with the reason, so that nothing is dropped at the door."""
    message = happenings.order_despatched("acme", {**ORDER, "TotalOrderGross": "a lot"})
    with pytest.raises(Unreadable, match="TotalOrderGross"):
        read(message)


def test_the_text_stays_as_it_came() -> None:
    """A number that would fill the memory when it is written out stays seven characters."""
    text = '{"ID": 7, "ClientId": 3, "LastUpdated": "2026-11-02", "Weights": [1e8000, 1e8000]}'
    message = happenings.order_despatched("acme", {**ORDER}, text)
    assert message.body.endswith(f'"data":{text}}}'.encode())


@given(
    st.dictionaries(
        st.sampled_from(["ID", "ClientId", "LastUpdated", "DespatchDate", "Other"]),
        fuzz.values | st.integers() | st.sampled_from(["2026-11-02", "9999-12-31T23:59:59-14:00"]),
    )
)
def test_whatever_is_told_is_an_event_or_no_document(told: dict[str, Any]) -> None:
    """No body of a web hook ends in anything else."""
    for make in (happenings.order_despatched, happenings.order_cancelled):
        try:
            message = make("acme", told, "{}")
        except NotADocument:
            continue
        assert message.body

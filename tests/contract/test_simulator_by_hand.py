"""What a bookkeeper does in Xero's pages, as the API then shows it; every exchange is checked."""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.contract.exchanges import Xero, invoice, line
from tests.simulators.xero.dates import parse_moment

Json = dict[str, Any]
ADDRESS = {
    "AddressType": "STREET",
    "AddressLine1": "4 Harbour Road",
    "City": "Leeds",
    "PostalCode": "LS1 4AB",
    "Country": "United Kingdom",
}
SALE: Json = {
    "InvoiceNumber": "INV-7",
    "Contact": {"Name": "Borealis Toys Ltd", "FirstName": "Mara", "Addresses": [ADDRESS]},
    "LineItems": [
        {"ItemCode": "TEA-01", "Quantity": 3, "UnitAmount": 8.3333, "TaxType": "OUTPUT2"},
        {"Description": "Ring the bell"},
    ],
}
ORDER: Json = {
    "Contact": {"Name": "Fjord Tea Import AS"},
    "DeliveryDate": "2026-12-04",
    "DeliveryInstructions": "Ring before ten",
    "LineItems": [{"ItemCode": "TEA-01", "Quantity": 120, "UnitAmount": 2.5, "TaxType": "INPUT2"}],
}


def sell(xero: Xero, **changes: Any) -> Json:
    return dict(xero.tell("sales-invoices", {**SALE, **changes}))


def since(updated: str) -> str:
    """An If-Modified-Since just after a document's UpdatedDateUTC; the header has seconds."""
    moment = parse_moment(updated) + timedelta(seconds=1)
    return moment.isoformat(timespec="seconds")


def only(xero: Xero, path: str, name: str = "Invoices") -> Json:
    (found,) = xero.call("GET", path).json()[name]
    return dict(found)


def test_a_sale_by_hand_is_read_like_any_other(xero: Xero) -> None:
    """Items and contact exist afterwards; lists are brief about the contact, the contact is not."""
    made = sell(xero)
    listed = only(xero, "/Invoices?page=1&unitdp=4")
    contact = only(xero, f"/Contacts?IDs={made['Contact']['ContactID']}", "Contacts")
    assert (listed["InvoiceNumber"], listed["Status"], listed["Total"]) == (
        "INV-7",
        "AUTHORISED",
        30.0,
    )
    assert listed["LineItems"][0]["UnitAmount"] == 8.3333
    assert listed["Contact"]["Addresses"] == []
    assert contact["Addresses"] == [ADDRESS]


def test_a_delivery_address_is_answered_and_never_sent(xero: Xero) -> None:
    """A person may enter one; a request that has one is not as described."""
    delivery = {**ADDRESS, "AddressType": "DELIVERY"}
    contact = sell(xero, Contact={"Name": "Dock", "Addresses": [delivery]})["Contact"]
    read = only(xero, f"/Contacts?IDs={contact['ContactID']}", "Contacts")
    assert read["Addresses"] == [delivery]
    with pytest.raises(AssertionError, match="AddressType"):
        xero.call("PUT", "/Contacts", {"Contacts": [{"Name": "New", "Addresses": [delivery]}]})


@pytest.mark.parametrize("kind", ["Exclusive", "Inclusive", "NoTax"])
def test_amounts_of_every_type(xero: Xero, kind: str) -> None:
    """The figures are Xero's in all three."""
    made = sell(xero, LineAmountTypes=kind, LineItems=[line(DiscountRate=10)])
    sums = {"Exclusive": (9.0, 1.8), "Inclusive": (7.5, 1.5), "NoTax": (9.0, 0.0)}[kind]
    shown = only(xero, f"/Invoices/{made['InvoiceID']}")
    assert (shown["SubTotal"], shown["TotalTax"]) == sums


def test_only_what_the_app_made_is_made_by_the_app(xero: Xero) -> None:
    """A person's invoice is not createdByMyApp."""
    xero.put_invoice(invoice())
    sell(xero)
    assert only(xero, "/Invoices?createdByMyApp=true")["InvoiceNumber"] == "MS-1001"


def test_changes_by_hand_move_the_date_of_change(own_xero: Xero) -> None:
    """Edit, mail, payment and credit each put the invoice at the end of the changes."""
    xero = own_xero
    first, second = sell(xero), sell(xero, InvoiceNumber="INV-8")
    key = f"sales-invoices/{first['InvoiceID']}"
    steps: list[tuple[str, Json]] = [
        (key, {"Reference": "PO 77"}),
        (key, {"SentToContact": True}),
        (f"{key}/pay", {"amount": 10}),
        (f"{key}/credit", {}),
    ]
    for path, body in steps:
        xero.admin("POST", "/clock", {"advance_seconds": 60})
        xero.tell(path, body)
        rows = xero.call("GET", "/Invoices?order=UpdatedDateUTC ASC&page=1").json()["Invoices"]
        assert [row["InvoiceID"] for row in rows] == [second["InvoiceID"], first["InvoiceID"]]
    assert (rows[1]["Status"], rows[1]["AmountPaid"], rows[1]["AmountCredited"]) == (
        "PAID",
        10.0,
        20.0,
    )
    assert [note["AppliedAmount"] for note in rows[1]["CreditNotes"]] == [20.0]


def test_withdrawing_by_hand(xero: Xero) -> None:
    """Approved invoices are voided, drafts deleted; one with a payment is left alone."""
    voided, draft = sell(xero), sell(xero, InvoiceNumber="INV-8", Status="DRAFT")
    paid = sell(xero, InvoiceNumber="INV-9")
    xero.tell(f"sales-invoices/{paid['InvoiceID']}/pay", {"amount": 1})
    xero.tell(f"sales-invoices/{voided['InvoiceID']}/void", {})
    xero.tell(f"sales-invoices/{draft['InvoiceID']}/delete", {})
    answer = xero.call("GET", "/Invoices?Statuses=VOIDED,DELETED&page=1").json()["Invoices"]
    assert {row["InvoiceNumber"]: row["Status"] for row in answer} == {
        "INV-7": "VOIDED",
        "INV-8": "DELETED",
    }
    path = f"/_sim/organisations/{xero.tenant}/sales-invoices/{paid['InvoiceID']}/void"
    assert xero.http.post(path, json={}).status_code == 400


def test_documents_saved_together_share_their_instant(xero: Xero) -> None:
    """Given three invoices in one go, their dates of change are one."""
    documents = [{**SALE, "InvoiceNumber": f"INV-{n}"} for n in range(3)]
    made = xero.tell("sales-invoices", {"documents": documents})
    assert len({each["UpdatedDateUTC"] for each in made}) == 1


def test_purchase_orders_are_listed_whole_and_found(own_xero: Xero) -> None:
    """By page, order, status, day and date of change; one by id."""
    xero = own_xero
    made = xero.tell("purchase-orders", ORDER)
    xero.admin("POST", "/clock", {"advance_seconds": 60})
    draft = {**ORDER, "Status": "DRAFT", "Date": "2025-01-31"}
    later = xero.tell("purchase-orders", draft)

    def numbers(query: str) -> list[str]:
        rows = xero.call("GET", f"/PurchaseOrders?{query}").json()["PurchaseOrders"]
        return [row["PurchaseOrderNumber"] for row in rows]

    assert numbers("order=UpdatedDateUTC DESC&page=1&pageSize=1") == ["PO-0002"]
    assert numbers("Status=AUTHORISED") == ["PO-0001"]
    assert numbers("DateTo=2025-12-31") == ["PO-0002"]
    path, between = "/PurchaseOrders?page=1", since(made["UpdatedDateUTC"])
    changed = xero.call("GET", path, If_Modified_Since=between).json()["PurchaseOrders"]
    assert [row["PurchaseOrderNumber"] for row in changed] == ["PO-0002"]
    whole = only(xero, f"/PurchaseOrders/{made['PurchaseOrderID']}", "PurchaseOrders")
    assert (whole["Total"], whole["LineItems"][0]["Quantity"]) == (360.0, 120.0)
    assert (whole["DeliveryDate"], whole["DeliveryInstructions"]) == (
        "/Date(1796342400000+0000)/",
        "Ring before ten",
    )
    deleted = xero.tell(f"purchase-orders/{later['PurchaseOrderID']}", {"Status": "DELETED"})
    assert deleted["LineItems"][0]["LineItemID"] == later["LineItems"][0]["LineItemID"]
    path = f"/PurchaseOrders/{later['PurchaseOrderID']}"
    assert only(xero, path, "PurchaseOrders")["Status"] == "DELETED"
    late = "2099-01-01T00:00:00"
    assert xero.call("GET", "/PurchaseOrders?page=1", If_Modified_Since=late).status_code == 304


def test_xeros_clock_is_in_every_answer(own_xero: Xero) -> None:
    """The Date header follows the simulated clock, also on a 304."""
    xero = own_xero
    before = xero.call("GET", "/Organisation").headers.get_list("Date")
    xero.admin("POST", "/clock", {"advance_seconds": 7200})
    late = "2099-01-01T00:00:00"
    after = xero.call("GET", "/Invoices?page=1", If_Modified_Since=late).headers.get_list("Date")
    ((first,), (second,)) = before, after
    gap = parsedate_to_datetime(second) - parsedate_to_datetime(first)
    assert 7200 <= gap.total_seconds() < 7300


def test_a_stopped_clock_stands(own_xero: Xero) -> None:
    """Given a stopped clock, documents saved one after the other share their instant."""
    own_xero.admin("POST", "/clock", {"stopped": True})
    made = [sell(own_xero, InvoiceNumber=f"INV-{n}") for n in range(2)]
    assert made[0]["UpdatedDateUTC"] == made[1]["UpdatedDateUTC"]
    own_xero.admin("POST", "/clock", {"stopped": False, "advance_seconds": 1})
    assert sell(own_xero, InvoiceNumber="INV-9")["UpdatedDateUTC"] > made[0]["UpdatedDateUTC"]

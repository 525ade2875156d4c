"""What is left of a document: it reads as before, its figures are the same, its person is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import schemas
from events.exact_json import dumps, loads
from schemas.imports import NewAsn, NewOrder
from schemas.invoices import InvoiceFinalisedV1
from schemas.orders import OrderDispatchedV1
from schemas.xero import SalesInvoice
from workers.privacy.person import Needle
from workers.privacy.redacting import INVOICE, ORDER, PLACED, XERO, Tree, redacted

EXAMPLES = Path(schemas.__file__).parent / "examples"

PERSONAL = {
    "FirstName",
    "LastName",
    "CompanyName",
    "Email",
    "ContactEmail",
    "Details",
    "Description",
    "Contact",
    "Comments",
    "Address1",
    "Town",
    "PostCode",
    "Phone",
    "VATNumber",
    "TrackingNumber",
}
"""Of whatever document: nothing of these is left but the word that says so."""

NEW_ORDER = {
    "OrderNumber": "INV-1",
    "ExternalOrderReference": "0f8f",
    "CourierService": "Royal Mail",
    "FirstName": "Sam",
    "LastName": "Buyer",
    "Address1": "1 High Street",
    "Country": "GB",
    "Currency": "GBP",
    "OrderItems": [{"SKU": "MUG", "Quantity": 2, "UnitPrice": 8, "Details": "for Sam"}],
}
NEW_ASN = {
    "POReference": "PO-1",
    "Supplier": "Sam Potter",
    "GoodsInType": "Carton",
    "Items": [{"SKU": "MUG", "Quantity": 2}],
}
SALE = {
    "InvoiceID": "6b7b1f5e-0f6e-4f0c-8a55-3c5e0c5b9f4b",
    "InvoiceNumber": "INV-1",
    "Status": "AUTHORISED",
    "UpdatedDateUTC": "/Date(1573755038314+0000)/",
    "Contact": {"Name": "Sam Buyer", "Phones": [{"PhoneNumber": "4960000"}]},
    "Total": 16,
    "LineItems": [{"ItemCode": "MUG", "Quantity": 2, "UnitAmount": 8, "Description": "for Sam"}],
}


def examples(event: str) -> list[Any]:
    """The data of published examples, as the ledger keeps it."""
    found = sorted((EXAMPLES / event / "v1").glob("*.pass.json"))
    assert found
    return [loads(each.read_bytes()) for each in found]


CASES: list[tuple[type[BaseModel], Tree, Any]] = [
    *((OrderDispatchedV1, ORDER, each) for each in examples("order.dispatched")),
    *((InvoiceFinalisedV1, INVOICE, each) for each in examples("invoice.finalised")),
    (NewOrder, PLACED, NEW_ORDER),
    (NewAsn, PLACED, NEW_ASN),
    (SalesInvoice, XERO, SALE),
]


def amounts(value: Any) -> list[tuple[str, Any]]:
    """Every number of a model, with its name, but those of people."""
    if isinstance(value, dict):
        return [each for name in sorted(value) for each in _of(name, value[name])]
    return []


def _of(name: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return amounts(value)
    if isinstance(value, list | tuple):
        return [each for item in value for each in amounts(item)]
    return [] if isinstance(value, str | bool) or value is None else [(name, value)]


@pytest.mark.parametrize(("model", "tree", "document"), CASES)
def test_it_reads_as_before_with_the_same_figures(
    model: type[BaseModel], tree: Tree, document: dict[str, Any]
) -> None:
    """The document is valid, and each amount, day and id that we use is what it was."""
    left: Any = redacted(document, tree, [])
    before, after = (model.model_validate(each).model_dump() for each in (document, left))
    assert amounts(after) == amounts(before)


@pytest.mark.parametrize(("model", "tree", "document"), CASES)
def test_its_person_is_gone(model: type[BaseModel], tree: Tree, document: dict[str, Any]) -> None:
    """No field of a person's is left, at whatever depth, and erasing twice changes nothing."""
    left: Any = redacted(document, tree, [])

    def check(value: Any) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                assert name not in PERSONAL or each == "erased", (name, each)
                check(each)
        for each in value if isinstance(value, list) else ():
            check(each)

    check(left)
    assert redacted(left, tree, []) == left


def test_what_is_kept_does_not_name_the_person_either() -> None:
    """A reference that is somebody's e-mail address, a channel that bears a name."""
    needles = [Needle("e-mail", "sam@x.org"), Needle("name", "Sam Buyer")]
    order = {
        "OrderNumber": "A-1",
        "ExternalOrderReference": "SAM@x.org",
        "Channel": {"ID": 2, "Name": "Sam Buyer's shop"},
        "Unheard": {"Of": ["sam@x.org"]},
        "OrderItems": [{"SKU": "MUG", "Details": "for Sam"}, "sam@x.org"],
    }
    assert redacted(order, ORDER, needles) == {
        "OrderNumber": "A-1",
        "ExternalOrderReference": "erased",
        "Channel": {"ID": 2, "Name": "erased's shop"},
        "OrderItems": [{"SKU": "MUG"}],
        "PIIRemoved": True,
    }
    assert "sam" not in dumps(redacted(order, ORDER, needles))

"""An answer that does not fit what was sent is never guessed at."""

from decimal import Decimal
from uuid import UUID

import pytest

from workers.errors import Transient, Uncertain
from workers.mapping.outcomes import InXero
from workers.transport import Answer
from workers.xero import results, wire
from workers.xero.gateway import LONGEST_FILTER, batches, numbers_in
from workers.xero.links import invoice_link

ID = "046d8a6d-1ae1-4b4d-9340-5601bdf41b87"
NOBODY = "00000000-0000-0000-0000-000000000000"
AMOUNT = {"Total": Decimal("1.20"), "CurrencyCode": "GBP"}
CREATED: dict[str, object] = {"InvoiceID": ID, **AMOUNT}


def answer(body: object, status: int = 200) -> Answer:
    return Answer(status, {}, wire.encode(body))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_another_count_is_uncertain(count: int) -> None:
    """Two were sent: with another number in the answer nobody knows which is whose."""
    with pytest.raises(Uncertain):
        results.elements(answer({"Invoices": [{}] * count}), "Invoices", 2)


def test_other_numbers_are_uncertain() -> None:
    """Elements in another order would mark the wrong document as posted."""
    sent = ["MS-1", "MS-2"]
    swapped = [
        results.invoice_outcome({**CREATED, "InvoiceNumber": number}) for number in reversed(sent)
    ]
    with pytest.raises(Uncertain):
        results.in_order(sent, swapped)
    assert results.in_order(sent, swapped[::-1]) == swapped[::-1]


@pytest.mark.parametrize(
    ("element", "ok"),
    [
        ({**CREATED, "StatusAttributeString": "OK", "HasErrors": False}, True),
        (CREATED, True),
        ({**CREATED, "StatusAttributeString": "ERROR"}, False),
        ({**CREATED, "HasErrors": True}, False),
        ({"InvoiceID": NOBODY, "ValidationErrors": [{"Message": "No."}]}, False),
    ],
)
def test_outcome(element: dict[str, object], ok: bool) -> None:
    """Any sign of an error is an error, and an error has no invoice."""
    outcome = results.invoice_outcome(element)
    assert outcome.ok is ok
    expected = InXero(UUID(ID), "", Decimal("1.20"), "GBP") if ok else None
    assert outcome.in_xero == expected


@pytest.mark.parametrize(
    "element",
    [
        {},
        {**CREATED, "InvoiceID": NOBODY},
        {**CREATED, "InvoiceID": "x"},
        {**CREATED, "Total": None},
        {**CREATED, "CurrencyCode": None},
    ],
)
def test_a_success_that_does_not_say_what_is_uncertain(element: dict[str, object]) -> None:
    """Xero says neither that it created the invoice nor that it did not."""
    with pytest.raises(Uncertain):
        results.invoice_outcome(element)


@pytest.mark.parametrize(
    ("body", "status", "listed"),
    [
        ({"Elements": [{"InvoiceNumber": "MS-1", "ValidationErrors": []}]}, 400, True),
        ({"Elements": [{"ValidationErrors": [{"Message": "Bad key"}]}]}, 400, False),
        ({"Elements": []}, 400, False),
        ({"Message": "No."}, 400, False),
        ({"Invoices": []}, 200, False),
    ],
)
def test_a_400_of_elements(body: object, status: int, listed: bool) -> None:
    """A refusal of the whole request is not taken for one of its only element."""
    assert results.lists_elements(answer(body, status)) is listed


def test_bills_are_not_sales_invoices() -> None:
    """A supplier's bill may bear the same number; it is none of ours."""
    sale = {"Type": "ACCREC", "InvoiceID": ID, "InvoiceNumber": "1", **AMOUNT}
    found = list(results.found_invoices([sale | {"Type": "ACCPAY"}, sale]))
    assert [(each.number, each.in_xero.total) for each in found] == [("1", Decimal("1.20"))]


def test_rows_of_something_else_are_transient() -> None:
    """A read that gives no list is tried again."""
    with pytest.raises(Transient):
        results.rows(answer({"Accounts": "none"}), "Accounts")


@pytest.mark.parametrize("body", [b"[]", b'{"Invoices": []}', b'{"Invoices": 1}'])
def test_a_body_without_invoices_is_refused(body: bytes) -> None:
    """Caught before a call is spent on it."""
    with pytest.raises(ValueError, match="at least one invoice"):
        numbers_in(body)


def test_look_ups_fit_into_an_address() -> None:
    """Fifty ordinary numbers go together; long ones are spread; none is asked twice."""
    short = [f"MS-{number}" for number in range(120)]
    long = [f"{number}{'/' * 250}" for number in range(50)]
    assert [len(part) for part in batches([*short, *short])] == [50, 50, 20]
    parts = list(batches(long))
    assert [number for part in parts for number in part] == long
    assert all(len("%2C".join(part).replace("/", "%2F")) < LONGEST_FILTER for part in parts)
    assert list(batches([])) == []


def test_invoice_link() -> None:
    """The inner address is encoded, so that its own parameter stays its own."""
    assert invoice_link("!aB9&c", UUID(ID)) == (
        "https://go.xero.com/organisationlogin/default.aspx?shortcode=!aB9%26c"
        f"&redirecturl=/AccountsReceivable/View.aspx%3FInvoiceID%3D{ID}"
    )

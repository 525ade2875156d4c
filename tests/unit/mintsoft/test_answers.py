"""What Mintsoft's answers to writes and searches mean."""

from __future__ import annotations

from typing import Any

import pytest

from workers.errors import Permanent, Transient, Uncertain
from workers.mintsoft import answers
from workers.mintsoft.answers import Found, Placed

MADE = {"OrderId": 7, "OrderNumber": "A", "Success": True, "Message": ""}
REFUSED = {"OrderId": 0, "OrderNumber": "A", "Success": False, "Message": "No stock"}


@pytest.mark.parametrize(
    ("found", "placed"),
    [
        ([MADE], Placed(7, "A")),
        (MADE, Placed(7, "A")),
        ([{**MADE, "OrderNumber": None}], Placed(7, "asked")),
        ([{**MADE, "OrderId": 9}, MADE], Placed(7, "A")),
    ],
)
def test_an_order_was_made(found: object, placed: Placed) -> None:
    """A list, as documented, or one object; of a split order the first part."""
    assert answers.placed(found, "asked") == placed


@pytest.mark.parametrize(
    ("found", "kind", "words"),
    [
        ([REFUSED], Permanent, "No stock"),
        ([{**REFUSED, "Message": None}], Permanent, "no reason"),
        ([{**REFUSED, "Message": "OrderNumber A already exists"}], Permanent, "already"),
        ([MADE, REFUSED], Permanent, "order 7"),
        ([{**MADE, "Success": None}], Permanent, "no reason"),
        ([{**MADE, "OrderId": 0}], Uncertain, "OrderId"),
        ([{**MADE, "OrderId": "7"}], Uncertain, "OrderId"),
        ([], Uncertain, "Success"),
        ({}, Uncertain, "Success"),
        ("done", Uncertain, "Success"),
        (None, Uncertain, "Success"),
    ],
)
def test_an_order_was_not_surely_made(found: object, kind: type[Exception], words: str) -> None:
    """A refusal needs a person; an answer that does not say is to be looked up."""
    with pytest.raises(kind, match=words):
        answers.placed(found, "A")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("OrderNumber INV-1 already exists", "mintsoft_exists"),
        ("Duplicate order number", "mintsoft_exists"),
        ("External Order Reference must be unique", "mintsoft_exists"),
        ("Country ZZ not found", "mintsoft_refused"),
        ("SKU EXISTENCE not found", "mintsoft_refused"),
    ],
)
def test_a_taken_number_has_a_code_of_its_own(words: str, code: str) -> None:
    """Mintsoft has words only."""
    with pytest.raises(Permanent) as refusal:
        answers.placed([{**REFUSED, "Message": words}], "A")
    assert refusal.value.reason.code == code


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ({"ID": 0, "Success": True}, Uncertain),
        ({"Success": True}, Uncertain),
        ({"ID": 3}, Uncertain),
        ([], Uncertain),
        ({"ID": 0, "Success": False, "Message": "SKU X not found"}, Permanent),
    ],
)
def test_an_asn_was_not_surely_made(found: object, kind: type[Exception]) -> None:
    """Only Success with an ID is success."""
    with pytest.raises(kind):
        answers.written(found, "ASN PO-1")


def order(number: int, status: int = 1, **more: Any) -> dict[str, Any]:
    return {"ID": number, "ClientId": 3, "OrderNumber": "A", "OrderStatusId": status, **more}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], None),
        ([order(5, ClientId=4)], None),
        ([order(5, OrderNumber="A1")], None),
        ([order(5, OrderNumber="a")], None),
        ([order(0)], None),
        ([order(5, ExternalOrderReference=" X ")], Found(5, "A", 1, "X")),
        ([order(6), order(5)], Found(5, "A", 1, "")),
        ([order(5, 3), order(6)], Found(6, "A", 1, "")),
        ([order(5, 3)], Found(5, "A", 3, "")),
        ([order(5, OrderStatusId=None)], Found(5, "A", None, "")),
    ],
)
def test_an_order_is_looked_up(rows: list[dict[str, Any]], found: Found | None) -> None:
    """Exactly this client and number; a live one before a cancelled one."""
    assert answers.order_of(rows, 3, "A") == found


def asn(number: int, *lines: str | None) -> dict[str, Any]:
    return {"ID": number, "Items": [{"SourceLineId": each} for each in lines]}


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ([], None),
        ([asn(9, "a", "b"), asn(7, "x")], 9),
        ([asn(7, "x")], None),
        ([asn(7), asn(9, "b")], 9),
        ([asn(9), asn(7)], 7),
        ([asn(7, None)], 7),
        ([{"ID": 7}], 7),
        ([{"ID": 7, "Items": "none"}], 7),
    ],
)
def test_an_asn_is_known_by_its_lines(named: list[dict[str, Any]], found: int | None) -> None:
    """Lines of ours prove it, lines of others disprove it, none leave the reference."""
    assert answers.asn_of(named, ["a", "b"]) == found


def test_an_asn_without_known_lines_goes_by_its_reference() -> None:
    """Then the oldest counts."""
    assert answers.asn_of([asn(9, "a"), asn(7, "x")], ()) == 7


def test_answers_of_another_shape_are_trouble() -> None:
    """A page of HTML's or a proxy's JSON is no empty list."""
    with pytest.raises(Transient):
        answers.rows({"rows": []}, "a search")
    with pytest.raises(Transient):
        answers.one([], "an order")

"""How things stand, in people's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from schemas.connections import Mode
from tests.unit.console.test_consenting import connection
from workers.console import words

HERE = UUID(int=1)


@pytest.mark.parametrize(
    ("status", "revision", "word"),
    [
        ("pending", None, "Not connected yet"),
        ("active", None, "Connected, not mapped"),
        ("active", 2, "Connected"),
        ("lost", 2, "Access lost"),
        ("disconnected", None, "Disconnected"),
    ],
)
def test_a_connection(status: str, revision: int | None, word: str) -> None:
    row = replace(connection(HERE), status=status, mapping_revision=revision)
    assert words.standing(row).word == word


def test_what_a_connection_is_called() -> None:
    row = connection(None)
    assert (words.title(row), words.verb(row)) == ("acme, client 3", "Connect")
    named = replace(row, tenant_id=HERE, organisation="Acme Ltd")
    assert (words.title(named), words.verb(named)) == ("Acme Ltd", "Reconnect")
    assert words.whose(replace(row, mode=Mode.FULFILMENT)) == "acme, all clients"


def test_what_is_being_sent_waits_as_far_as_people_care() -> None:
    found = {status: number for status, _, number in words.documents({"waiting": 2, "sending": 3})}
    assert (found["waiting"], found["posted"]) == (5, 0)


def test_acts_and_times() -> None:
    assert words.action("mapping saved") == "Saved the account mapping"
    assert words.action("documents retried") == "Documents retried"
    assert words.details({"reason": "moving", "tenant_id": "x", "note": ""}) == "reason: moving"
    assert words.moment(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "2 January 2026, 03:04 UTC"
    assert [words.number_of(n, "document") for n in (0, 1)] == ["0 documents", "1 document"]


@pytest.mark.parametrize(
    ("value", "quantity", "price"),
    [("10.50", "10.5", "10.50"), ("3.0000", "3", "3.00"), ("0.1234", "0.1234", "0.1234")],
)
def test_numbers_have_the_decimals_that_people_expect(
    value: str, quantity: str, price: str
) -> None:
    assert words.plain(Decimal(value)) == quantity
    assert words.price(Decimal(value)) == price

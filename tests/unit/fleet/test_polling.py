"""Which documents of a page are of interest, and in which parts they are stored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from workers.polling import is_news, is_ours, parts_of
from workers.store.imports import Arrived
from workers.xero.reading import Changed

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
FIRST = date(2026, 11, 1)
WEB = "https://mintsoft.example"


def changed(number: int, status: str = "AUTHORISED", day: date | None = FIRST) -> Changed:
    return Changed(UUID(int=number), NOON + timedelta(seconds=number), day, {"Status": status})


NEWS: list[tuple[str, Changed, int | None, bool]] = [
    ("new", changed(5), None, True),
    ("new and dated the first day", changed(5, day=FIRST), None, True),
    ("new and too old", changed(5, day=FIRST - timedelta(days=1)), None, False),
    ("new without a date", changed(5, day=None), None, True),
    ("voided before it ever came", changed(5, "VOIDED"), None, False),
    ("deleted before it ever came", changed(5, "DELETED"), None, False),
    ("known as it is", changed(5), 5, False),
    ("known and newer there", changed(5), 6, False),
    ("changed", changed(5), 4, True),
    ("voided", changed(5, "VOIDED"), 4, True),
    ("changed and too old by now", changed(5, day=date(2020, 1, 1)), 4, True),
]


@pytest.mark.parametrize("case", NEWS, ids=[each[0] for each in NEWS])
def test_what_is_news(case: tuple[str, Changed, int | None, bool]) -> None:
    """By the ledger's own time of change of a document, if it has it."""
    _, listed, known_at, wanted = case
    known = {} if known_at is None else {listed.xero_id: NOON + timedelta(seconds=known_at)}
    assert is_news(listed, known, FIRST) is wanted


@pytest.mark.parametrize(
    ("number", "url", "wanted"),
    [
        ("MS-1", f"{WEB}/orders/1", True),
        ("INV-1", f"{WEB}/orders/2", True),
        ("MS-1", "https://old.example/orders/1", True),
        ("INV-1", "https://old.example/orders/1", False),
        ("INV-1", f"{WEB}.evil.example/orders/1", False),
        ("INV-1", None, False),
        ("MS-1", None, False),
    ],
    ids=["both", "form", "attempt", "other number", "other host", "no link", "number alone"],
)
def test_what_is_ours(number: str, url: str | None, wanted: bool) -> None:
    """A link of our form, or number and link of an attempt; a number alone proves nothing."""
    arrived = Arrived(UUID(int=1), number, NOON, {"Url": url}, withdrawn=False)
    sealed = {("MS-1", "https://old.example/orders/1")}
    assert is_ours(arrived, sealed, WEB) is wanted


@pytest.mark.parametrize(
    ("interest", "parts"),
    [
        ([], [(6, [])]),
        ([1, 2], [(6, [1, 2])]),
        ([1, 3, 5], [(3, [1, 3]), (6, [5])]),
        ([3, 4, 5, 6], [(4, [3, 4]), (6, [5, 6])]),
    ],
)
def test_parts_go_as_far_as_they_hold_all_before(
    interest: list[int], parts: list[tuple[int, list[int]]]
) -> None:
    """The cursor of a part never passes a document that a later part holds."""
    page = [changed(number) for number in range(1, 7)]
    wanted = {UUID(int=number) for number in interest}
    found = [
        ((newest - NOON).seconds, [each.xero_id.int for each in part])
        for newest, part in parts_of(page, wanted, size=2)
    ]
    assert found == parts
    assert list(parts_of([], set())) == []

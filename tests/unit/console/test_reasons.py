"""Searching the catalogue finds what people type: a code, a word of a remedy, Xero's own words."""

import pytest

from workers.console.reasons import matching
from workers.reasons.catalogue import AREAS
from workers.reasons.xero import XERO


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xero_date_locked", "xero_date_locked"),
        ("LOCK date move", "xero_date_locked"),
        ("must be unique across all active", "xero_contact_taken"),
    ],
)
def test_every_word_must_stand_there(text: str, code: str) -> None:
    assert code in {entry.code for entry in matching(XERO, text)}


def test_nothing_typed_finds_all_and_nonsense_nothing() -> None:
    assert all(matching(entries, "") == list(entries) for entries in AREAS.values())
    assert not any(matching(entries, "moon cheese") for entries in AREAS.values())

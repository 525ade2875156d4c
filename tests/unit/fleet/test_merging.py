"""Accounts that changed take the places of the old ones."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workers.books import merged


def account(key: str, name: str) -> dict[str, Any]:
    return {"AccountID": key, "Name": name}


def test_changed_in_place_new_behind() -> None:
    """The order stays, so that nothing seems to have changed but what has."""
    before = [account("a", "Sales"), account("b", "Rent"), account("c", "Bank")]
    changed = [account("d", "Gifts"), account("b", "Rent, old")]
    assert merged(before, changed) == [
        account("a", "Sales"),
        account("b", "Rent, old"),
        account("c", "Bank"),
        account("d", "Gifts"),
    ]


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.text()),
    st.dictionaries(st.sampled_from("abcdef"), st.text()),
)
def test_as_a_whole_reading_would_give(before: dict[str, str], changed: dict[str, str]) -> None:
    """Each account once, the changed ones as they are now, none lost."""
    found = merged(
        [account(*each) for each in before.items()], [account(*each) for each in changed.items()]
    )
    assert {each["AccountID"]: each["Name"] for each in found} == before | changed
    assert len(found) == len(before | changed)

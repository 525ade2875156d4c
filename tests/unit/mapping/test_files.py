"""mapping.yaml as text, written by us and by strangers."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.connections import Mapping
from workers.mapping.files import Unreadable, read, written

MAPPING: dict[str, Any] = {
    "defaults": {"sales": "200", "inventory": None},
    "tax": {"20": "OUTPUT2"},
    "skus": {"GIFT-01": {"tracking": [{"category": "Channel", "option": "Größe"}]}},
}


def test_what_is_written_is_read_again() -> None:
    mapping = Mapping.model_validate(MAPPING)
    assert read(written(mapping)) == mapping
    assert read(written(mapping)).model_dump(exclude_unset=True) == mapping.model_dump(
        exclude_unset=True
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must hold names and values"),
        ("- a", "must hold names and values"),
        ("a: [", "This is no YAML"),
        ("\x00", "This is no YAML"),
        ("defaults: {sales: 200}", "defaults.sales: Input should be a valid string (got 200)"),
        ("defaults: {}", "defaults.sales: Field required"),
        ("defualts: {}", "defualts: Extra inputs are not permitted"),
        ("tax: {twenty: OUTPUT2}", "'twenty' is no tax rate: write per cent"),
        ("cost_centres: {Nonsense: {account: '1'}}", "Nonsense is not a cost centre"),
        ('rounding: "\\0"', "a character that can't be stored"),
        ('rounding: "\\ud800"', "a character that can't be stored"),
        ("a: &x [1]\nb: *x", "references (*name) are not read"),
        ("[" * 3000, "This is no YAML"),
        ("a: 2026-99-99", "This is no YAML"),
        ("rounding: " + "9" * 5000, "This is no YAML"),
    ],
)
def test_what_is_no_mapping_is_told_by_name(text: str, said: str) -> None:
    with pytest.raises(Unreadable) as told:
        read(text)
    assert said in str(told.value)
    assert len(str(told.value)) < 400


def test_all_faults_are_told_with_their_keys() -> None:
    with pytest.raises(Unreadable) as told:
        read("defaults: {sales: ''}\ntax: {x: OUTPUT2}")
    assert {key for key, _ in told.value.problems} == {("defaults", "sales"), ("tax", "x")}

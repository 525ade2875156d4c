"""Each threat in SECURITY.md has a measure, and a test that is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| threat |")
]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests in a file of ours."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:50])
def test_a_threat_has_a_measure_and_a_test(row: list[str]) -> None:
    """Every test that is named can be run by that name."""
    threat, measure, named = row
    assert threat
    assert measure
    found = TEST.findall(named)
    assert found, "no test is named"
    for path, name in found:
        assert name.startswith("test_")
        assert name in names_in(path), f"{path} has no {name}"


def test_there_are_threats() -> None:
    """The table is read."""
    assert len(ROWS) > 30

"""What the documentation says of each time-out is what the code does."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
SECTION = TEXT[TEXT.index("## What blocks") : TEXT.index("## What is kept")]
ROWS = re.findall(r"^\|[^|]+\| (\d+) \| `([\w.]+)\.(\w+)` \|$", SECTION, re.MULTILINE)


@pytest.mark.parametrize(("stated", "module", "name"), ROWS, ids=[".".join(r[1:]) for r in ROWS])
def test_a_time_out_is_as_documented(stated: str, module: str, name: str) -> None:
    """Whoever changes one changes the list."""
    assert getattr(import_module(module), name) == float(stated)


def test_the_list_is_read_whole() -> None:
    """Each line of the table is one of the above."""
    lines = [line for line in SECTION.splitlines() if line.startswith("|")]
    assert len(ROWS) == len(lines) - 2 > 10

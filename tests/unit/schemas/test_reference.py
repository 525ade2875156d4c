"""The page of all events says what the contract says, and nobody can forget to write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.catalogue import INCOMING, OUTGOING
from schemas.reference import main, page


def test_every_event_is_on_the_page_with_fields_and_an_example() -> None:
    """Names, needs and kinds as in the schemas."""
    text = page()
    for name in {**INCOMING, **OUTGOING}:
        assert f"\n### {name}\n" in text
        assert f'"type": "{name}"' in text
    assert "| `OrderId` | required | integer |" in text
    assert "list of OrderItem" in text


def test_a_page_that_differs_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The committed one is right; a missing or changed one is named; usage is checked."""
    assert main(["--check"]) == 0
    path = tmp_path / "events.md"
    assert main(["--check"], path) == 1
    assert "events.md differs" in capsys.readouterr().err
    assert main([], path) == 0
    assert main(["--check"], path) == 0
    assert main(["--chekc"], path) == 2

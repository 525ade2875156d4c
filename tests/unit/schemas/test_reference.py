"""The page of all events says what the contract says, and nobody can forget to write it."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from schemas.catalogue import INCOMING, OUTGOING
from schemas.generate import examples_of
from schemas.reference import main, page, reference
from workers.console.pages import Pages


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


def test_the_consoles_page_has_every_event_field_and_example() -> None:
    """Rendered by the console's own templates; no event lacks what a publisher looks for."""
    told = reference()
    answer = Pages().render(None, "events.html", 200, {"told": told})
    text = unescape(bytes(answer.body).decode())
    events = [event for part in told.parts for event in part.events]
    assert [each.name for each in events] == [*INCOMING, *OUTGOING]
    for event in events:
        assert f'<h2 id="{event.name}"' in text
        assert f'href="#{event.name}"' in text
        own = text.split(f'<h2 id="{event.name}"', 1)[1].split("</section>", 1)[0]
        rows = [row for table in event.tables for row in table.rows]
        assert [each.name for each in rows if f"<code>{each.name}</code>" not in own] == []
        files = [file.name.removesuffix(".pass.json") for file in examples_of(event.name, "pass")]
        assert [each.name for each in event.examples] == files
        assert all(each.text in own for each in event.examples)

"""Programs get exact JSON, people get tables; both on standard output and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from workers.cli import output


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    total: Decimal
    at: datetime


ROW = Row(1, Decimal("10.10"), datetime(2026, 11, 23, 9, 30, tzinfo=UTC))


def test_amounts_keep_their_digits(capsys: pytest.CaptureFixture[str]) -> None:
    """10.10 is not 10.1, and no float comes near it."""
    output.as_json([ROW, {"rows": (ROW,)}])
    out = capsys.readouterr().out
    assert out.count('"total":10.10') == 2
    assert json.loads(out)[0]["at"] == "2026-11-23T09:30:00Z"
    assert out.endswith("\n")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (Decimal("1234567.50"), "1,234,567.50"),
        (datetime(2026, 11, 23, 9, 30, tzinfo=UTC), "2026-11-23 09:30:00"),
        (7, "7"),
    ],
)
def test_words(value: object, text: str) -> None:
    assert output.words(value) == text


def test_a_table_shows_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets from a customer's name are no markup, and ids are never broken."""
    identity = "0f7c2e6a-6f0e-4f0e-9d3c-0a1b2c3d4e5f"
    output.table("Some [rows]", ("Id", "Name", "Total#"), [(identity, "[red]Søn", Decimal("1.50"))])
    out = capsys.readouterr().out
    assert identity in out
    assert "[red]Søn" in out
    assert "Some [rows]" in out
    assert "1.50" in out


def test_what_is_unknown_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    output.facts("One", [("known", 1), ("unknown", None), ("empty", "")])
    out = capsys.readouterr().out
    assert "known" in out
    assert "unknown" not in out
    assert "empty" not in out


def test_notes_are_no_data(capsys: pytest.CaptureFixture[str]) -> None:
    output.note("hello")
    assert capsys.readouterr() == ("", "hello\n")


def test_a_spinner_is_for_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard error is no terminal, nothing of it is written; a failure passes through."""
    with pytest.raises(LookupError), output.busy("Deleting"):
        raise LookupError
    assert capsys.readouterr() == ("", "")


def test_a_spinner_says_what_is_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error: standard output is for data."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with output.busy("Deleting"):
        pass
    told = capsys.readouterr()
    assert told.out == ""
    assert "Deleting" in told.err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ORD-1\x1b]52;c;aGk=\x07", "ORD-1\\x1b]52;c;aGk=\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("abc\u202egnp", "abc\\u202egnp"),
        ("Zoë\r\nO'Brien\t£5", "Zoë\\r\nO'Brien\t£5"),
    ],
)
def test_a_terminal_obeys_no_strangers_words(
    capsys: pytest.CaptureFixture[str], text: str, shown: str
) -> None:
    """Sequences that clear a screen, write into the clipboard, or turn the text are written out."""
    assert output.words(text) == shown
    output.table(text, ("A",), [[text]])
    output.note(text)
    output.pretty({"said": text})
    printed = "".join(capsys.readouterr())
    assert not set(printed) & set("\x1b\x9b\u202e\x07\r")

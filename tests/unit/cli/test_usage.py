"""Help is quick and complete; wrong usage ends with 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from tests.support.children import ROOT
from workers.cli import app, main

HEAVY = ("psycopg", "pydantic", "pika", "dramatiq", "xero_python", "httpx", "cryptography")


def commands() -> list[list[str]]:
    """Every command there is, by its words."""
    found: list[list[str]] = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found += [[name, each] for each in below] if below else [[name]]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_explains_itself(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    assert "Usage:" in capsys.readouterr().out


def test_the_public_commands_are_there() -> None:
    """The names that scripts and documents use."""
    assert {" ".join(each) for each in commands()} >= {
        *("demo", "run", "ingress", "worker", "scheduler", "relay", "doctor", "db upgrade"),
        *(f"connection {verb}" for verb in ("add", "list", "show", "disconnect")),
        *(f"mapping {verb}" for verb in ("show", "set", "load", "check")),
        *(f"export {verb}" for verb in ("list", "show", "preview", "retry", "skip", "mark-posted")),
        *(f"import {verb}" for verb in ("list", "show", "retry", "skip")),
        *(f"schedule {verb}" for verb in ("list", "set", "run")),
        *(f"event {verb}" for verb in ("publish", "parked", "parked-show", "replay", "discard")),
        *("export reconcile", "audit list", "event validate", "event bind", "event kit"),
    }


def test_help_loads_nothing_heavy() -> None:
    """Each of these costs up to a second; a command loads what it needs itself."""
    code = f"import sys, workers.cli; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["export", "list", "--limit", "0"], ["connection", "add"], ["mapping", "show"]],
    ids=" ".join,
)
def test_wrong_usage_ends_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only failures that a person can mend are told in a sentence."""
    other = typer.Typer(pretty_exceptions_enable=False)

    @other.command()
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("workers.cli.app", other)
    with pytest.raises(ZeroDivisionError):
        main([])

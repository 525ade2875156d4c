"""The kit judges examples and foreign messages without any code of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from schemas.catalogue import INCOMING, OUTGOING
from schemas.kit import write


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kit")
    write(folder)
    return folder


def run(kit: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "check.py", *map(str, arguments)]
    return subprocess.run(command, cwd=kit, capture_output=True, text=True, check=False)


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_manifest_is_true_for_any_validator(kit: Path) -> None:
    """Every example is what the manifest says, and every event has one as a whole."""
    cases = load(kit / "manifest.json")
    for case in cases:
        schema = load(kit / case["schema"])
        jsonschema_rs.meta.validate(schema)
        judge = jsonschema_rs.validator_for(schema, validate_formats=True)
        assert judge.is_valid(load(kit / case["file"])) is case["valid"], case
    whole = {case["schema"] for case in cases if case["schema"].startswith("schemas/events/")}
    assert whole == {f"schemas/events/{name}.schema.json" for name in {**INCOMING, **OUTGOING}}


def test_the_runner_judges_the_kit_and_foreign_messages(kit: Path) -> None:
    """Nothing to say of the kit; a message of another's is told by its place."""
    assert run(kit).returncode == 0
    event = load(next(kit.glob("events/order.cancelled.v1/*.json")))
    mine = kit / "mine.json"
    mine.write_text(json.dumps(event))
    assert run(kit, "order.cancelled.v1", mine).returncode == 0
    mine.write_text(json.dumps({**event, "source": "acme"}))
    done = run(kit, "order.cancelled.v1", mine)
    assert (done.returncode, "source: " in done.stdout) == (1, True)
    assert run(kit, "order.lost.v1", mine).returncode == 2


def test_a_kit_that_is_not_true_is_found(kit: Path, tmp_path: Path) -> None:
    """Given an example that was spoilt, the runner names it."""
    write(tmp_path)
    spoilt = next(tmp_path.glob("examples/order.cancelled.v1/*.pass.json"))
    spoilt.write_text("{}")
    done = run(tmp_path)
    assert (done.returncode, spoilt.name in done.stdout) == (1, True)

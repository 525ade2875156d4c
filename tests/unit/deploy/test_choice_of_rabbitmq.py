"""Which rabbitmq-server is started: the one that is named, and never another in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.processes import EngineError
from deploy.local.rabbitmq import CHOSEN, server


def _program(folder: Path, mode: int = 0o755) -> Path:
    path = folder / "rabbitmq-server"
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def test_the_one_that_is_named_comes_before_the_machines_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else is installed or on the PATH."""
    monkeypatch.setenv(CHOSEN, str(_program(tmp_path)))
    assert server() == tmp_path / "rabbitmq-server"


@pytest.mark.parametrize("what", ["missing", "folder", "no program"])
def test_one_that_can_not_be_run_is_an_error(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that says 4.x and used 3.10 would be worse than none."""
    plain = _program(tmp_path, mode=0o644)
    named = {"missing": tmp_path / "nowhere", "folder": tmp_path, "no program": plain}[what]
    monkeypatch.setenv(CHOSEN, str(named))
    with pytest.raises(EngineError, match=f"{CHOSEN} is {named}, which is no program"):
        server()

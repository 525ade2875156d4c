"""Prometheus itself reads our rules, and each fires and keeps quiet as its test says."""

from __future__ import annotations

import subprocess

from deploy.local import prometheus
from tests.support.observability import FOLDER, RULES


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run promtool beside the rules' tests."""
    found = prometheus.program("promtool")
    assert found is not None, prometheus.REMEDY
    command = [str(found), *arguments]
    folder = FOLDER / "alerts" / "tests"
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_prometheus_can_read_every_rule() -> None:
    """Syntax, names and durations are Prometheus's own."""
    done = promtool("check", "rules", *(f"../{path.name}" for path in RULES))
    assert done.returncode == 0, done.stderr


def test_prometheus_takes_the_configuration() -> None:
    """The example finds the rules from where it lies."""
    done = promtool("check", "config", str(FOLDER / "prometheus.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_fires_and_keeps_quiet() -> None:
    """Each has a series at which it fires, with its words, and one at which it must not."""
    done = promtool("test", "rules", *(path.name for path in RULES))
    assert done.returncode == 0, done.stdout + done.stderr

"""What a dashboard, a rule or a runbook names is there: a metric, a queue, a command, a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from deploy.observability.generate import files
from events.depths import WATCHED
from tests.alarms.faults import FAULTS
from tests.support.observability import (
    DASHBOARDS,
    FOLDER,
    RULES,
    expressions,
    known_metrics,
    metrics_in,
    queues_in,
    rule_in,
)
from workers.cli import app
from workers.metrics.standing import FIGURES

ALERTS = [path.stem for path in RULES]
HEADINGS = ["## What it means", "## What to look at", "## What to do"]
_COMMAND = re.compile(r"mintsoft-xero ([a-z]+(?: [a-z-]+)?)")


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_a_query_names_what_exists(where: str, expression: str) -> None:
    """A metric or queue that was renamed would leave an alert silent for ever."""
    named = metrics_in(expression)
    assert named, f"{where} names no metric: {expression}"
    assert named <= known_metrics(), where
    assert queues_in(expression) <= set(WATCHED), where


def test_the_linter_sees_a_wrong_name() -> None:
    """A guard that never fails guards nothing."""
    expression = 'max by (queue) (mintsoft_xero_gone{queue="nowhere"}) > 0 and on () up == 1'
    assert metrics_in(expression) == {"mintsoft_xero_gone", "up"}
    assert metrics_in(expression) - known_metrics() == {"mintsoft_xero_gone"}
    assert queues_in(expression) - set(WATCHED) == {"nowhere"}


def test_every_figure_is_watched() -> None:
    """A figure that nobody looks at is a cost without a use."""
    looked_at = {name for _, expression in expressions() for name in metrics_in(expression)}
    assert {figure.full_name for figure in FIGURES.values()} <= looked_at


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_an_alert_says_what_it_is_and_what_to_do(path: Path) -> None:
    """One alert a file, named like it, with severity, words, a runbook and a test of its rule."""
    rule = rule_in(path)
    assert rule["alert"] == path.stem
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert {"summary", "description", "runbook"} == set(rule["annotations"])
    assert rule["annotations"]["runbook"] == f"deploy/observability/runbooks/{path.stem}.md"
    tested = yaml.safe_load((path.parent / "tests" / path.name).read_text())
    assert tested["rule_files"] == [f"../{path.name}"]
    fires, quiet = tested["tests"]
    assert fires["alert_rule_test"][0]["exp_alerts"]
    assert quiet["alert_rule_test"][0]["exp_alerts"] == []


@pytest.mark.parametrize("alert", ALERTS)
def test_a_runbook_helps(alert: str) -> None:
    """It has its three parts, and every command it gives exists."""
    text = (FOLDER / "runbooks" / f"{alert}.md").read_text()
    assert text.startswith(f"# {alert}: ")
    assert [line for line in text.splitlines() if line.startswith("## ")] == HEADINGS
    for command in _COMMAND.findall(" ".join(text.split())):
        assert exists(command), f"mintsoft-xero {command}"
    for other in re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", re.sub(r"`[^`]*`", "", text)):
        assert other in ALERTS, f"{other} is no alert"


def test_every_alert_has_its_fault() -> None:
    """``make alarms`` makes each of them fire in a running fleet."""
    assert sorted(FAULTS) == ALERTS


def test_nothing_is_left_over() -> None:
    """A runbook or a test without its alert misleads."""
    for folder in ("runbooks", "alerts/tests"):
        assert sorted(path.stem for path in (FOLDER / folder).iterdir()) == ALERTS


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_can_be_read(path: Path) -> None:
    """Panels have ids of their own, words, and do not lie upon each other."""
    board = json.loads(path.read_text())
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    charts = [panel for panel in panels if panel["type"] != "row"]
    assert all(panel["title"] and panel["description"].endswith(".") for panel in charts)
    assert all(one is other or not overlap(one, other) for one in panels for other in panels)


def test_dashboards_are_as_described() -> None:
    """What is committed is what the description gives."""
    assert {path: path.read_text() for path in DASHBOARDS} == files()


def exists(command: str) -> bool:
    """Whether the command line knows these words, as far as they are commands."""
    group: Any = typer.main.get_command(app)
    for word in command.split():
        if not hasattr(group, "commands"):
            return True
        if word not in group.commands:
            return False
        group = group.commands[word]
    return True


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two panels share any of Grafana's cells."""
    a, b = one["gridPos"], other["gridPos"]
    beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
    below = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
    return not (beside or below)

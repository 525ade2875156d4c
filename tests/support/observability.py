"""Dashboards, alerts and runbooks as data, and the names that the fleet gives its metrics."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from workers.metrics.meters import REGISTRY
from workers.metrics.standing import FIGURES

FOLDER = Path(__file__).parents[2] / "deploy" / "observability"
RULES = sorted((FOLDER / "alerts").glob("*.yaml"))
DASHBOARDS = sorted((FOLDER / "dashboards").glob("*.json"))

OF_PROMETHEUS = frozenset({"up"})
OF_RABBITMQ = frozenset(
    {
        *("rabbitmq_queue_messages_ready", "rabbitmq_queue_messages_unacked"),
        *("rabbitmq_connections", "rabbitmq_channels"),
        *("rabbitmq_process_resident_memory_bytes", "rabbitmq_disk_space_available_bytes"),
    }
)
"""What the plug-in rabbitmq_prometheus tells at /metrics: nodes of 3.10, 4.0.5 and 4.3.6 do."""

_NAME = re.compile(r"\b(mintsoft_xero_\w+|process_\w+|python_\w+|rabbitmq_\w+|up)\b(?!\s*=[^=])")
_QUEUE = re.compile(r'queue(?:=|!=|=~|!~)"([^"]*)"')


@cache
def known_metrics() -> frozenset[str]:
    """Every name that a query may use."""
    own = {name for family in REGISTRY.collect() for name in _series(family)}
    figures = {figure.full_name for figure in FIGURES.values()}
    return frozenset(own | figures | OF_PROMETHEUS | OF_RABBITMQ)


def _series(family: Any) -> Iterator[str]:
    match family.type:
        case "counter":
            yield f"{family.name}_total"
        case "histogram":
            yield from (f"{family.name}_{end}" for end in ("bucket", "sum", "count"))
        case _:
            yield family.name


def metrics_in(expression: str) -> set[str]:
    """The metrics that an expression names; what stands in quotes is no name."""
    return set(_NAME.findall(re.sub(r'"[^"]*"', '""', expression)))


def queues_in(expression: str) -> set[str]:
    """The queues that an expression names."""
    return {name for found in _QUEUE.findall(expression) for name in found.split("|")}


def rule_in(path: Path) -> dict[str, Any]:
    """The one rule of an alert's file."""
    [group] = yaml.safe_load(path.read_text())["groups"]
    [rule] = group["rules"]
    return dict(rule)


def expressions() -> Iterator[tuple[str, str]]:
    """Every query of every rule and panel, with where it stands."""
    for path in RULES:
        yield path.name, rule_in(path)["expr"]
    for path in DASHBOARDS:
        board = json.loads(path.read_text())
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                yield f"{path.name}: {panel['title']}", target["expr"]
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                yield f"{path.name}: ${variable['name']}", variable["definition"]

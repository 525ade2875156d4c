"""Grafana's dashboards in a few words: rows of panels, laid out by themselves.

Weakness: only what our dashboards use is here; Grafana knows a hundred options more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

Json = dict[str, Any]

SOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24
"""Grafana's columns."""

HEIGHT = 8
COUNTER = "short"


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: pairs of an expression and the legend of its series.

    ``stat`` shows the newest figure alone. ``unit`` is Grafana's name of it.
    """

    title: str
    says: str
    series: Sequence[tuple[str, str]]
    unit: str = COUNTER
    stat: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side under a heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """``variables``: name and query of what one may choose besides the data source."""

    uid: str
    title: str
    says: str
    rows: Sequence[Row]
    variables: Sequence[tuple[str, str]] = ()


def grafana(dashboard: Dashboard) -> Json:
    """Return *dashboard* as Grafana reads it."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.says,
        "tags": ["mintsoft-xero"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_source(), *map(_variable, dashboard.variables)]},
        "panels": _laid_out(dashboard.rows),
    }


def _laid_out(rows: Sequence[Row]) -> list[Json]:
    ids = count(1)
    found: list[Json] = []
    top = 0
    for row in rows:
        place = {"x": 0, "y": top, "w": WIDTH, "h": 1}
        heading = {"id": next(ids), "type": "row", "title": row.title, "gridPos": place}
        found.append(heading | {"collapsed": False, "panels": []})
        width = WIDTH // len(row.panels)
        for column, panel in enumerate(row.panels):
            place = {"x": column * width, "y": top + 1, "w": width, "h": HEIGHT}
            found.append({"id": next(ids), "gridPos": place, **_panel(panel)})
        top += 1 + HEIGHT
    return found


def _panel(panel: Panel) -> Json:
    return {
        "type": "stat" if panel.stat else "timeseries",
        "title": panel.title,
        "description": panel.says,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {} if panel.stat else {"legend": {"displayMode": "table", "calcs": ["last"]}},
        "targets": [
            {"refId": chr(ord("A") + n), "expr": expr, "legendFormat": legend, "datasource": SOURCE}
            for n, (expr, legend) in enumerate(panel.series)
        ],
    }


def _source() -> Json:
    return {"name": "datasource", "type": "datasource", "query": "prometheus"}


def _variable(variable: tuple[str, str]) -> Json:
    name, query = variable
    shown = {"name": name, "type": "query", "datasource": SOURCE, "refresh": 2, "sort": 1}
    return shown | {"query": {"query": query, "refId": name}, "definition": query}

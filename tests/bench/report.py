"""The figures, as tables for people and as one JSON document for programs."""

from __future__ import annotations

import os
import platform
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench import idle
from tests.bench.cost import Cost
from tests.bench.idle import Idle, Ticks
from tests.bench.rounds import Measure, Result

GOAL = 10.0
"""Times the plain way; what `make bench` is there to prove."""


def as_json(
    result: Result, costs: list[Cost], idling: list[Idle], ticks: list[Ticks]
) -> dict[str, Any]:
    """Everything that was measured; rates are events per second, bytes are of bodies as sent."""
    return {
        "ratio": round(result.ratio, 2),
        "ratio_of_two_processes": round(result.ratio_of_two, 2),
        "goal": GOAL,
        "ratio_for_the_same_work": round(result.ratio_for_the_same_work, 2),
        "ours": _measure(result.ours),
        "two": _measure(result.two),
        "plain": _measure(result.plain),
        "plain_stored": _measure(result.plain_stored),
        "ceilings": [_measure(each) for each in result.ceilings],
        "xero_per_1000_orders": [vars(each) for each in costs],
        "xero_per_hour_idle": [vars(each) for each in idling],
        "scheduler": [vars(each) | {"seconds_an_hour": each.seconds_an_hour} for each in ticks],
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "events": measure.events,
        "seconds": [round(each, 3) for each in measure.seconds],
        "per_second": [round(each) for each in measure.rates],
        "median_per_second": round(measure.median),
    }


def show(
    console: Console,
    result: Result,
    costs: list[Cost],
    idling: list[Idle],
    ticks: list[Ticks],
) -> None:
    """Print the tables and the verdict."""
    console.print(_throughput(result), _spending(costs), _idling(idling), _ticks(ticks))
    verdict = "reached" if max(result.ratio, result.ratio_of_two) >= GOAL else "[bold red]missed[/]"
    console.print(
        f"{result.ratio:.1f} times the plain way, {result.ratio_of_two:.1f} with two processes,"
        f" {result.ratio_for_the_same_work:.1f} where both end in the ledger;"
        f" the goal of {GOAL:.0f} times is {verdict}."
    )


def _rows(result: Result) -> list[Measure]:
    return [result.ours, result.two, result.plain, result.plain_stored, *result.ceilings]


def _throughput(result: Result) -> Table:
    table = Table(title=f"Events per second on {os.cpu_count()} cores")
    table.add_column("what")
    for heading in ("events a round", "seconds", "each round", "median", "times plain"):
        table.add_column(heading, justify="right")
    for measure in _rows(result):
        table.add_row(
            measure.name,
            f"{measure.events:,}",
            f"{sum(measure.seconds):.1f}",
            " ".join(f"{rate:,.0f}" for rate in measure.rates),
            f"{measure.median:,.0f}",
            f"{measure.median / result.plain.median:.1f}",
            end_section=measure is result.plain_stored,
        )
    return table


def _spending(costs: list[Cost]) -> Table:
    table = Table(title="Xero for 1,000 orders")
    table.add_column("what")
    for heading in ("calls", "bytes sent", "bytes received"):
        table.add_column(heading, justify="right")
    for cost in costs:
        table.add_row(
            cost.name, f"{cost.calls:,}", f"{cost.bytes_sent:,}", f"{cost.bytes_received:,}"
        )
    return table


def _idling(idling: list[Idle]) -> Table:
    table = Table(title=f"Xero in an hour: {idle.CONNECTIONS:,} idle connections, both polls")
    table.add_column("what")
    for heading in ("calls", "megabytes received"):
        table.add_column(heading, justify="right")
    for each in idling:
        table.add_row(each.name, f"{each.calls:,}", f"{each.bytes_received / 1e6:,.1f}")
    return table


def _ticks(ticks: list[Ticks]) -> Table:
    table = Table(title="The scheduler's ticks")
    table.add_column("connections", justify="right")
    for heading in ("ms, nothing due", "ms, all due", "runs started", "seconds an hour"):
        table.add_column(heading, justify="right")
    for each in ticks:
        table.add_row(
            f"{each.connections:,}",
            f"{each.nothing_due:.2f}",
            f"{each.all_due:,.0f}",
            f"{each.started:,}",
            f"{each.seconds_an_hour:.1f}",
        )
    return table

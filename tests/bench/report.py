"""The figures, as tables for people and as one JSON document for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench import idle
from tests.bench.cost import Cost
from tests.bench.idle import Idle, Ticks
from tests.bench.rounds import Measure, Result
from tests.bench.section import Section
from tests.bench.whole import PACE, Whole

GOAL = 20.0
"""Times the plain way; what `make bench` is there to prove."""

PERCENTILES = (50, 95, 99)


@dataclass
class Figures:
    """What was measured; of a run of some parts, those."""

    result: Result | None = None
    whole: Whole | None = None
    costs: Sequence[Cost] = ()
    idling: Sequence[Idle] = ()
    ticks: Sequence[Ticks] = ()
    sections: dict[str, Section] = field(default_factory=dict)


def machine() -> str:
    """What the figures are of."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def as_json(figures: Figures) -> dict[str, Any]:
    """What was measured; rates are events per second, bytes are of bodies as sent."""
    found: dict[str, Any] = _ingress(figures.result) if figures.result else {}
    if figures.whole:
        found["whole_way"] = _whole(figures.whole)
    if figures.costs:
        found["xero_per_1000_orders"] = [vars(each) for each in figures.costs]
    if figures.idling:
        found["xero_per_hour_idle"] = [vars(each) for each in figures.idling]
        found["scheduler"] = [
            vars(each) | {"seconds_an_hour": each.seconds_an_hour} for each in figures.ticks
        ]
    return found | {name: section.as_json() for name, section in figures.sections.items()}


def _ingress(result: Result) -> dict[str, Any]:
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
    }


def _whole(whole: Whole) -> dict[str, Any]:
    return {
        "ratio": round(whole.ratio, 2),
        "ours": _measure(whole.ours),
        "plain": _measure(whole.plain),
        "until_posted": _measure(whole.posted),
        "latency_seconds": {f"p{each}": round(whole.latency(each), 3) for each in PERCENTILES},
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "events": measure.events,
        "seconds": [round(each, 3) for each in measure.seconds],
        "per_second": [round(each) for each in measure.rates],
        "median_per_second": round(measure.median),
    }


def show(console: Console, figures: Figures) -> None:
    """Print the tables and, of what has a goal, the verdict."""
    if figures.result:
        console.print(_throughput(figures.result))
    if figures.whole:
        console.print(_to_the_end(figures.whole))
        console.print(_latency(figures.whole))
    for section in figures.sections.values():
        console.print(section.table())
    if figures.costs:
        console.print(_spending(figures.costs))
    if figures.idling:
        console.print(_idling(figures.idling), _ticks(figures.ticks))
    if figures.result:
        console.print(_verdict(figures.result))


def _verdict(result: Result) -> str:
    verdict = "reached" if max(result.ratio, result.ratio_of_two) >= GOAL else "[bold red]missed[/]"
    return (
        f"{result.ratio:.1f} times the plain way, {result.ratio_of_two:.1f} with two processes,"
        f" {result.ratio_for_the_same_work:.1f} where both end in the ledger;"
        f" the goal of {GOAL:.0f} times is {verdict}."
    )


def _to_the_end(whole: Whole) -> Table:
    title = "Orders per second from the event to Xero and the tag, without Xero's limits"
    return _rates(title, whole.measures, whole.plain)


def _latency(whole: Whole) -> str:
    found = ", ".join(f"p{each} {whole.latency(each):.2f} s" for each in PERCENTILES)
    return f"From publication to posted, at {PACE} events a second: {found}.\n"


def _rows(result: Result) -> list[Measure]:
    return [result.ours, result.two, result.plain, result.plain_stored, *result.ceilings]


def _throughput(result: Result) -> Table:
    title = f"Events per second on {os.cpu_count()} cores"
    return _rates(title, _rows(result), result.plain, ends=result.plain_stored)


def _rates(
    title: str, measures: Sequence[Measure], plain: Measure, ends: Measure | None = None
) -> Table:
    table = Table(title=title)
    table.add_column("what")
    for heading in ("a round", "seconds", "each round", "median", "times plain"):
        table.add_column(heading, justify="right")
    for measure in measures:
        table.add_row(
            measure.name,
            f"{measure.events:,}",
            f"{sum(measure.seconds):.1f}",
            " ".join(f"{rate:,.0f}" for rate in measure.rates),
            f"{measure.median:,.0f}",
            f"{measure.median / plain.median:.1f}",
            end_section=measure is ends,
        )
    return table


def _spending(costs: Sequence[Cost]) -> Table:
    table = Table(title="Xero for 1,000 orders")
    table.add_column("what")
    for heading in ("calls", "bytes sent", "bytes received"):
        table.add_column(heading, justify="right")
    for cost in costs:
        table.add_row(
            cost.name, f"{cost.calls:,}", f"{cost.bytes_sent:,}", f"{cost.bytes_received:,}"
        )
    return table


def _idling(idling: Sequence[Idle]) -> Table:
    table = Table(title=f"Xero in an hour: {idle.CONNECTIONS:,} idle connections, both polls")
    table.add_column("what")
    for heading in ("calls", "megabytes received"):
        table.add_column(heading, justify="right")
    for each in idling:
        table.add_row(each.name, f"{each.calls:,}", f"{each.bytes_received / 1e6:,.1f}")
    return table


def _ticks(ticks: Sequence[Ticks]) -> Table:
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

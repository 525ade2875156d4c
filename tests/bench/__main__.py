"""`python -m tests.bench`: prints what was measured and whether the goals were reached."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console

from tests.bench import (
    batches,
    cost,
    crowd,
    floors,
    growth,
    idle,
    kept,
    memory,
    pages,
    report,
    rounds,
    size,
    stages,
    whole,
)
from tests.bench.place import Place, place
from tests.bench.report import Figures
from workers import logs

Say = Callable[[str], None]

WIDTH = 150
"""Columns of the tables in a log; a terminal may have more."""


def main() -> None:
    """Print each part when it is measured, to standard output; progress to standard error."""
    options = _parser().parse_args()
    progress = Console(stderr=True, highlight=False)
    logs.configure("console", "WARNING")
    console = Console(width=max(Console().width, WIDTH))
    found: dict[str, Any] = {"machine": report.machine()}
    with place() as ready:
        for name in options.only or PARTS:
            progress.print(f"measuring: {name}")
            figures = Figures()
            PARTS[name](ready, options, figures, progress.print)
            found |= report.as_json(figures)
            if not options.json:
                report.show(console, figures)
    if options.json:
        sys.stdout.write(json.dumps(found) + "\n")


def _ingress(ready: Place, options: argparse.Namespace, figures: Figures, say: Say) -> None:
    figures.result = rounds.run(ready, options.events, options.rounds, say)


def _whole(ready: Place, options: argparse.Namespace, figures: Figures, say: Say) -> None:
    figures.whole = whole.run(ready, options.orders, options.rounds, say)
    figures.sections["cost_by_process"] = whole.costs(figures.whole)


def _stages(ready: Place, options: argparse.Namespace, figures: Figures, _say: Say) -> None:
    figures.sections["cost_by_stage"] = stages.stages(ready, options.orders)


def _floors(ready: Place, options: argparse.Namespace, figures: Figures, _say: Say) -> None:
    figures.sections["floors"] = floors.floors(ready, options.orders)


def _memory(ready: Place, options: argparse.Namespace, figures: Figures, _say: Say) -> None:
    figures.sections["memory"] = memory.memory(ready, options.orders)


def _growth(ready: Place, options: argparse.Namespace, figures: Figures, _say: Say) -> None:
    figures.sections["growth_by_rows"] = growth.rows(ready, options.rows)
    figures.sections["growth_by_connections"] = growth.connections(ready)


def _size(ready: Place, options: argparse.Namespace, figures: Figures, _say: Say) -> None:
    figures.sections |= size.measure(ready, options.documents)


def _calls(ready: Place, _options: argparse.Namespace, figures: Figures, _say: Say) -> None:
    figures.costs = cost.costs(ready.spender)


def _idle(ready: Place, _options: argparse.Namespace, figures: Figures, _say: Say) -> None:
    figures.idling = idle.costs(ready.spender)
    figures.ticks = idle.ticks(ready.spender)


def _kept(ready: Place, options: argparse.Namespace, figures: Figures, say: Say) -> None:
    figures.sections["kept"] = kept.measure(ready, options.events, options.rounds, say)


def _pages(ready: Place, options: argparse.Namespace, figures: Figures, say: Say) -> None:
    found = pages.measure(ready.spender, options.rows, say)
    figures.sections["console_pages"] = pages.section(found, options.rows)


def _batches(ready: Place, _options: argparse.Namespace, figures: Figures, say: Say) -> None:
    figures.sections["idle_poll"] = batches.idle(ready)
    figures.sections["batches"] = batches.measure(ready, say)


def _crowd(ready: Place, options: argparse.Namespace, figures: Figures, say: Say) -> None:
    figures.sections["chart"] = crowd.chart(ready.fleet)
    figures.sections |= crowd.measure(ready, options.crowd, say)


PARTS: dict[str, Callable[[Place, argparse.Namespace, Figures, Say], None]] = {
    "ingress": _ingress,
    "whole": _whole,
    "stages": _stages,
    "floors": _floors,
    "memory": _memory,
    "growth": _growth,
    "size": _size,
    "calls": _calls,
    "idle": _idle,
    "kept": _kept,
    "batches": _batches,
    "crowd": _crowd,
    "pages": _pages,
}
"""In this order: what has a goal comes first; pages fill a ledger that the others had empty."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=report.__doc__)
    parser.add_argument("--events", type=int, default=8000, help="events of one round of ours")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each way")
    parser.add_argument("--orders", type=int, default=1500, help="orders of one round to Xero")
    parser.add_argument("--rows", type=int, default=1_000_000, help="documents of a large ledger")
    parser.add_argument("--documents", type=int, default=20_000, help="documents to weigh")
    parser.add_argument(
        "--crowd", type=int, nargs="+", default=crowd.SIZES, help="numbers of connections"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    parser.add_argument(
        "--only", nargs="+", choices=list(PARTS), metavar="PART", help=f"some of {', '.join(PARTS)}"
    )
    return parser


if __name__ == "__main__":
    main()

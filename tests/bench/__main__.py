"""`python -m tests.bench`: prints what was measured and whether the goal was reached."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

from rich.console import Console

from tests.bench import cost, idle, report, rounds, whole
from tests.bench.place import Place, place
from workers import logs


def main() -> None:
    """Measure and print; figures go to standard output, progress to standard error."""
    options = _parser().parse_args()
    progress = Console(stderr=True, highlight=False)
    logs.configure("console", "WARNING")
    with place() as ready:
        found = _measured(ready, options, progress.print)
    if options.json:
        sys.stdout.write(json.dumps(report.as_json(found)) + "\n")
    else:
        report.show(Console(), found)


def _measured(
    ready: Place, options: argparse.Namespace, say: Callable[[str], None]
) -> report.Figures:
    result = rounds.run(ready, options.events, options.rounds, say)
    if options.no_xero:
        return report.Figures(result)
    return report.Figures(
        result,
        whole.run(ready, options.orders, options.rounds, say),
        cost.costs(ready.spender),
        idle.costs(ready.spender),
        idle.ticks(ready.spender),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=report.__doc__)
    parser.add_argument("--events", type=int, default=8000, help="events of one round of ours")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each way")
    parser.add_argument("--orders", type=int, default=1500, help="orders of one round to Xero")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    parser.add_argument("--no-xero", action="store_true", help="measure the ingress alone")
    return parser


if __name__ == "__main__":
    main()

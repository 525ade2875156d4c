"""`python -m tests.bench`: prints what was measured and whether the goal was reached."""

from __future__ import annotations

import argparse
import json
import sys

from rich.console import Console

from tests.bench import cost, idle, report, rounds
from tests.bench.place import place
from workers import logs


def main() -> None:
    """Measure and print; figures go to standard output, progress to standard error."""
    options = _parser().parse_args()
    progress = Console(stderr=True, highlight=False)
    logs.configure("console", "WARNING")
    with place() as ready:
        result = rounds.run(ready, options.events, options.rounds, progress.print)
        costs = [] if options.no_xero else cost.costs(ready.spender)
        idling = [] if options.no_xero else idle.costs(ready.spender)
        ticks = [] if options.no_xero else idle.ticks(ready.spender)
    if options.json:
        sys.stdout.write(json.dumps(report.as_json(result, costs, idling, ticks)) + "\n")
    else:
        report.show(Console(), result, costs, idling, ticks)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=report.__doc__)
    parser.add_argument("--events", type=int, default=4000, help="events of one round of ours")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each way")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    parser.add_argument("--no-xero", action="store_true", help="leave out calls and bytes")
    return parser


if __name__ == "__main__":
    main()

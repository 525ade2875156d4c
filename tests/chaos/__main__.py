"""``python -m tests.chaos``: a run of any length, its table, and exit 1 if anything is wrong.

--seed N --minutes M     a long run; the same seed and minutes give the same faults in order
--json FILE              keep the result there, too
--table FILE ...         no run: the tables of results that were kept
--guard NAME|all         a short run without one guard, aimed at it, which has to fail; ``list``
                         names them
--control                the same run with the guard in place, which has to pass
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.chaos.guards import GUARDS
from tests.chaos.nursery import Nursery
from tests.chaos.report import Data, Result, as_data, as_text, by_kind, table
from tests.chaos.run import PATIENCE_SECONDS, run
from tests.chaos.schedule import WEIGHTS, draw
from tests.chaos.world import own_engine, servers_of, world

ACTS_PER_MINUTE = 22
"""A fault with its pause takes some two seconds; a restart of RabbitMQ ten."""

GUARD_INSTANT_SECONDS = 12.0
"""An aimed run has few faults, and each should meet somebody at its instant."""

GUARD_PATIENCE_SECONDS = 15.0
"""Without a guard some things are never done; with it, they take as long as they take."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when nothing was wrong, 1 when something was, 2 for wrong usage."""
    chosen = _parser().parse_args(arguments)
    seed = random.randrange(10**6) if chosen.seed is None else chosen.seed
    if chosen.table:
        _say(_tables([json.loads(path.read_text()) for path in chosen.table]))
        return 0
    if chosen.guard == "list":
        _say("\n".join(f"{name:20} {guard.what}" for name, guard in GUARDS.items()))
        return 0
    if chosen.guard == "all":
        return _all_guards(seed, control=chosen.control)
    if chosen.guard:
        [(_, result)] = _aimed([chosen.guard], seed, control=chosen.control)
    else:
        result = _long(seed, chosen.minutes)
    return _report(as_data(seed, result), chosen.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--table", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--guard", choices=[*GUARDS, "all", "list"])
    parser.add_argument("--control", action="store_true")
    return parser


def _long(seed: int, minutes: float) -> Result:
    acts = max(1, round(minutes * ACTS_PER_MINUTE))
    with (
        own_engine() as engine,
        Nursery() as nursery,
        servers_of(engine, nursery) as servers,
        world(servers) as place,
    ):
        return run(place, draw(seed, acts, tuple(WEIGHTS)))


def _aimed(names: Sequence[str], seed: int, *, control: bool) -> Iterator[tuple[str, Result]]:
    """One run for each guard, without it or, as *control*, with all of them."""
    with own_engine() as engine, Nursery() as nursery:
        for name in names:
            guard = GUARDS[name]
            with (
                servers_of(engine, nursery) as servers,
                world(
                    servers,
                    without="" if control else name,
                    unique_numbers=guard.unique_numbers,
                    patience=GUARD_INSTANT_SECONDS,
                ) as place,
            ):
                schedule = draw(seed, guard.acts, guard.kinds)
                patience = PATIENCE_SECONDS if control else GUARD_PATIENCE_SECONDS
                yield name, run(place, schedule, patience=patience)


def _all_guards(seed: int, *, control: bool) -> int:
    """Each guard in turn; 0 when every run ended as it had to: failed, or passed as control."""
    wrong = 0
    _say(f"seed {seed}, {'guards in place' if control else 'each guard taken away'}")
    for name, result in _aimed(list(GUARDS), seed, control=control):
        found = result.violations
        telling = [each for each in found if GUARDS[name].shows in each]
        wrong += bool(found) if control else not telling
        seconds = sum(result.figures["seconds"].values())
        figures = f"{seconds:4.0f} s, {len(found):4} violations, {len(telling):3} telling"
        _say(f"{name:20} {figures}  {(telling or found or [''])[0][:150]}")
    return 1 if wrong else 0


def _report(run_: Data, kept: Path | None) -> int:
    if kept:
        kept.write_text(json.dumps(run_, indent=1) + "\n")
    _say(as_text(run_))
    return 1 if run_["violations"] else 0


def _tables(runs: Sequence[Data]) -> str:
    return f"{table(runs)}\n\n{by_kind(runs)}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""``python -m tests.chaos``: a run of any length, its table, and exit 1 if anything is wrong.

--seed N --minutes M     a long run; the same seed and minutes give the same faults in order
--guard NAME|all         a run without one guard, which has to fail; ``list`` names them
--control                the same run with the guard in place, which has to pass
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence

from tests.chaos.guards import GUARDS, Guard
from tests.chaos.run import Result, run
from tests.chaos.schedule import WEIGHTS, draw
from tests.chaos.world import world

ACTS_PER_MINUTE = 22
"""A fault with its pause takes some two seconds; a restart of RabbitMQ ten."""

GUARD_ACTS = 8
GUARD_PATIENCE_SECONDS = 40.0
SHOWN = 25


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when nothing was wrong, 1 when something was, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--guard", choices=[*GUARDS, "all", "list"])
    parser.add_argument("--control", action="store_true")
    chosen = parser.parse_args(arguments)
    seed = random.randrange(10**6) if chosen.seed is None else chosen.seed
    if chosen.guard == "list":
        _say("\n".join(f"{name:20} {guard.what}" for name, guard in GUARDS.items()))
        return 0
    if chosen.guard == "all":
        return _all_guards(seed, control=chosen.control)
    if chosen.guard:
        return _report(seed, _without(chosen.guard, seed, control=chosen.control))
    return _report(seed, _long(seed, chosen.minutes))


def _long(seed: int, minutes: float) -> Result:
    with world() as place:
        return run(place, draw(seed, max(1, round(minutes * ACTS_PER_MINUTE)), tuple(WEIGHTS)))


def _without(name: str, seed: int, *, control: bool) -> Result:
    guard: Guard = GUARDS[name]
    without = "" if control else name
    with world(without=without, unique_numbers=guard.unique_numbers) as place:
        schedule = draw(seed, GUARD_ACTS, guard.kinds)
        return run(place, schedule, patience=GUARD_PATIENCE_SECONDS * (2 if control else 1))


def _all_guards(seed: int, *, control: bool) -> int:
    """Each guard in turn; 0 when every run ended as it had to: failed, or passed as control."""
    wrong = 0
    _say(f"seed {seed}, {'guards in place' if control else 'each guard taken away'}")
    for name in GUARDS:
        found = _without(name, seed, control=control).violations
        telling = [each for each in found if GUARDS[name].shows in each]
        wrong += bool(found) if control else not telling
        shown = (telling or found or [""])[0]
        _say(f"{name:20} {len(found):4} violations, {len(telling):3} telling  {shown[:150]}")
    return 1 if wrong else 0


def _report(seed: int, result: Result) -> int:
    _say(f"seed {seed}\n")
    for title, rows in (
        ("faults and events", dict(sorted(result.counts.items()))),
        ("documents", result.statuses),
        ("figures", result.figures),
    ):
        _say(f"{title}\n" + "\n".join(f"  {name:44} {found}" for name, found in rows.items()))
    wrong = result.violations
    _say("\n".join(["", f"{len(wrong)} violations", *(f"  {each}" for each in wrong[:SHOWN])]))
    return 1 if wrong else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

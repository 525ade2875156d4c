"""``make alarms ARGS="Name ..."``: each alert fires by its fault and clears when it is mended.

Prints after how many seconds each fired and cleared, on the quicker clock of
:mod:`tests.alarms.watching`. Exit code 1 when one did not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
import psycopg

from tests.alarms.faults import FAULTS
from tests.alarms.place import Place, place, quiet_environment, until_quiet
from tests.support.children import until

FIRE_SECONDS = 120.0
CLEAR_SECONDS = 200.0


@dataclass(frozen=True)
class Seen:
    """What one alert did; seconds, None where it did not. ``error``: what the fault itself met."""

    alert: str
    fired: float | None = None
    cleared: float | None = None
    error: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it did both."""
        return self.fired is not None and self.cleared is not None


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the alerts that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.alarms", description=__doc__)
    parser.add_argument("alerts", nargs="*", metavar="ALERT", help="all by default")
    wanted = parser.parse_args(arguments).alerts or list(FAULTS)
    if unknown := set(wanted) - set(FAULTS):
        parser.error(f"{sorted(unknown)[0]} is no alert; known: {', '.join(FAULTS)}")
    quiet_environment()
    _say(f"{'alert':24} {'fired after':>12} {'cleared after':>14}")
    with place() as here:
        seen = [_tried(here, alert) for alert in wanted]
    good = sum(each.is_good for each in seen)
    _say(f"{good} of {len(seen)} fired by their fault and cleared afterwards")
    return 0 if good == len(seen) else 1


def _tried(here: Place, alert: str) -> Seen:
    seen = _try(here, alert)
    fired, cleared = (
        "never" if each is None else f"{each:.0f} s" for each in (seen.fired, seen.cleared)
    )
    _say(f"{alert:24} {fired:>12} {cleared:>14}  {seen.error}".rstrip())
    return seen


def _try(here: Place, alert: str) -> Seen:
    fired = None
    try:
        until_quiet(here, alert)
        began = time.monotonic()
        with FAULTS[alert](here):
            fired = _until(here, alert, began, FIRE_SECONDS, firing=True)
            began = time.monotonic()
        return Seen(alert, fired, _until(here, alert, began, CLEAR_SECONDS, firing=False))
    except (AssertionError, httpx.HTTPError, psycopg.Error) as error:
        firing = ", ".join(sorted(here.prometheus.firing()))
        return Seen(alert, fired, None, f"{error}; firing: {firing}")


def _until(here: Place, alert: str, began: float, seconds: float, *, firing: bool) -> float:
    what = f"{alert} {'fires' if firing else 'clears'}"
    until(what, lambda: (alert in here.prometheus.firing()) is firing, seconds)
    return time.monotonic() - began


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

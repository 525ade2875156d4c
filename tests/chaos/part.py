"""A part of the fleet as chaos starts it: the product's own command, perhaps on a skewed clock
and, where a run is to show that a guard matters, without that guard.

``CHAOS_AHEAD`` is in seconds; ``CHAOS_WITHOUT`` names the guard.
"""

from __future__ import annotations

import faulthandler
import os
import runpy
import signal
import sys
from datetime import UTC, datetime, timedelta

from tests.chaos.guards import GUARDS


def prepare() -> None:
    """Make this process what the environment asks for, before anything of the fleet is built."""
    if seconds := int(os.environ.get("CHAOS_AHEAD") or 0):
        _skew(timedelta(seconds=seconds))
    if name := os.environ.get("CHAOS_WITHOUT"):
        GUARDS[name].remove()


def _skew(ahead: timedelta) -> None:
    from workers import clock

    object.__setattr__(clock.SYSTEM, "now", lambda: datetime.now(UTC) + ahead)


def main() -> None:
    """Run the command line, or Dramatiq on the same terms."""
    faulthandler.register(signal.SIGUSR1)  # where it hangs, for whoever waits for it
    prepare()
    if sys.argv[1:2] == ["worker"]:
        from workers.cli import roles

        command = roles.dramatiq_command(roles.queue_list(""), 1, 2)
        command[command.index("workers.app")] = "tests.chaos.app"
        sys.argv = command[command.index("dramatiq") :]
        runpy.run_module("dramatiq", run_name="__main__")
    from workers.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()

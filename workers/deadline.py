"""SIGTERM is obeyed in time, whatever blocks: a server that never answers, a line that is held.

Everything is safe at any instant, so a process that has not ended by itself may simply leave:
what it held comes up again when its lease ends, and what was not acknowledged comes again.
"""

import os
import sys
import threading

LEAVE_SECONDS = 17.0
"""After SIGTERM; supervisors commonly kill after thirty, we promise twenty."""

BOOT_SECONDS = 10.0
"""Dramatiq's master hears no signal, nor of a worker's death, while its workers boot."""

FINISH_SECONDS = 15.0
"""For the work at hand; most calls to Xero take less than one."""


def leave_in_time(seconds: float = LEAVE_SECONDS) -> None:
    """End this process after so long if it still runs then; returns at once."""
    timer = threading.Timer(seconds, _leave, [seconds])
    timer.daemon = True
    timer.start()


def _leave(seconds: float) -> None:
    try:
        sys.stderr.write(f"not ended {seconds:.0f} s after it was told to: what is at hand stays\n")
        sys.stderr.flush()
    finally:  # whoever read this may be gone: a worker writes to its master's pipe
        os._exit(0)

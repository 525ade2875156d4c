"""How many connections to PostgreSQL each role may have at once: one for each thread that asks.

A thread that waits for another's connection is late for no reason; one that waits longer than
psycopg's pool lets it, ten seconds, fails.
"""

from workers import scheduler
from workers.cli.console import POOL

INGRESS_THREADS = 2
"""The reader of the queue, and who buries dead letters."""

RELAY_THREADS = 1

LEADER = 1
"""The session whose lock makes a scheduler the leader; held as long as it leads."""

LOOKS = 1
"""For whoever asks how ready a process is."""


def of_ingress() -> int:
    """For `ingress`."""
    return INGRESS_THREADS + LOOKS


def of_relay() -> int:
    """For `relay`."""
    return RELAY_THREADS + LOOKS


def of_scheduler() -> int:
    """For `scheduler`."""
    return scheduler.THREADS + LEADER


def of_run(threads: int) -> int:
    """For `run`: all parts in one process, with *threads* workers."""
    return threads + of_ingress() + of_relay() + of_scheduler() + POOL

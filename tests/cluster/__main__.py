"""``make cluster``: each node of three is killed, stopped, held and cut off, under load.

Prints for each fault how long each stage stood still at most, then what became of the documents.
Exit code 1 when a single thing is wrong. ``ARGS="PART ..."`` chooses faults whose names have it.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence

from tests.cluster.faults import FAULTS, Fault
from tests.cluster.nodes import cluster
from tests.cluster.run import Result, place, run
from tests.support.databases import make_template, migrated_database
from tests.support.engine import running_engine
from tests.support.stream import STAGES, Stream, books, gap_rows, table


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when nothing was wrong, 1 when something was, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="PART", help="of a fault's name; all")
    parser.add_argument("--loopback", action="store_true", help="no networks of their own")
    parser.add_argument("--minutes", type=float, default=math.inf, help="for faults in all")
    chosen = parser.parse_args(arguments)
    with (
        running_engine() as engine,
        cluster(apart=False if chosen.loopback else None) as nodes,
    ):
        faults = _chosen(chosen.faults, apart=nodes.networks is not None)
        if not faults:
            parser.error(f"known are: {'; '.join(fault.name for fault in FAULTS)}")
        make_template(engine.database_url)
        with migrated_database(engine.database_url) as url, place(nodes, url) as here:
            result = run(here, faults, note, chosen.minutes)
            report(result, here.stream)
    return 1 if result.violations else 0


def _chosen(parts: Sequence[str], *, apart: bool) -> list[Fault]:
    named = [each for each in FAULTS if not parts or any(part in each.name for part in parts)]
    left_out = [each.name for each in named if each.apart and not apart]
    if left_out:
        say(f"Left out, as networks take root on Linux: {'; '.join(left_out)}")
    return [each for each in named if apart or not each.apart]


def report(result: Result, stream: Stream) -> None:
    """Tell all of it."""
    heads = ("fault", "seconds", *(f"{stage}: longest gap (s)" for stage in STAGES))
    seconds = [f"{end - begin:.0f}" for _, begin, end in result.windows]
    rows = [
        (name, lasted, *gaps)
        for (name, *gaps), lasted in zip(
            gap_rows(result.windows, result.times), seconds, strict=True
        )
    ]
    say(table(heads, rows))
    say("\n".join(books(stream)))
    say(f"members of each queue         {sorted(set(result.members.values()))}")
    say("\n".join([f"{len(result.violations)} violations", *result.violations[:25]]))


def note(text: str) -> None:
    """Tell how far it has come, beside what it comes to."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def say(text: str) -> None:
    """Tell whoever waits, at once."""
    sys.stdout.write(f"{text}\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

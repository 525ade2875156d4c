"""``make upgrade FROM=REVISION``: the release before, and this one, change places under load.

Prints how long each stage stood still, what each migration cost, and what became of the
documents. Exit code 1 when a single thing is wrong, 2 when there is no earlier version here.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.support.brokers import virtual_host
from tests.support.databases import empty_database
from tests.support.engine import running_engine
from tests.support.stream import STAGES, Stream, books, gap_rows, table
from tests.upgrade.ledger import Held, copied, measured
from tests.upgrade.story import BLOCKED_SECONDS, Told, play, stage
from tests.upgrade.versions import HERE, NoHistory, Version, default_revision, earlier, full

ROWS = 200_000
SHOWN = 25


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when nothing was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade", description=__doc__)
    parser.add_argument("--from", dest="revision", default="", help="an earlier revision")
    parser.add_argument("--rows", type=int, default=ROWS, help="documents of the large ledger")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mx-version-") as folder:
        try:
            old = earlier(full(chosen.revision or default_revision()), Path(folder))
        except NoHistory as error:
            sys.stderr.write(f"{error}\n")
            return 2
        return _run(old, chosen.rows)


def _run(old: Version, rows: int) -> int:
    newer = sorted(set(HERE.migrations()) - set(old.migrations()))
    say(f"N is {old.name}, N+1 what is here; migrations between them: {', '.join(newer) or 'none'}")
    with (
        running_engine() as engine,
        empty_database(engine.database_url) as url,
        virtual_host(str(engine.amqp_url), str(engine.management_url)) as broker,
        stage(old, url, broker) as here,
        copied(url) as copy,
    ):
        told = play(here, tell=lambda step: sys.stderr.write(f"{step}\n"))
        report(told, here.stream)
        held = measured(copy, rows)
        say(f"With {rows:,} documents and as many imports, nobody else at work:\n{_held(held)}")
    return 1 if told.violations else 0


def report(told: Told, stream: Stream) -> None:
    """Tell all of it."""
    heads = ("step", *(f"{stage}: longest gap (s)" for stage in STAGES))
    say(table(heads, list(gap_rows(told.windows, told.times))))
    rows = [(each.name, f"{each.seconds:.2f}", f"{each.blocked:.2f}") for each in told.applied]
    say(table(("migration under load", "seconds", "longest wait for a table (s)"), rows))
    say("\n".join(books(stream)))
    wrong = told.violations
    say(
        "\n".join(
            [f"{len(wrong)} violations (a wait over {BLOCKED_SECONDS:g} s is one)", *wrong[:SHOWN]]
        )
    )


def _held(held: Sequence[Held]) -> str:
    rows = [(each.name, f"{each.seconds:.2f}", ", ".join(each.tables) or "none") for each in held]
    return table(("migration", "seconds", "tables whose writers wait so long"), rows)


def say(text: str) -> None:
    """Tell whoever waits, at once."""
    sys.stdout.write(f"{text}\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

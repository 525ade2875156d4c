"""What it costs to forget old events: batched deletes beside partitions that are dropped.

`python -m tests.bench.partitions --rows 2000000` keeps so many rows in a table like `inbox`, lets
days pass by turns (a tenth of the rows comes, the oldest tenth goes) until every page has been
used anew, and times each part. It has a PostgreSQL of its own on disk, with fsync.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

import psycopg
from rich.console import Console

from deploy.local.postgres import Postgres
from deploy.local.processes import EngineError
from tests.bench.section import Section

DAYS_KEPT = 10
BATCH = 5_000
ARRIVING = 200
"""Events in one transaction, as the ingress takes them."""

LAYOUTS = ("brin", "btree", "partitions")

COLUMNS = """source text not null, event_id text not null, type text not null,
    outcome text not null, received_at timestamptz not null"""

MAKE = {
    "brin": f"""create table seen ({COLUMNS}, primary key (source, event_id))
        with (autovacuum_enabled = off);
        create index on seen using brin (received_at)""",
    "btree": f"""create table seen ({COLUMNS}, primary key (source, event_id))
        with (autovacuum_enabled = off);
        create index on seen (received_at)""",
    "partitions": f"""create table seen ({COLUMNS}, primary key (source, event_id, received_at))
        partition by range (received_at)""",
}

FILL = """
insert into seen
select '/mintsoft/' || (n %% 50), gen_random_uuid()::text, 'order.dispatched.v1', 'accepted',
       timestamptz '2026-01-01Z' + make_interval(days => %(day)s, secs => n * 86000.0 / %(count)s)
from generate_series(1, %(count)s) as n
"""

ARRIVE = {
    "plain": """
insert into seen
select '/mintsoft/' || (n %% 50), gen_random_uuid()::text, 'order.dispatched.v1', 'accepted',
       timestamptz '2026-01-01Z' + make_interval(days => %(day)s, secs => 86300)
from generate_series(1, %(count)s) as n
on conflict do nothing
""",
    # No unique key spans partitions, so each is asked; two that come at once need a lock besides.
    "partitions": """
insert into seen
select new.* from (
    select '/mintsoft/' || (n %% 50) as source, gen_random_uuid()::text as event_id,
           'order.dispatched.v1' as type, 'accepted' as outcome,
           timestamptz '2026-01-01Z' + make_interval(days => %(day)s, secs => 86300) as received_at
    from generate_series(1, %(count)s) as n
) new
where not exists (
    select from seen where seen.source = new.source and seen.event_id = new.event_id
)
""",
}

FORGET = """
with old as (
    select ctid from seen
    where received_at < timestamptz '2026-01-01Z' + make_interval(days => %(day)s)
    order by received_at limit %(most)s
)
delete from seen using old where seen.ctid = old.ctid
"""


@dataclass
class Table:
    """One layout under test: seconds and bytes of each day, by what they were spent on."""

    conn: psycopg.Connection[Any]
    layout: str
    spent: dict[str, list[float]] = field(default_factory=dict)

    def timed(self, name: str, act: Callable[[], object]) -> None:
        """Note what *act* takes in seconds, and the log it writes in bytes."""
        log, began = self.log_position(), time.perf_counter()
        act()
        self.spent.setdefault(name, []).append(time.perf_counter() - began)
        self.spent.setdefault(f"{name}, log", []).append(self.log_position() - log)

    def log_position(self) -> float:
        """How much has been written to the write-ahead log since ever, in bytes."""
        return float(self.one("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))

    def one(self, query: str) -> Any:
        """The first value of a query's first row."""
        row = self.conn.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]

    def make(self) -> None:
        """An empty table."""
        self.conn.execute(b"drop table if exists seen")
        self.conn.execute(MAKE[self.layout].encode())

    def open_day(self, day: int) -> None:
        """Make the partition of a day."""
        if self.layout == "partitions":
            first = f"timestamptz '2026-01-01Z' + interval '{day} days'"
            row = self.one(f"select {first}"), self.one(f"select {first} + interval '1 day'")
            self.conn.execute(
                f"create table seen_{day} partition of seen for values from ('{row[0]}')"
                f" to ('{row[1]}') with (autovacuum_enabled = off)".encode()
            )

    def fill(self, day: int, count: int) -> None:
        """A day's rows in one go; not timed."""
        self.open_day(day)
        self.conn.execute(FILL, {"day": day, "count": count})

    def arrive(self, day: int, times: int) -> None:
        """Batches as the ingress takes them in, a transaction each."""
        statement = ARRIVE.get(self.layout, ARRIVE["plain"])
        for _ in range(times):
            self.conn.execute(statement.encode(), {"day": day, "count": ARRIVING})

    def forget(self, before: int) -> None:
        """Take out all that is older than a day."""
        if self.layout == "partitions":
            self.conn.execute(f"drop table seen_{before - 1}".encode())
            return
        while self.conn.execute(FORGET, {"day": before, "most": BATCH}).rowcount:
            continue

    def blocks_of_a_look(self, before: int) -> float:
        """Blocks that are read to find that nothing is old; the same however busy the machine."""
        explained = f"explain (analyze, buffers, format json) {FORGET}".encode()
        row = self.conn.execute(explained, {"day": before, "most": BATCH}).fetchone()
        assert row is not None
        plan = row[0][0]["Plan"]
        return float(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def main() -> int:
    """Print the figures of each layout."""
    chosen = argparse.ArgumentParser(description=__doc__)
    chosen.add_argument("--rows", type=int, default=2_000_000)
    rows = chosen.parse_args().rows
    state = Path(tempfile.mkdtemp(prefix="mx-parts-", dir="/tmp"))
    state.chmod(0o755)
    server = Postgres(state)
    try:
        server.prepare(fresh=True)
        server.launch()
        server.wait()
        with psycopg.connect(server.url, autocommit=True) as conn:
            # A partition that is filled today has no statistics: never read it from end to end.
            conn.execute(b"set enable_hashjoin = off; set enable_mergejoin = off")
            Console(width=140).print(measured(conn, rows).table())
    except EngineError as error:
        Console(stderr=True).print(str(error))
        return 1
    finally:
        server.stop()
        shutil.rmtree(state, ignore_errors=True)
    return 0


def measured(conn: psycopg.Connection[Any], rows: int) -> Section:
    """One row of figures for each layout, early (every page new) and late (each used anew)."""
    a_day = rows // DAYS_KEPT
    section = Section(
        f"{rows:,} rows kept, {a_day:,} a day come and go",
        [
            *("layout", "days", "200 arrive, ms", "log a row, bytes", "a day is forgotten, s"),
            *("its log, MB", "vacuum, s", "a look in vain, blocks", "on disk, MB"),
        ],
    )
    for layout in LAYOUTS:
        table = Table(conn, layout)
        table.make()
        for day in range(DAYS_KEPT):
            table.fill(day, a_day)
        conn.execute(b"vacuum analyze seen")
        for name in ("early", "late"):
            table.spent.clear()
            first = DAYS_KEPT if name == "early" else 3 * DAYS_KEPT
            for day in range(first, first + 3):
                live_a_day(table, day, a_day)
            section.rows.append([layout, name, *figures(table, a_day)])
            if name == "early":
                for day in range(first + 3, 3 * DAYS_KEPT):
                    live_a_day(table, day, a_day)
    return section


def live_a_day(table: Table, day: int, rows: int) -> None:
    """A day's rows come, the oldest day goes, and the space is free again."""
    table.fill(day, rows - 100 * ARRIVING)
    table.timed("arrive", lambda: table.arrive(day, 100))
    before = day - DAYS_KEPT + 1
    table.timed("forget", lambda: table.forget(before))
    if table.layout == "partitions":
        table.spent.setdefault("vacuum", []).append(0.0)
        table.spent.setdefault("look", []).append(0.0)
        return
    table.timed("vacuum", lambda: table.conn.execute(b"vacuum seen"))
    table.spent.setdefault("look", []).append(table.blocks_of_a_look(before))


def figures(table: Table, a_day: int) -> list[float]:
    """The figures of some days on average."""
    spent = {name: mean(found) for name, found in table.spent.items()}
    size = (
        "select sum(pg_total_relation_size(c.oid)) from pg_class c"
        " where c.relname like 'seen%' and c.relkind = 'r'"
    )
    arrived = 100 * ARRIVING
    return [
        spent["arrive"] / 100 * 1000,
        spent["arrive, log"] / arrived,
        spent["forget"],
        spent["forget, log"] / 1e6,
        spent["vacuum"],
        spent["look"],
        float(table.one(size)) / 1e6,
    ]


if __name__ == "__main__":
    raise SystemExit(main())

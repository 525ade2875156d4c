"""What documents take up on disk, by table and index, from their event to posted and tagged.

They go all the way through the fleet's own statements, in one thread. Sizes are taken as the way
leaves them, dead versions of rows included (what vacuum gives back for use again), packed (by
`vacuum full`), and packed once all that may go has gone: what the ledger keeps for good. How many
updates were HOT, so that no index had to be written, is PostgreSQL's own count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from events.envelope import STRUCTURED
from tests.bench import samples, ways
from tests.bench.grounds import Ground, prepared
from tests.bench.place import CLIENTS, Place
from tests.bench.section import Section
from tests.bench.unlimited import without_limits
from tests.support.children import until
from workers.actors.orders import export_orders
from workers.actors.upkeep import tag_orders
from workers.housekeeping import Housekeeper

BATCH = len(CLIENTS) * 50
"""Full batches for each of the sample's connections."""

MEGABYTE = 1024 * 1024
MILLION = 1_000_000
TABLES = ("documents", "attempts", "attempt_members", "tags", "outbox", "inbox")
ROOM = 50
"""Per cent of each page that the second of two ledgers fills at first."""

COMPARED = 1000
"""Documents of each of these two."""

SIZES = """
select c.relname as name, pg_relation_size(c.oid) as heap,
       case when c.reltoastrelid = 0 then 0
            else pg_total_relation_size(c.reltoastrelid) end as beside
from pg_class c where c.relname = any(%s) and c.relkind = 'r'
"""
INDEXES = """
select i.indexrelid::regclass::text as name, i.indrelid::regclass::text as of_table,
       pg_relation_size(i.indexrelid) as bytes
from pg_index i where i.indrelid = any(%s::text[]::regclass[])
order by array_position(%s::text[], i.indrelid::regclass::text), 1
"""
UPDATES = """
select relname as name, n_tup_ins as added, n_tup_upd as updates, n_tup_hot_upd as hot
from pg_stat_user_tables where relname = any(%s)
"""
AGE = (
    "update inbox set received_at = received_at - %(by)s",
    "update outbox set published_at = published_at - %(by)s",
    "update attempts set created_at = created_at - %(by)s, finished_at = finished_at - %(by)s",
    "update tags set done_at = done_at - %(by)s",
)
YEARS = {"by": timedelta(days=3000)}

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Sizes:
    """Bytes now, by table (rows and what is beside them) and by index."""

    tables: dict[str, int]
    indexes: dict[tuple[str, str], int]

    def total(self, table: str) -> int:
        """A table with its indexes."""
        return self.tables[table] + sum(n for (of, _), n in self.indexes.items() if of == table)


def measure(place: Place, documents: int) -> dict[str, Section]:
    """Take *documents* all the way; bytes of each by table and by index, and its updates."""
    with prepared(place) as ground:
        before = _wal(ground)
        _all_the_way(ground, documents)
        wal = Section("Write-ahead log, without full pages", ["what", "bytes a document"])
        wal.rows.append(["all stages", (_wal(ground) - before) / documents])
        updates = _updates(ground, documents)
        left = _sizes(ground)
        packed = _packed(ground)
        _tidy(ground)
        kept = _packed(ground)
    stages = (left, packed, kept)
    return {
        "wal": wal,
        "size_by_table": _by_table(stages, updates, documents),
        "size_by_index": _by_index(stages, documents),
        "hot_updates": _compared(place),
    }


def _by_table(stages: Sequence[Sizes], updates: Rows, documents: int) -> Section:
    section = Section(
        f"Bytes for each of {documents:,} documents, by table with its indexes",
        ["table", "as left", "packed", "kept for good", "updates", "of them HOT, %"],
        digits=1,
    )
    for table in TABLES:
        [found] = [row for row in updates if row["name"] == table]
        sizes = [each.total(table) / documents for each in stages]
        hot = found["hot"] / found["updates"] * 100 if found["updates"] else 0.0
        section.rows.append([table, *sizes, found["updates"] / documents, hot])
    sums = [sum(map(each.total, TABLES)) for each in stages]
    section.rows.append(["together", *(each / documents for each in sums), "", ""])
    megabytes = [each / documents * MILLION / MEGABYTE for each in sums]
    section.rows.append(["MB per million documents", *megabytes, "", ""])
    return section


def _by_index(stages: Sequence[Sizes], documents: int) -> Section:
    section = Section(
        "Bytes a document, by what holds them", ["what", "as left", "packed", "kept for good"]
    )
    for table in TABLES:
        sizes = [each.tables[table] / documents for each in stages]
        section.rows.append([f"{table}: rows", *sizes])
        for key in stages[0].indexes:
            if key[0] == table:
                indexed = [each.indexes[key] / documents for each in stages]
                section.rows.append([f"  {key[1]}", *indexed])
    return section


def _compared(place: Place) -> Section:
    """Whether room in each page makes updates HOT: only where they change no indexed column."""
    section = Section(
        f"HOT updates in per cent, {COMPARED:,} documents, pages filled at first",
        ["table", "whole", f"to {ROOM} %"],
        digits=1,
    )
    found: list[dict[str, float]] = []
    for fill in (100, ROOM):
        with prepared(place) as ground:
            for table in TABLES:
                ground.fleet.execute(f"alter table {table} set (fillfactor = {fill})")
            _all_the_way(ground, COMPARED)
            rows = [row for row in _updates(ground, COMPARED) if row["updates"]]
            found.append({row["name"]: row["hot"] / row["updates"] * 100 for row in rows})
    section.rows += [
        [table, found[0][table], found[1][table]] for table in TABLES if table in found[0]
    ]
    return section


def _all_the_way(ground: Ground, count: int) -> None:
    fleet = ground.fleet
    fleet.runtime.parts["budget"] = without_limits(fleet.runtime)
    for start in range(0, count, BATCH):
        bodies = [each.body for each in ground.orders(min(BATCH, count - start))]
        fleet.send(*ways.deliveries(bodies, samples.TYPE, STRUCTURED))
        _until_none(ground, "documents where status = 'waiting'", export_orders)
        _until_none(ground, "tags where done_at is null", tag_orders)
        while fleet.relay.once():
            fleet.published.clear()


def _until_none(ground: Ground, what: str, act: Any) -> None:
    query = f"select distinct connection_id as id from {what}"  # noqa: S608  two constants
    while due := ground.fleet.rows(query):
        for row in due:
            act(ground.fleet.runtime, str(row["id"]))


def _updates(ground: Ground, documents: int) -> Rows:
    """PostgreSQL's counts, once its sessions have handed in all of them."""

    def found() -> Rows:
        return ground.fleet.rows(UPDATES, [list(TABLES)])

    def complete() -> bool:
        by_name = {row["name"]: row for row in found()}
        return all(by_name[name]["updates"] >= 2 * documents for name in ("documents", "tags"))

    until("all updates are counted", complete, 60)
    return found()


def _wal(ground: Ground) -> int:
    """Bytes of log records that statements made, whether or not other servers read them."""
    [row] = ground.fleet.rows("select wal_bytes::bigint as n from pg_stat_wal")
    return int(row["n"])


def _sizes(ground: Ground) -> Sizes:
    tables = ground.fleet.rows(SIZES, [list(TABLES)])
    indexes = ground.fleet.rows(INDEXES, [list(TABLES)] * 2)
    return Sizes(
        {row["name"]: row["heap"] + row["beside"] for row in tables},
        {(row["of_table"], row["name"]): row["bytes"] for row in indexes},
    )


def _packed(ground: Ground) -> Sizes:
    url = ground.fleet.runtime.settings.database_url.get_secret_value()
    with psycopg.connect(url, autocommit=True) as conn:
        for table in TABLES:
            conn.execute(f"vacuum full {table}")
    return _sizes(ground)


def _tidy(ground: Ground) -> None:
    """Years go by: what may go goes."""
    url = ground.fleet.runtime.settings.database_url.get_secret_value()
    with psycopg.connect(url) as conn:
        for statement in AGE:
            conn.execute(statement, YEARS)
    Housekeeper(ground.fleet.runtime.pool, ground.fleet.runtime.settings).all()

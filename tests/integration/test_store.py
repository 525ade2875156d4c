"""The database's own guards: migrations add up, impossible rows are refused, queries parse."""

from __future__ import annotations

import threading
from importlib import resources
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from schemas.connections import Mode
from schemas.exports import Kind
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from workers.store import migrate
from workers.store.sql import parse, queries

MODULES = sorted(
    entry.name.removesuffix(".sql")
    for entry in (resources.files("workers.store") / "queries").iterdir()
    if entry.name.endswith(".sql")
)


def test_upgrade_applies_each_migration_once(empty_database_url: str) -> None:
    """Eight processes upgrade at once: whoever comes first applies one, the others find it done."""
    applied: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: applied.append(migrate.upgrade(empty_database_url)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [entry.name for entry in migrate.files()]
    assert sorted(name for each in applied for name in each) == names
    with psycopg.connect(empty_database_url) as conn:
        assert migrate.pending(conn) == []


def test_a_migration_waits_for_a_table_only_briefly(database_url: str) -> None:
    """Others would wait behind it: it gives up its place and tries again."""
    waits: list[float] = []
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("delete from schema_migrations where name like '0018%'")
        conn.execute(
            "drop index imports_by_reason, imports_by_connection, imports_by_number,"
            " imports_by_mintsoft_number"
        )
    with psycopg.connect(database_url) as busy:
        busy.execute("lock table imports in row exclusive mode")

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            busy.rollback()

        assert migrate.upgrade(database_url, sleep) == ["0018_import_lists.sql"]
    assert waits == [migrate.PAUSE_SECONDS]


@pytest.mark.parametrize("module", MODULES)
def test_every_query_is_described_in_a_line_of_english(module: str) -> None:
    """A reader of the SQL needs no Python to understand it."""
    for name, text in queries(module).items():
        assert text.startswith("-- "), f"{module}.{name} says nothing about itself"


def test_a_query_name_that_comes_twice_is_an_error() -> None:
    """The second would silently replace the first."""
    with pytest.raises(ValueError, match="twice"):
        parse("-- name: a\nselect 1;\n-- name: a\nselect 2;\n")


IMPOSSIBLE = [
    "update documents set status = 'posted'",
    "update documents set status = 'sending'",
    "update documents set status = 'needs_attention'",
    "update documents set xero_id = gen_random_uuid()",
    "update documents set payload = null",
    "update documents set withdrawal = 'gone'",
    "update documents set status = 'finished'",
    "update connections set status = 'lost'",
    "update connections set token_set_id = null",
    "update connections set client_id = null",
    "insert into tags (document_id, connection_id) select -1, id from connections",
]


@pytest.mark.parametrize("statement", IMPOSSIBLE)
def test_impossible_rows_are_refused(fleet: Fleet, statement: str) -> None:
    """What must never be is a constraint, not a habit."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    with pytest.raises((errors.CheckViolation, errors.ForeignKeyViolation)):
        fleet.execute(statement)


def test_one_active_fulfilment_connection_an_account(fleet: Fleet) -> None:
    """A 3PL invoice has one place to go; a disconnected one does not count."""
    first = fleet.connect(Mode.FULFILMENT)
    with pytest.raises(errors.UniqueViolation):
        fleet.connect(Mode.FULFILMENT)
    fleet.execute(
        "update connections set status = 'disconnected', disconnected_at = now() where id = %s",
        [first],
    )
    assert fleet.connect(Mode.FULFILMENT) != first


def test_unknown_connection_wakes_nobody(fleet: Fleet) -> None:
    """A wake-up for a connection that is not there is no error: it has nothing to do."""
    fleet.runtime.exporter.export(uuid4(), Kind.ORDER)


def test_a_server_that_vanishes_is_given_up_in_half_a_minute(fleet: Fleet) -> None:
    """Every connection of a pool asks the operating system whether the other end still is there."""
    with fleet.runtime.pool.connection() as conn:
        found = conn.info.get_parameters()
    idle, interval, count = (
        int(found[f"keepalives_{each}"]) for each in ("idle", "interval", "count")
    )
    assert idle + interval * count <= 30
    assert int(found["tcp_user_timeout"]) <= 30_000

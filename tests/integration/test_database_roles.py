"""The fleet under the roles of deploy/postgres: rows are its own, tables are the owner's."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.support.command import Command
from tests.support.documents import dispatched, order
from tests.support.fleet import make_fleet
from tests.support.simulators import Simulator
from workers.clock import SYSTEM
from workers.store import migrate
from workers.store.pool import open_pool

SQL = Path(__file__).parents[2] / "deploy" / "postgres"
CLOSED = {
    *("token_sets", "mintsoft_keys", "mintsoft_hooks", "operators", "sessions", "consents"),
    *("sign_in_failures", "sign_ins", "inbox", "parked", "parked_replays", "outbox"),
}
"""Tables that reports never see, as grants.sql says."""


def as_role(url: str, role: str) -> str:
    """The same database for another role."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}@"))


def run(url: str, file: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute((SQL / file).read_bytes())


@pytest.fixture
def delivered(empty_database_url: str) -> str:
    """A database set up as the operations manual says: roles, migrations, grants; roles again."""
    run(empty_database_url, "roles.sql")
    migrate.upgrade(as_role(empty_database_url, "mx_owner"))
    run(empty_database_url, "roles.sql")
    run(as_role(empty_database_url, "mx_owner"), "grants.sql")
    return empty_database_url


def test_the_fleet_works_as_mx_fleet(
    delivered: str, xero_sim: Simulator, mintsoft_sim: Simulator
) -> None:
    """An order comes in, is posted to Xero, tagged, told of, and the house is kept."""
    fleet = make_fleet(as_role(delivered, "mx_fleet"), xero_sim, mintsoft_sim, SYSTEM)
    try:
        fleet.connect()
        fleet.send(dispatched(order(1)))
        fleet.drain()
        assert fleet.statuses() == {"posted": 1}
        fleet.runtime.housekeeper.all()
        fleet.runtime.summer.once()
    finally:
        fleet.runtime.close()


REFUSED = [
    ("mx_fleet", "create table mine (id int)"),
    ("mx_fleet", "alter table documents add column mine int"),
    ("mx_fleet", "drop table documents"),
    ("mx_fleet", "truncate audit"),
    ("mx_fleet", "drop trigger documents_tally_insert on documents"),
    ("mx_fleet", "insert into schema_migrations (name) values ('9999_mine.sql')"),
    ("mx_reports", "delete from documents"),
    ("mx_reports", "begin read write; update documents set status = status"),
    ("mx_reports", "select * from token_sets"),
    ("mx_reports", "select * from parked"),
    ("mx_reports", "create table mine (id int)"),
]


def test_what_the_roles_can_not_do(delivered: str) -> None:
    """PostgreSQL refuses it, whatever the code should try."""
    allowed = []
    for role, statement in REFUSED:
        with psycopg.connect(as_role(delivered, role), autocommit=True) as conn:
            try:
                conn.execute(statement.encode())
                allowed.append((role, statement))
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction):
                continue
    assert allowed == []


def test_reports_see_every_table_but_those_that_are_closed(delivered: str) -> None:
    """A new table is closed until grants.sql names it, or this list does."""
    seen = (
        "select tablename, has_table_privilege('mx_reports', tablename::regclass, 'select')"
        " from pg_tables where schemaname = 'public'"
    )
    with psycopg.connect(delivered) as conn:
        found: dict[str, bool] = dict(conn.execute(seen).fetchall())
    assert {name for name, open_to_reports in found.items() if not open_to_reports} == CLOSED


@pytest.mark.parametrize("pooled", [True, False])
def test_behind_a_pool_nothing_outlives_a_transaction(database_url: str, pooled: bool) -> None:
    """No statement stays prepared in a session that is somebody else's a moment later."""
    with open_pool(database_url, size=1, pooled=pooled) as pool, pool.connection() as conn:
        for _ in range(10):
            conn.execute("select count(*) from documents where status = %s", ["posted"])
        [kept] = conn.execute("select count(*) from pg_prepared_statements").fetchone() or [None]
        [limit] = conn.execute("show statement_timeout").fetchone() or [None]
    assert (kept == 0, limit == "0") == (pooled, pooled)


@pytest.mark.parametrize("command", ["scheduler", "run"])
def test_who_leads_refuses_a_pool(
    mx: Command, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """The leader's lock would belong to whoever gets its session next."""
    monkeypatch.setenv("MX_DATABASE_POOLED", "true")
    ran = mx(command)
    assert ran.code == 1
    assert "MX_DATABASE_POOLED=false" in ran.err

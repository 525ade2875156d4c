"""The console's reports from a replica: a real one, streaming, that lags, dies and comes back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from pydantic import SecretStr

from deploy.local import processes
from deploy.local.postgres import Postgres
from tests.support.children import until
from tests.support.console import ConsoleUnderTest, serving_console
from tests.support.engine import new_state_dir
from tests.support.fleet import make_fleet
from tests.support.simulators import Simulator
from workers.cli.fleet_checks import replica_finding
from workers.clock import SYSTEM
from workers.glancing import chosen
from workers.store import migrate
from workers.store.pool import open_pool
from workers.store.replica import Standing

SQL = Path(__file__).parents[2] / "deploy" / "postgres"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def standing(
    *, is_replica: bool = True, is_current: bool = False, lag: timedelta | None = None
) -> Standing:
    return Standing(is_replica, is_current, None if lag is None else NOW - lag, NOW)


STANDINGS = [
    (standing(lag=timedelta(seconds=9)), NOW - timedelta(seconds=9), "", "ok"),
    (standing(lag=9 * MINUTE), None, "is 9 minutes behind", "warning"),
    (standing(lag=9 * MINUTE, is_current=True), NOW, "", "ok"),
    (standing(), None, "does not say how old its figures are", "warning"),
    (standing(is_replica=False, is_current=True), NOW, "", "warning"),
]


@pytest.mark.parametrize(("found", "as_of", "instead", "status"), STANDINGS)
def test_which_source_a_report_has(
    database_url: str, found: Standing, as_of: datetime | None, instead: str, status: str
) -> None:
    """A quiet day makes no replica old; one that lags, or does not know, is left alone."""
    with open_pool(database_url, size=1) as ledger, open_pool(database_url, size=1) as pool:
        source = chosen(found, 5 * MINUTE, pool, ledger)
        assert source.pool is (ledger if instead else pool)
    assert (source.as_of, source.instead) == (as_of, instead)
    assert replica_finding(found, False, 300, "here").status == status
    assert "mx_reports" in replica_finding(found, True, 300, "here").remedy


def as_role(url: str, role: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}@"))


def run(url: str, file: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute((SQL / file).read_bytes())


def deliver(url: str) -> None:
    """Roles, tables and grants, as the operations manual says."""
    run(url, "roles.sql")
    migrate.upgrade(as_role(url, "mx_owner"))
    run(url, "roles.sql")
    run(as_role(url, "mx_owner"), "grants.sql")


@contextmanager
def console_on(
    database: str, reports: str, xero: Simulator, mintsoft: Simulator
) -> Iterator[ConsoleUnderTest]:
    """A console whose reports have a database of their own."""
    fleet = make_fleet(database, xero, mintsoft, SYSTEM)
    try:
        settings = {"reports_database_url": SecretStr(reports), "reports_lag_seconds": 2}
        with serving_console(fleet, **settings) as console:
            yield console
    finally:
        fleet.runtime.close()


PAGES = ("/audit", "/audit.csv", "/reconciliation", "/reconciliation.csv?connection={}")


def test_reports_need_no_more_than_the_role_for_reports_may_read(
    empty_database_url: str, xero_sim: Simulator, mintsoft_sim: Simulator
) -> None:
    """Each page and sheet, read as mx_reports."""
    deliver(empty_database_url)
    reports = as_role(empty_database_url, "mx_reports")
    with console_on(empty_database_url, reports, xero_sim, mintsoft_sim) as console:
        connection = console.fleet.connect()
        browser = console.signed_in()
        for page in PAGES:
            answer = browser.get(page.format(connection))
            assert answer.status_code == 200, answer.text
            assert "instead" not in answer.text
        assert "Read from the copy for reports, as of" in browser.get("/audit").text


def test_a_replica_that_was_never_there(
    database_url: str, xero_sim: Simulator, mintsoft_sim: Simulator
) -> None:
    """The page says so, shows the ledger's figures, and waits for it once in a while only."""
    away = "postgresql://mx_reports@127.0.0.1:1/none"
    with console_on(database_url, away, xero_sim, mintsoft_sim) as console:
        browser = console.signed_in()
        for _ in range(3):
            answer = browser.get("/audit")
            assert answer.status_code == 200
            assert "does not answer, so this is read from the database itself" in answer.text
        assert "<tbody>" in answer.text
        rests = console.runtime.glance._rests_until
        assert rests is not None
        assert rests > SYSTEM.now()


@dataclass
class Pair:
    """A primary and its replica."""

    primary: Postgres
    replica: Postgres


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two servers, the second made from the first by pg_basebackup and streaming from it."""
    state = new_state_dir()
    state.chmod(0o755)
    places = [state / "1", state / "2"]
    for each in places:
        each.mkdir(mode=0o755)
        user = processes.ordinary_user()
        if user:
            os.chown(each, user.pw_uid, user.pw_gid)
    primary, replica = (Postgres(each, fast=True) for each in places)
    try:
        primary.prepare(fresh=True)
        primary.launch()
        primary.wait()
        deliver(primary.url)
        replica.prepare(fresh=True)
        copy(primary, replica)
        replica.launch()
        replica.wait()
        yield Pair(primary, replica)
    finally:
        replica.stop()
        primary.stop()
        shutil.rmtree(state, ignore_errors=True)


def copy(primary: Postgres, replica: Postgres) -> None:
    """Make *replica*'s data from the running *primary*, with where to stream from."""
    shutil.rmtree(replica.data)
    where = [f"--host={primary.folder}", "--username=postgres", f"--pgdata={replica.data}"]
    how = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast"]
    processes.run(
        [primary.binaries / "pg_basebackup", *where, *how],
        cwd=replica.folder,
        env=replica.environment,
        user=replica.user,
    )


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_a_replica_that_lags_dies_and_comes_back(
    pair: Pair, xero_sim: Simulator, mintsoft_sim: Simulator
) -> None:
    """People are told whose figures they see, and never look at old ones for long."""
    reports = as_role(pair.replica.url, "mx_reports")
    with console_on(pair.primary.url, reports, xero_sim, mintsoft_sim) as console:
        browser = console.signed_in()

        def shows(words: str) -> None:
            until(words, lambda: words in browser.get("/audit").text, 60)

        shows("Read from the copy for reports, as of")
        with psycopg.connect(pair.replica.url, autocommit=True) as there:
            there.execute("select pg_wal_replay_pause()")
            console.fleet.connect(account="borealis")
            shows("seconds behind, so this is read from the database itself")
            assert "borealis" in browser.get("/audit").text
            there.execute("select pg_wal_replay_resume()")
        shows("Read from the copy for reports, as of")
        pair.replica.kill()
        shows("does not answer, so this is read from the database itself")
        pair.replica.launch()
        pair.replica.wait()
        console.runtime.glance._rests_until = None
        shows("Read from the copy for reports, as of")

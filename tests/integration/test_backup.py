"""Backup and restore by the delivered scripts: as the ledger was at a second of our choice."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from deploy.local import processes
from deploy.local.postgres import Postgres
from tests.support.children import until
from tests.support.engine import new_state_dir
from workers.store import migrate

SCRIPTS = Path(__file__).parents[2] / "deploy" / "postgres"


@pytest.fixture
def state() -> Iterator[Path]:
    """A folder that PostgreSQL's user may pass through."""
    made = new_state_dir()
    user = processes.ordinary_user()
    if user:
        os.chown(made, user.pw_uid, user.pw_gid)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def script(server: Postgres, state: Path, name: str, *arguments: str) -> str:
    """Run a delivered script as PostgreSQL's user; returns what it prints."""
    copy = state / name
    shutil.copy(SCRIPTS / name, copy)
    copy.chmod(0o755)
    ran = subprocess.run(
        [copy, *arguments],
        env={
            "PATH": f"{server.binaries}:/usr/bin:/bin",
            "PGHOST": str(server.folder),
            "PGUSER": "postgres",
            "MX_ARCHIVE": str(state / "archive"),
        },
        user=server.user.pw_uid if server.user else None,
        group=server.user.pw_gid if server.user else None,
        cwd=state,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def one(url: str, statement: LiteralString) -> object:
    with psycopg.connect(url, autocommit=True) as conn:
        ran = conn.execute(statement)
        row = ran.fetchone() if ran.description else None
    return row[0] if row else None


@pytest.mark.timeout(180)
def test_the_ledger_comes_back_as_it_was_at_a_second(state: Path) -> None:
    """What was before that second is there, what somebody ruined after it is not."""
    archive = state / "archive.sh"
    shutil.copy(SCRIPTS / "archive.sh", archive)
    archive.chmod(0o755)
    server = Postgres(state, fast=True)
    server.settings |= {
        "archive_mode": "on",
        "archive_command": f'MX_ARCHIVE={state}/archive {archive} "%p" "%f"',
    }
    server.prepare(fresh=True)
    server.launch()
    try:
        server.wait()
        migrate.upgrade(server.url)
        one(server.url, "create table kept (what text)")
        one(server.url, "insert into kept values ('before the backup') returning what")
        backup = script(server, state, "backup.sh")
        one(server.url, "insert into kept values ('after the backup') returning what")
        moment = one(server.url, "select clock_timestamp()")
        assert isinstance(moment, datetime)
        one(server.url, "delete from kept returning what")
        one(server.url, "drop table documents cascade")
        last = one(server.url, "select pg_walfile_name(pg_current_wal_lsn())")
        one(server.url, "select pg_switch_wal()")
        until("the log is archived", (state / "archive" / "wal" / str(last)).exists)
    finally:
        server.stop()
    began = time.monotonic()
    shutil.rmtree(server.data)
    script(server, state, "restore.sh", backup, str(server.data), moment.isoformat())
    server.launch()
    try:
        server.wait()
        until("it is promoted", lambda: one(server.url, "select pg_is_in_recovery()") is False)
        print(f"restored in {time.monotonic() - began:.1f} s")  # noqa: T201  a figure for the docs
        assert one(server.url, "select count(*) from kept") == 2
        assert one(server.url, "select to_regclass('documents')") is not None
        with psycopg.connect(server.url) as conn:
            assert migrate.pending(conn) == []
    finally:
        server.stop()


def test_data_that_are_there_are_never_overwritten(state: Path) -> None:
    """The script stops before it touches anything, and says what to do."""
    (state / "data").mkdir()
    (state / "data" / "PG_VERSION").touch()
    ran = subprocess.run(
        ["/bin/sh", SCRIPTS / "restore.sh", "/none", state / "data"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 1
    assert "is not empty" in ran.stderr

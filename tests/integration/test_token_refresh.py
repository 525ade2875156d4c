"""Token sets on a real PostgreSQL and the simulator: one refresh, whoever asks, whatever dies."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from subprocess import PIPE
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet, MultiFernet
from psycopg_pool import ConnectionPool
from pydantic import SecretStr

from tests.support.simulators import Simulator
from workers.clock import Clock
from workers.errors import AuthorisationLost, Transient
from workers.store import vault
from workers.store.vault import TokenSet
from workers.transport import Transport
from workers.xero.auth import LEASE, Tokens
from workers.xero.identity import Identity

THREADS = 8
SECRET = "demo-secret"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Grant:
    """A token set in the vault, and the simulator that gave it."""

    sim: Simulator
    url: str
    pool: ConnectionPool
    key: bytes
    id: UUID

    @property
    def fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(self.key)])

    def tokens(self, clock: Clock | None = None, secret: str = SECRET) -> Tokens:
        return tokens_of(self.pool, self.key, self.sim.url, clock or Clock(), secret)

    def stored(self) -> TokenSet:
        with self.pool.connection() as conn:
            return vault.load(conn, self.fernet, self.id)

    def refreshes(self) -> int:
        return int(self.sim.admin.get("/_sim/state").json()["refreshes"])

    def expire(self) -> None:
        with self.pool.connection() as conn:
            conn.execute("update token_sets set expires_at = %s", [LONG_AGO])


def tokens_of(pool: ConnectionPool, key: bytes, url: str, clock: Clock, secret: str) -> Tokens:
    identity = Identity(Transport(), url, "demo-client", SecretStr(secret), clock)
    return Tokens(pool, MultiFernet([Fernet(key)]), identity, clock)


@pytest.fixture
def grant(xero_sim: Simulator, database_url: str) -> Iterator[Grant]:
    org = xero_sim.admin.post("/_sim/organisations", json={"preset": "uk"}).json()
    answer: dict[str, Any] = xero_sim.admin.post(
        "/_sim/tokens", json={"tenant_ids": [org["tenant_id"]]}
    ).json()
    key, now = Fernet.generate_key(), datetime.now(UTC)
    with ConnectionPool(database_url, min_size=2, max_size=THREADS) as pool:
        with pool.connection() as conn:
            tokens = TokenSet.from_answer(answer, now)
            token_set = vault.store_token_set(conn, MultiFernet([Fernet(key)]), tokens, now)
        yield Grant(xero_sim, database_url, pool, key, token_set)


def test_a_living_token_costs_nothing(grant: Grant) -> None:
    """Xero is asked only when two minutes or less are left."""
    assert grant.tokens().access_token(grant.id) == grant.stored().access_token
    assert grant.refreshes() == 0


def test_a_token_near_its_end_is_renewed(grant: Grant) -> None:
    """It must live longer than the call it is for."""
    soon = Clock(now=lambda: grant.stored().expires_at - timedelta(seconds=119))
    before = grant.stored()
    token = grant.tokens(soon).access_token(grant.id)
    assert token == grant.stored().access_token != before.access_token
    assert grant.stored().refresh_token != before.refresh_token


def test_eight_threads_refresh_once(grant: Grant) -> None:
    """All of them get the one new token."""
    grant.expire()
    tokens, begin = grant.tokens(), threading.Barrier(THREADS)

    def ask() -> str:
        begin.wait()
        return tokens.access_token(grant.id)

    with ThreadPoolExecutor(THREADS) as threads:
        got = {done.result() for done in [threads.submit(ask) for _ in range(THREADS)]}
    assert got == {grant.stored().access_token}
    assert grant.refreshes() == 1


ASK = """
import sys, uuid
from cryptography.fernet import Fernet, MultiFernet
from psycopg_pool import ConnectionPool
from pydantic import SecretStr
from workers.clock import SYSTEM
from workers.xero.auth import Tokens
from workers.xero.identity import Identity
from workers.transport import Transport

database_url, key, url, token_set = sys.argv[1:]
identity = Identity(Transport(), url, "demo-client", SecretStr("demo-secret"), SYSTEM)
with ConnectionPool(database_url, min_size=1, max_size=1) as pool:
    tokens = Tokens(pool, MultiFernet([Fernet(key)]), identity, SYSTEM)
    print("ready", flush=True)
    sys.stdin.readline()
    print(tokens.access_token(uuid.UUID(token_set)), flush=True)
"""


def test_eight_processes_refresh_once(grant: Grant) -> None:
    """The lease is in PostgreSQL, so it holds between processes that share nothing else."""
    grant.expire()
    command = [sys.executable, "-c", ASK, grant.url, grant.key.decode(), grant.sim.url]
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                subprocess.Popen([*command, str(grant.id)], stdin=PIPE, stdout=PIPE, text=True)
            )
            for _ in range(THREADS)
        ]
        assert [line(worker) for worker in workers] == ["ready"] * THREADS
        for worker in workers:
            go(worker)
        got = {line(worker) for worker in workers}
    assert got == {grant.stored().access_token}
    assert grant.refreshes() == 1


def test_a_refused_token_is_renewed_once_for_all(grant: Grant) -> None:
    """Threads that all saw the same 401 cost one refresh; a late one none."""
    seen, tokens = grant.stored().access_token, grant.tokens()
    with ThreadPoolExecutor(THREADS) as threads:
        asked = [threads.submit(tokens.force_refresh, grant.id, seen) for _ in range(THREADS)]
        got = {done.result() for done in asked}
    assert got == {grant.stored().access_token}
    assert seen not in got
    assert tokens.force_refresh(grant.id, seen) in got
    assert grant.refreshes() == 1


def test_a_refresher_that_dies_is_survived(grant: Grant) -> None:
    """Xero had answered, nobody had stored: the old refresh token works once more."""
    grant.expire()
    before = grant.stored()
    identity = Identity(Transport(), grant.sim.url, "demo-client", SecretStr(SECRET), Clock())
    with grant.pool.connection() as conn:
        assert vault.claim(conn, grant.fernet, grant.id, uuid4(), LEASE) is not None
    identity.refresh(before)
    with grant.pool.connection() as conn:
        conn.execute("update token_sets set refreshing_until = now() - interval '1 second'")

    assert grant.tokens().access_token(grant.id) == grant.stored().access_token
    assert grant.stored().refresh_token != before.refresh_token


def test_those_who_wait_give_up(grant: Grant) -> None:
    """Ten seconds of looking, then the work is put back: a hung refresher stops nobody for long."""
    grant.expire()
    slept: list[float] = []
    with grant.pool.connection() as conn:
        vault.claim(conn, grant.fernet, grant.id, uuid4(), LEASE)
    with pytest.raises(Transient, match="10 seconds"):
        grant.tokens(Clock(sleep=slept.append)).access_token(grant.id)
    assert sum(slept) == pytest.approx(10)
    assert grant.refreshes() == 0


def test_a_slow_refresher_gives_way(grant: Grant) -> None:
    """Whoever lost its lease stores nothing over what the next one stored."""
    slow, quick = uuid4(), uuid4()
    now = datetime.now(UTC)
    newer = TokenSet("newer", "newer-refresh", now + timedelta(minutes=30))
    with grant.pool.connection() as conn:
        vault.claim(conn, grant.fernet, grant.id, slow, timedelta(0))
        vault.claim(conn, grant.fernet, grant.id, quick, LEASE)
        assert vault.replace(conn, grant.fernet, grant.id, quick, newer, now)
        late = replace(newer, access_token="late")
        assert not vault.replace(conn, grant.fernet, grant.id, slow, late, now)
    assert grant.stored().access_token == "newer"


def test_a_revoked_consent_is_lost(grant: Grant) -> None:
    """Xero says invalid_grant, nobody stored anything newer: a person must reconnect."""
    grant.expire()
    grant.sim.admin.delete("/_sim/tokens")
    with pytest.raises(AuthorisationLost):
        grant.tokens().access_token(grant.id)
    assert lease_holders(grant) == 0


@pytest.mark.parametrize("status", [500, 503])
def test_trouble_at_xero_is_transient(grant: Grant, status: int) -> None:
    """The lease is free at once, and the next attempt succeeds."""
    grant.expire()
    grant.sim.admin.post(
        "/_sim/faults", json={"kind": "status", "path": "/connect/token", "status": status}
    )
    with pytest.raises(Transient, match=str(status)):
        grant.tokens().access_token(grant.id)
    assert lease_holders(grant) == 0
    assert grant.tokens().access_token(grant.id)


def test_a_wrong_client_secret_loses_no_connection(grant: Grant) -> None:
    """A mistake in the settings is told as one, and is not blamed on the customer's consent."""
    grant.expire()
    with pytest.raises(Transient, match="MX_XERO_CLIENT_SECRET") as failure:
        grant.tokens(secret="wrong").access_token(grant.id)
    assert "wrong" not in str(failure.value)


def test_revoking_ends_the_set_at_xero(grant: Grant) -> None:
    """Doing it twice is no error; a set that was erased here is lost too."""
    tokens = grant.tokens()
    tokens.revoke(grant.id)
    tokens.revoke(grant.id)
    grant.expire()
    with pytest.raises(AuthorisationLost):
        tokens.access_token(grant.id)
    with grant.pool.connection() as conn:
        conn.execute("delete from token_sets where id = %s", [grant.id])
    with pytest.raises(AuthorisationLost, match="erased"):
        tokens.access_token(grant.id)


def test_tokens_are_encrypted_and_masked(grant: Grant) -> None:
    """Neither the table nor a repr shows a token; an old key opens, a strange one does not."""
    stored = grant.stored()
    with grant.pool.connection() as conn:
        row = conn.execute("select access_token, refresh_token from token_sets").fetchone()
        assert stored.access_token not in str(row) + repr(stored)
        assert stored.refresh_token not in str(row) + repr(stored)
        rotated = MultiFernet([Fernet(Fernet.generate_key()), Fernet(grant.key)])
        assert vault.load(conn, rotated, grant.id) == stored
        with pytest.raises(Transient, match="MX_SECRET_KEYS"):
            vault.load(conn, MultiFernet([Fernet(Fernet.generate_key())]), grant.id)


def line(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def go(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    worker.stdin.write("go\n")
    worker.stdin.flush()


def lease_holders(grant: Grant) -> int:
    with grant.pool.connection() as conn:
        query = "select count(*) from token_sets where refreshing_by is not null"
        row = conn.execute(query).fetchone()
    assert row is not None
    return int(row[0])

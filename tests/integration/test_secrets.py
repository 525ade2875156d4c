"""No token, key or password leaves its place in clear: not by a log, a row, a message or a page.

The run goes through all that touches secrets: connecting, refreshing, a 401, trouble at the token
endpoint, a wrong client secret, a lost consent, reconnecting, rotating keys, disconnecting, and
the console with both ways to sign in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from tests.simulators.oidc.provider import CLIENT_SECRET, Provider
from tests.support.command import Command, Ran, environment, own_logging
from tests.support.console import PASSWORD, hidden_fields
from tests.support.documents import dispatched, event, order
from tests.support.fleet import Fleet
from tests.support.provider import guarded_console
from tests.support.secrets import (
    Log,
    Pages,
    WatchedTransport,
    dump,
    leaks,
    secrets_of,
    tokens_in,
)

WRONG = "wrong-secret-8Kd1"
CLEAR = "access-token-2Wp9"
OWN = "own-mintsoft-key-3Qb8"

MORE_SECRETS = {
    "xero_webhook_key": SecretStr("web-hook-key-9Zr4"),
    "mintsoft_password": SecretStr("mintsoft-password-5Tv6"),
}
"""Beside the fleet's own client secret, Mintsoft key and Fernet keys."""


@dataclass
class Run:
    """A fleet under observation."""

    fleet: Fleet
    mx: Command
    log: Log
    transport: WatchedTransport
    folder: Path
    granted: set[str] = field(default_factory=set)
    printed: list[str] = field(default_factory=list)
    pages: Pages = field(default_factory=Pages)
    provider: Provider | None = None

    @property
    def secrets(self) -> set[str]:
        known = secrets_of(self.fleet.runtime.settings) | {WRONG, CLEAR, OWN}
        proofs = {CLIENT_SECRET, *self.provider.given} if self.provider else set()
        return known | self.transport.tokens | self.granted | proofs | {PASSWORD}

    def grant(self, *tenants: str) -> dict[str, Any]:
        answer = self.fleet.grant(*tenants)
        self.granted |= tokens_in(answer)
        return answer

    def cli(self, *arguments: object) -> Ran:
        ran = self.mx(*arguments)
        self.log.listen()  # a command sends its log elsewhere
        self.printed += [ran.out, ran.err]
        return ran


@pytest.fixture
def run(
    fleet: Fleet,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Run]:
    old = Fernet.generate_key().decode()
    keys = [*fleet.runtime.settings.secret_keys, SecretStr(old)]
    fleet.runtime.settings = fleet.runtime.settings.model_copy(
        update={**MORE_SECRETS, "secret_keys": keys}
    )
    fleet.runtime.parts["transport"] = transport = WatchedTransport()
    for name, value in environment(fleet.runtime.settings).items():
        monkeypatch.setenv(name, value)
    with own_logging():
        log = Log()
        log.listen()
        yield Run(fleet, Command(capsys), log, transport, tmp_path)


def connected(run: Run) -> tuple[UUID, str]:
    """A connection whose tokens are known to this test."""
    tenant = run.fleet.organisation()["tenant_id"]
    return run.fleet.connect(tenant_id=tenant, tokens_answer=run.grant(tenant)), tenant


def export(run: Run, number: int) -> None:
    """Send an order, whatever troubles before it have put off."""
    run.fleet.execute("update connections set paused_until = null, outages = 0")
    run.fleet.execute("update documents set due_at = now() where status = 'waiting'")
    run.fleet.send(dispatched(order(number)))
    run.fleet.drain()


def troubles(run: Run, connection: UUID, tenant: str) -> None:
    """All that may go wrong with tokens, and its mending."""
    fleet = run.fleet
    export(run, 1)
    fleet.xero.admin.post("/_sim/tokens/expire")
    export(run, 2)
    for number, kind in enumerate(("status", "malformed", "cut"), start=3):
        fleet.execute("update token_sets set expires_at = now()")
        fleet.fault(kind=kind, path="/connect/token", times=1)
        export(run, number)
        export(run, number + 10)
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("MX_XERO_CLIENT_SECRET", WRONG)
        fleet.execute("update token_sets set expires_at = now()")
        assert "MX_XERO_CLIENT_SECRET" in run.cli("mapping", "check", connection).err
    fleet.xero.admin.delete("/_sim/tokens")
    export(run, 6)
    assert fleet.connection(connection).status == "lost"
    path = run.folder / "tokens.json"
    path.write_text(json.dumps(run.grant(tenant)))
    assert run.cli("connection", "reconnect", connection, "--token-file", path).code == 0
    path.write_text(json.dumps({"access_token": CLEAR, "refresh_token": 7, "expires_in": 1}))
    assert run.cli("connection", "reconnect", connection, "--token-file", path).code == 1
    fleet.drain()


def own_key(run: Run, connection: UUID) -> None:
    """A key of the connection's own, which Mintsoft does not take."""
    path = run.folder / "key"
    path.write_text(OWN)
    given = ("connection", "mintsoft-key", connection, "--key-file", path)
    assert run.cli(*given).code == 1
    assert run.cli(*given, "--unchecked").code == 0
    export(run, 7)


def look_around(run: Run, connection: UUID) -> None:
    """Whatever people can have printed."""
    for command in (
        ("doctor", "--json"),
        ("doctor",),
        ("connection", "list", "--json"),
        ("connection", "show", connection, "--json"),
        ("connection", "show", connection),
        ("export", "list", "--json"),
        ("export", "show", "order:1", "--json"),
        ("mapping", "check", connection, "--json"),
        ("keys", "rotate", "--json"),
        ("event", "parked", "--json"),
    ):
        run.cli(*command)


def visit(run: Run) -> None:
    """Whatever people can be shown: signing in both ways, connecting, being refused, leaving."""
    with guarded_console(run.fleet, **MORE_SECRETS) as door:
        door.console.runtime.parts["transport"] = run.transport
        door.person("kim", "acme-books")
        run.provider = door.provider
        console, stranger = door.console, run.pages.watch(door.console.browser())
        console.operator("ada")
        browser = run.pages.watch(console.browser())
        browser.sign_in("ada", "not-the-password")
        browser.sign_in("ada")
        path = console.connection(browser, client_id=77)
        tenants = [run.fleet.organisation()["tenant_id"] for _ in range(2)]
        back = console.at_xero(console.start(browser, path), *tenants)
        choice = browser.get(browser.get(back).headers["location"])
        form = hidden_fields(choice.text) | {"organisation": tenants[0]}
        browser.follow(browser.client.post("/xero/choose", data=form))
        browser.get(back)
        browser.post(f"{path}/disconnect", reason="moving")
        for page in ("/connections", path, "/openapi.yaml", "/nowhere", "/health/ready"):
            browser.get(page)
        browser.client.post("/xero/webhooks", content=b"{}")
        browser.post("/sign-out", page="/connections")
        door.sign_in(stranger, "kim")
        door.provider.claims_changed = {"nonce": "other"}
        door.sign_in(stranger, "kim")
        stranger.get("/connections")
        run.fleet.drain()


def test_no_secret_is_found_anywhere(run: Run) -> None:
    """Every table, log entry, message, output and page of a life with troubles is searched."""
    fleet = run.fleet
    connection, tenant = connected(run)
    troubles(run, connection, tenant)
    own_key(run, connection)
    look_around(run, connection)
    visit(run)
    rows = dump(fleet)
    revoked = {"ConnectionId": str(connection), "RevokedBy": "sam", "Reason": "leaving"}
    fleet.send(event("connection.revoked.v1", revoked))
    fleet.drain()
    messages = "\n".join(str(message) for message in fleet.published)

    assert len(run.secrets) > 12, "the run must have used several token sets"
    assert len(run.transport.tokens) > 4
    assert "urllib3" in run.log.text or "connect/token" in run.log.text
    assert "connection.lost" in run.log.text
    assert "console.signed_in" in run.log.text
    assert len(run.pages.answers) > 20
    assert len(run.pages.cookies) > 4, "of those who came, signed in and signed out"
    assert not leaks(rows + messages + run.pages.text, run.pages.cookies)
    for place, text in {
        "a log entry": run.log.text,
        "the database": rows + dump(fleet),
        "a message": messages,
        "a command's output": "\n".join(run.printed),
        "an answer to a browser": run.pages.text,
    }.items():
        assert len(text) > 500, f"{place} was not caught"
        assert not leaks(text, run.secrets), f"a secret stands in {place}"


def test_the_search_would_find_a_leak(run: Run) -> None:
    """The proof of the proof: each way of looking finds what was put there."""
    connected(run)
    token = next(iter(run.granted))
    fleet = run.fleet
    fleet.execute("insert into audit (who, action) values ('x', %s)", [f"said {token}"])
    assert leaks(dump(fleet), run.secrets) == [f"{token[:4]}..."]
    import structlog

    structlog.get_logger("x").debug("leak", value=token)
    assert leaks(run.log.text, run.secrets)

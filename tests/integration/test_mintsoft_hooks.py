"""Mintsoft's web hooks over HTTP: safe before 200, for one client, at an address nobody guesses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from events.ingress import Ingress
from schemas.connections import Mode
from tests.support.command import Command, environment, own_logging
from tests.support.console import ConsoleUnderTest, serving_console
from tests.support.documents import order
from tests.support.fleet import Fleet
from tests.support.mintsoft import despatch
from workers.store import connections, mintsoft_hooks

MEMORY = SecretStr("memory://")


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet, amqp_url=MEMORY) as running:
        yield running


@pytest.fixture
def connection(fleet: Fleet) -> UUID:
    return fleet.connect()


def secret_of(fleet: Fleet, connection: UUID) -> str:
    with fleet.runtime.pool.connection() as conn:
        return mintsoft_hooks.make(conn, connection, "test")


def tell(
    console: ConsoleUnderTest, secret: str, body: object, happening: str = "order-despatched"
) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = f"{console.url}/mintsoft/webhooks/{secret}/{happening}"
    return httpx.post(url, content=content, timeout=30)


def despatched(fleet: Fleet, number: int) -> dict[str, Any]:
    """Mintsoft sends an order off and tells of it."""
    known = json.loads(json.dumps(order(number), default=str))
    fleet.mintsoft.admin.post("/_sim/orders", json=known).raise_for_status()
    return despatch(fleet.mintsoft, number)


def test_a_despatched_order_reaches_xero(
    fleet: Fleet, console: ConsoleUnderTest, connection: UUID
) -> None:
    """Told twice, it is one invoice."""
    body, secret = despatched(fleet, 1), secret_of(fleet, connection)
    for _ in range(2):
        answer = tell(console, secret, body)
        assert (answer.status_code, answer.content) == (200, b"")
    fleet.age(timedelta(minutes=2))  # the console's wake-up went to a broker of its own
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}
    assert len(fleet.invoices()) == 1


def test_a_cancelled_order_is_withdrawn(
    fleet: Fleet, console: ConsoleUnderTest, connection: UUID
) -> None:
    """Before it was sent; a despatch told late does not bring it back."""
    body, secret = despatched(fleet, 1), secret_of(fleet, connection)
    later = {**body, "LastUpdated": "2099-01-01T00:00:00"}
    assert tell(console, secret, later, "order-cancelled").status_code == 200
    assert tell(console, secret, body).status_code == 200
    fleet.drain()
    assert fleet.statuses() == {"withdrawn": 1}
    assert fleet.invoices() == []


def test_an_address_that_nobody_has_is_not_found(
    fleet: Fleet, console: ConsoleUnderTest, connection: UUID
) -> None:
    """Whatever is wrong: the answer does not tell; a rotated or disconnected one is nobody's."""
    secret, body = secret_of(fleet, connection), despatched(fleet, 1)
    wrong = [
        tell(console, "guess", body),
        tell(console, secret[:-1], body),
        tell(console, "%00%ff" * 50, body),
        tell(console, secret, body, "order-deleted"),
        tell(console, "guess", b"x" * 1_200_000),
    ]
    assert secret_of(fleet, connection) != secret
    wrong.append(tell(console, secret, body))
    renewed = secret_of(fleet, connection)
    with fleet.runtime.pool.connection() as conn:
        connections.disconnect(conn, connection, "test", None)
    wrong.append(tell(console, renewed, body))
    assert {(each.status_code, each.content) for each in wrong} == {(404, b"")}
    assert fleet.rows("select * from inbox") == []


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        (b"", 422, "JSON"),
        (b"<order/>", 422, "JSON"),
        (b"[1]", 422, "one order"),
        ({"ID": 1}, 422, "ClientId"),
        ({"ID": 1, "ClientId": 4, "LastUpdated": "2026-11-02"}, 422, "another client"),
        ({"ID": 1, "ClientId": 3}, 422, "LastUpdated"),
        ({"ID": "one", "ClientId": 3, "LastUpdated": "2026-11-02"}, 422, "ID"),
        (b"x" * 1_200_000, 413, "bytes"),
    ],
)
def test_what_is_no_order_of_this_client(
    fleet: Fleet, console: ConsoleUnderTest, connection: UUID, body: object, status: int, named: str
) -> None:
    """Refused with the field and the remedy; a secret serves its own client only."""
    answer = tell(console, secret_of(fleet, connection), body)
    assert answer.status_code == status
    assert named in answer.text
    assert fleet.rows("select * from inbox") == []


def test_an_order_that_cannot_be_read_is_parked(
    fleet: Fleet, console: ConsoleUnderTest, connection: UUID
) -> None:
    """It is Mintsoft's, so it is kept with the reason."""
    body = {**despatched(fleet, 1), "TotalOrderGross": "a lot"}
    assert tell(console, secret_of(fleet, connection), body).status_code == 200
    [parked] = fleet.rows("select * from parked")
    assert "TotalOrderGross" in parked["reason"]


def test_200_means_that_rabbitmq_has_it(fleet: Fleet, connection: UUID, amqp_url: str) -> None:
    """Without a queue it is 503, and told again it is taken; many at once are all confirmed."""
    bodies, secret = (
        [despatched(fleet, each) for each in range(1, 31)],
        secret_of(fleet, connection),
    )
    with serving_console(fleet, amqp_url=SecretStr(amqp_url)) as console:
        assert tell(console, secret, bodies[0]).status_code == 503
        ingress = Ingress(amqp_url, fleet.runtime.intake.handle)
        with ThreadPoolExecutor(9) as threads:
            running = threads.submit(ingress.run)
            while tell(console, secret, bodies[0]).status_code != 200:
                assert not running.done()
            answers = threads.map(lambda body: tell(console, secret, body).status_code, bodies)
            assert set(answers) == {200}
            while len(fleet.rows("select * from documents")) < len(bodies):
                assert not running.done()
            ingress.stop()


def test_while_the_database_is_away_mintsoft_is_asked_to_tell_again(fleet: Fleet) -> None:
    """An answer of 200 would lose the order, a 404 would tell that the address is wrong."""
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    with serving_console(fleet, database_url=nowhere, amqp_url=MEMORY) as console:
        assert tell(console, "any", {"ID": 1}).status_code == 503


def test_the_command_shows_the_addresses_once(
    fleet: Fleet,
    console: ConsoleUnderTest,
    connection: UUID,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are kept as a digest; --rotate makes new ones, and they work."""
    for name, value in environment(fleet.runtime.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MX_PUBLIC_URL", console.url)
    with own_logging():
        mx = Command(capsys)
        first = mx.json("connection", "webhook-url", connection)
        again = mx("connection", "webhook-url", connection)
        assert (again.code, "--rotate" in again.err) == (1, True)
        urls = mx.json("connection", "webhook-url", connection, "--rotate")
        fulfilment = fleet.connect(mode=Mode.FULFILMENT)
        assert mx("connection", "webhook-url", fulfilment).code == 1
    assert set(urls) == {"order_despatched", "order_cancelled"}
    body = despatched(fleet, 1)
    assert httpx.post(first["order_despatched"], json=body).status_code == 404
    assert httpx.post(urls["order_despatched"], json=body).status_code == 200
    secret = urlsplit(urls["order_despatched"]).path.split("/")[3]
    assert secret not in str(fleet.rows("select * from mintsoft_hooks"))
    assert secret not in str(fleet.rows("select * from audit"))


def test_the_address_is_in_no_log(
    fleet: Fleet, console: ConsoleUnderTest, connection: UUID, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not even when something goes wrong that nobody foresaw."""
    secret = secret_of(fleet, connection)
    tell(console, secret, b"nonsense")
    fleet.execute("alter table inbox rename to elsewhere")
    assert tell(console, secret, despatched(fleet, 1)).status_code == 500
    out, err = capfd.readouterr()
    assert "mintsoft_hook.failed" in out + err
    assert secret not in out + err

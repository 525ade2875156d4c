"""The whole fleet over TLS: with the right certificates it works, with any other it says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.local.client import Engine
from tests.support.children import Child, until
from tests.support.command import Command
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.processes import (
    Processes,
    outgoing,
    prepare_broker,
    publish,
    settings_of,
    until_posted,
)
from tests.support.secure import Secure, secure_servers

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def secure(engine: Engine) -> Iterator[Secure]:
    """Servers that speak TLS alone."""
    [place] = parse_qs(urlsplit(engine.database_url).query)["host"]
    with secure_servers(Path(place)) as running:
        yield running


@pytest.fixture
def database(fleet: Fleet) -> str:
    """The name of this test's database."""
    return urlsplit(fleet.runtime.settings.database_url.get_secret_value()).path.lstrip("/")


def test_every_role_works_over_tls(
    fleet: Fleet,
    secure: Secure,
    database: str,
    mx: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An order goes its way, the console is ready, and doctor says that both names are proven."""
    amqp = secure.amqp_url()
    given = {"MX_DATABASE_URL": secure.database_url(database), "MX_AMQP_URL": amqp}
    fleet.connect()
    prepare_broker(amqp)
    with Processes(settings_of(fleet, amqp) | given) as parts:
        for role in ("ingress", "worker", "relay", "scheduler"):
            parts.start(role)
        console = Child(["console"], parts.environment)
        parts.running.append(("console", console))
        publish(amqp, [dispatched(order(each)) for each in range(1, 11)])
        until_posted(fleet, parts, 10, PATIENCE)
        until("they are told of", lambda: bool(outgoing(amqp)), PATIENCE)
        until("the console serves", console.said("The console listens"), PATIENCE)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        until("the scheduler leads", lambda: _found(mx)["scheduler"][0] == "ok", PATIENCE)
        found = _found(mx)
    assert found["postgresql"][0] == found["broker"][0] == found["queues"][0] == "ok"
    assert found["postgresql"][1].endswith("TLS, its name proven")
    assert found["broker"][1].endswith("TLS, its name proven")


PATIENCE = 240.0
"""Seconds for eight processes to start on a machine that is busy; a quiet one takes a tenth."""

Spoilt = Callable[[Secure, str], dict[str, str]]


WRONG: dict[str, tuple[str, str, Spoilt]] = {
    "database, wrong authority": (
        "database",
        "certificate verify failed",
        lambda secure, name: {
            "MX_DATABASE_URL": secure.database_url(name, sslrootcert=secure.known.wrong_authority)
        },
    ),
    "database, wrong name": (
        "database",
        'does not match host name "127.0.0.1"',
        lambda secure, name: {"MX_DATABASE_URL": secure.database_url(name, "127.0.0.1")},
    ),
    "database, in the clear": (
        "database",
        "SSL required",
        lambda secure, name: {"MX_DATABASE_URL": secure.database_url(name, sslmode="disable")},
    ),
    "database, no certificate of ours": (
        "database",
        "",
        lambda secure, name: {
            "MX_DATABASE_URL": secure.database_url(name, sslcert=None, sslkey=None)
        },
    ),
    "broker, wrong authority": (
        "broker",
        "its certificate does not prove who it is",
        lambda secure, _: {"MX_AMQP_URL": secure.amqp_url(cacertfile=secure.known.wrong_authority)},
    ),
    "broker, wrong name": (
        "broker",
        "its certificate does not prove who it is: IP address mismatch",
        lambda secure, _: {"MX_AMQP_URL": secure.amqp_url("127.0.0.1")},
    ),
    "broker, in the clear": (
        "broker",
        "amqps:// needs a port with TLS, amqp:// one without",
        lambda secure, _: {"MX_AMQP_URL": secure.amqp_url(scheme="amqp")},
    ),
    "broker, no certificate of ours": (
        "broker",
        "",
        lambda secure, _: {"MX_AMQP_URL": secure.amqp_url(certfile=None, keyfile=None)},
    ),
}
"""How it is spoilt, whose check of doctor tells, and the words it is told in."""


def test_whoever_is_not_proven_is_refused_in_words(
    fleet: Fleet, secure: Secure, database: str, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By doctor, and by a process: without PostgreSQL it ends, for RabbitMQ it waits."""
    right = {
        "MX_DATABASE_URL": secure.database_url(database),
        "MX_AMQP_URL": secure.amqp_url(),
    }
    base = settings_of(fleet, secure.amqp_url()) | right
    with ExitStack() as ends:
        started = {}
        for name, (check, _, spoilt) in WRONG.items():
            part = Child(
                ["relay" if check == "database" else "ingress"], base | spoilt(secure, database)
            )
            ends.callback(part.end)
            started[name] = part
        for name, (check, words, spoilt) in WRONG.items():
            with monkeypatch.context() as changed:
                for variable, value in (right | spoilt(secure, database)).items():
                    changed.setenv(variable, value)
                status, detail = _found(mx)[check]
            assert (status, words in detail) == ("failed", True), (name, detail)
        for name, (check, words, _) in WRONG.items():
            part = started[name]
            if check == "database":
                assert part.wait(PATIENCE) == 1, name
                assert words in part.err, name
            else:
                until(name, part.said(words or "ingress_failed"), PATIENCE)


def _found(mx: Command) -> dict[str, tuple[str, str]]:
    """What doctor finds: for each check the result and all words about it."""
    checks = mx("doctor", "--json").json()["checks"]
    return {
        each["check"]: (each["status"], f"{each['detail']} {each['remedy']}".strip())
        for each in checks
    }

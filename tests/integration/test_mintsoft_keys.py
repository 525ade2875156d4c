"""A connection's own Mintsoft account: which key it uses, how it is kept, what a wrong one does."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.fernet import Fernet, MultiFernet
from pydantic import SecretStr

from tests.support.command import Command, environment, own_logging
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.simulators import Simulator, simulator
from workers.errors import AccessRefused
from workers.settings import Settings
from workers.store import mintsoft_keys
from workers.store.mintsoft_keys import Credentials

KEY = "own-key-of-acme-7f3a"
PASSWORD = "own password of acme"


@pytest.fixture
def own_mintsoft() -> Iterator[Simulator]:
    """A Mintsoft that takes only the customer's own key, or the customer's user."""
    from tests.simulators.mintsoft.app import create_app
    from tests.simulators.mintsoft.warehouse import Config

    config = Config(username="acme", password=PASSWORD, api_key=KEY)
    with simulator(create_app(None, config)) as running:
        yield running


@pytest.fixture
def acme(fleet: Fleet, own_mintsoft: Simulator) -> Fleet:
    """A fleet whose Mintsoft is the customer's; the fleet's own key is not known there."""
    fleet.runtime.settings = Settings(
        **{**dict(fleet.runtime.settings), "mintsoft_api_url": own_mintsoft.url}
    )
    fleet.mintsoft = own_mintsoft
    return fleet


@pytest.fixture
def mx(
    acme: Fleet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Command]:
    for name, value in environment(acme.runtime.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MX_MINTSOFT_API_URL", acme.mintsoft.url)
    with own_logging():
        yield Command(capsys)


def give(fleet: Fleet, connection: UUID, credentials: Credentials) -> None:
    with fleet.runtime.pool.connection() as conn:
        mintsoft_keys.save(conn, fleet.runtime.settings.fernet, connection, credentials, "test")


def test_the_own_key_is_used_and_replaced(acme: Fleet) -> None:
    """What is saved counts from the next call on; without an own key the fleet's counts."""
    connection = acme.connect()
    with pytest.raises(AccessRefused, match="MX_MINTSOFT_API_KEY"):
        acme.runtime.mintsoft_for(connection).ping()
    give(acme, connection, Credentials(key=SecretStr(KEY)))
    acme.runtime.mintsoft_for(connection).ping()
    give(acme, connection, Credentials(key=SecretStr("wrong")))
    with pytest.raises(AccessRefused, match=f"mintsoft-key {connection}"):
        acme.runtime.mintsoft_for(connection).ping()


def test_one_log_in_serves_all_threads(acme: Fleet) -> None:
    """Threads share a connection's gateway, and with it the key that came of the log-in."""
    connection = acme.connect()
    give(acme, connection, Credentials(username="acme", password=SecretStr(PASSWORD)))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: acme.runtime.mintsoft_for(connection).ping(), range(24)))
    assert acme.mintsoft.admin.get("/_sim/state").json()["logins"] == 1


def test_without_any_key_the_connection_is_named(acme: Fleet) -> None:
    """The sentence says which command sets it."""
    acme.runtime.settings.mintsoft_api_key = SecretStr("")
    connection = acme.connect()
    with pytest.raises(AccessRefused, match=f"mintsoft-key {connection}"):
        acme.runtime.mintsoft_for(connection)


def test_tags_wait_for_the_right_key(acme: Fleet, mx: Command, tmp_path: Path) -> None:
    """A refused key loses nothing; the command that gives the right one sets all going."""
    acme.mintsoft.admin.post("/_sim/orders", json={"ID": 1, "OrderNumber": "ORD-1"})
    connection = acme.connect()
    acme.send(dispatched(order(1)))
    acme.drain()
    assert acme.mintsoft.admin.get("/_sim/tags").json()["tags"] == {}
    [tag] = acme.rows("select * from tags")
    assert "MX_MINTSOFT_API_KEY" in tag["last_error"]
    secret = tmp_path / "key"
    secret.write_text(KEY + "\n")
    acme.execute("update tags set due_at = now() + interval '1 hour'")
    mx("connection", "mintsoft-key", str(connection), "--key-file", str(secret))
    acme.execute("update wakeups set woken_at = woken_at - interval '5 minutes'")
    acme.drain()
    assert acme.mintsoft.admin.get("/_sim/tags").json()["tags"] == {"1": ["Xero"]}


def test_the_command_tries_before_it_keeps(acme: Fleet, mx: Command, tmp_path: Path) -> None:
    """A wrong secret changes nothing; secrets are never shown."""
    connection = str(acme.connect())
    secret = tmp_path / "secret"
    secret.write_text("mistyped-secret")
    ran = mx("connection", "mintsoft-key", connection, "--key-file", str(secret))
    assert ran.code == 1
    assert "Nothing was changed" in ran.err
    assert "mistyped-secret" not in ran.out + ran.err
    assert mx.json("connection", "show", connection)["mintsoft_key"] == "the fleet's"
    secret.write_text(PASSWORD)
    given = ("--username", "acme", "--password-file", str(secret))
    assert mx.json("connection", "mintsoft-key", connection, *given) == {
        "id": connection,
        "mintsoft_key": "its own user acme",
    }
    shown = mx("connection", "show", connection)
    assert "its own user acme" in shown.out
    assert PASSWORD not in shown.out
    mx("connection", "mintsoft-key", connection, "--remove")
    assert mx.json("connection", "show", connection)["mintsoft_key"] == "the fleet's"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--username", "acme"],
        ["--password-file", "-"],
        ["--key-file", "x", "--username", "acme", "--password-file", "x"],
        ["--key-file", "x", "--remove"],
    ],
)
def test_the_command_takes_one_way_at_a_time(
    mx: Command, acme: Fleet, arguments: list[str]
) -> None:
    """A key, a user with a password, or none."""
    ran = mx("connection", "mintsoft-key", str(acme.connect()), *arguments)
    assert ran.code == 2
    assert "--key-file" in ran.err


@pytest.mark.parametrize("content", [b"", b"two\nlines", b"\xff\xfe", b"x" * 1001])
def test_a_file_that_holds_no_secret(
    mx: Command, acme: Fleet, tmp_path: Path, content: bytes
) -> None:
    """Said at once, without repeating what is in it."""
    secret = tmp_path / "key"
    secret.write_bytes(content)
    ran = mx("connection", "mintsoft-key", str(acme.connect()), "--key-file", str(secret))
    assert ran.code == 1
    assert str(secret) in ran.err
    assert "xxx" not in ran.err


def test_the_doctor_tries_every_own_key(acme: Fleet, mx: Command) -> None:
    """Each with its connection and the command that mends it; none is shown."""
    good, bad = acme.connect(), acme.connect(client_id=4)
    give(acme, good, Credentials(key=SecretStr(KEY)))
    give(acme, bad, Credentials(key=SecretStr("wrong-key-5521")))
    ran = mx("doctor", "--json")
    found = {each["check"]: each for each in ran.json()["checks"]}
    assert found[f"mintsoft key of {good}"]["status"] == "ok"
    assert found[f"mintsoft key of {bad}"]["status"] == "warning"
    assert str(bad) in found[f"mintsoft key of {bad}"]["remedy"]
    assert "wrong-key-5521" not in ran.out


def test_keys_rotate_with_the_tokens(
    acme: Fleet, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Afterwards the new key alone opens them, and the old one opens nothing."""
    one, other = acme.connect(), acme.connect(client_id=4)
    give(acme, one, Credentials(key=SecretStr(KEY)))
    give(acme, other, Credentials(username="acme", password=SecretStr(PASSWORD)))
    old = acme.runtime.settings.secret_keys[0].get_secret_value()
    new = Fernet.generate_key().decode()
    monkeypatch.setenv("MX_SECRET_KEYS", f"{new},{old}")
    assert mx.json("keys", "rotate") == {"rotated": 4, "unreadable": []}
    with acme.runtime.pool.connection() as conn:
        opened = [mintsoft_keys.load(conn, multi(new), each) for each in (one, other)]
        assert [(each.key, each.password) for each in opened if each] == [
            (SecretStr(KEY), SecretStr("")),
            (SecretStr(""), SecretStr(PASSWORD)),
        ]
        with pytest.raises(AccessRefused, match="MX_SECRET_KEYS"):
            mintsoft_keys.load(conn, multi(old), one)


def multi(key: str) -> MultiFernet:
    return MultiFernet([Fernet(key)])


def test_secrets_are_in_no_row_and_no_log(acme: Fleet, caplog: pytest.LogCaptureFixture) -> None:
    """A dump of the database and everything that is logged may be seen by others."""
    caplog.set_level(logging.DEBUG)
    connection = acme.connect()
    credentials = Credentials(username="acme", password=SecretStr(PASSWORD))
    give(acme, connection, credentials)
    acme.runtime.mintsoft_for(connection).ping()
    key = next(iter(acme.rows("select * from mintsoft_keys")))
    assert PASSWORD not in str(key)
    assert PASSWORD not in repr(credentials)
    assert PASSWORD not in caplog.text

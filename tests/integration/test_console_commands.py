"""The console's commands: accounts, the address for a browser, the server as a process."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.children import child, until
from tests.support.command import Command, environment
from tests.support.console import ConsoleUnderTest, serving_console
from tests.support.fleet import Fleet
from workers.console.passwords import Passwords

LONG = "a password of some length"


@pytest.fixture(autouse=True)
def public_url(mx: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where browsers reach the console."""
    monkeypatch.setenv("MX_PUBLIC_URL", "https://xero.acme.example/")


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet, passwords=Passwords()) as running:
        yield running


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(LONG + "\n")
    return path


def test_an_account_from_its_making_to_its_end(
    mx: Command, console: ConsoleUnderTest, password: Path
) -> None:
    """Added, it signs in; with a new password or disabled, its sessions are over at once."""
    add = ("operator", "add", "Ada", "--role", "bookkeeper", "--password-file", password)
    assert mx.json(*add) == {"name": "ada"}
    again = mx(*add)
    assert (again.code, "There is an account ada already" in again.err) == (1, True)
    [listed] = mx.json("operator", "list")
    assert (listed["name"], listed["role"], listed["disabled_at"]) == ("ada", "bookkeeper", None)
    assert "argon2" not in str(listed)

    browser = console.browser()
    assert browser.sign_in("ada", LONG).status_code == 303
    assert browser.get("/connections").status_code == 200
    password.write_text("another password, as long\n")
    assert mx("operator", "password", "ada", "--password-file", password).code == 0
    assert browser.get("/connections").status_code == 303
    assert browser.sign_in("ada", LONG).status_code == 401
    assert browser.sign_in("ada", "another password, as long").status_code == 303
    assert mx("operator", "disable", "ada").code == 0
    assert browser.get("/connections").status_code == 303
    assert browser.sign_in("ada", "another password, as long").status_code == 401
    assert mx("operator", "enable", "ada").code == 0
    assert browser.sign_in("ada", "another password, as long").status_code == 303
    [row] = console.fleet.rows("select password_hash from operators")
    assert row["password_hash"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert LONG not in str(console.fleet.rows("select * from audit"))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", "ada", "--role", "king"], 2, "'king' is not one of"),
        (["add", "a b", "--role", "viewer"], 2, "a name has letters"),
        (["add", "ada", "--role", "viewer"], 1, "No terminal to ask for the password on"),
        (
            ["password", "eve", "--password-file", "FILE"],
            1,
            "No account eve signs in",
        ),
        (["disable", "eve"], 1, "eve is unknown or disabled already"),
        (["enable", "eve"], 1, "eve is unknown or not disabled"),
        (["password", "eve", "--password-file", "/nowhere"], 1, "/nowhere can't be read"),
    ],
)
def test_what_can_not_be_done_is_told(
    mx: Command,
    password: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    filled = [str(password) if each == "FILE" else each for each in arguments]
    ran = mx("operator", *filled)
    assert (ran.code, words in ran.err) == (code, True), ran.err


@pytest.mark.parametrize("text", ["", "short", "eleven char"])
def test_a_password_that_is_too_short_is_not_taken(mx: Command, password: Path, text: str) -> None:
    password.write_text(text)
    ran = mx("operator", "add", "ada", "--role", "viewer", "--password-file", password)
    assert ran.code == 1
    assert "choose 12 to 1000 characters" in ran.err
    assert mx.json("operator", "list") == []


def test_the_address_for_a_browser(mx: Command, console: ConsoleUnderTest, fleet: Fleet) -> None:
    path = console.connection(console.signed_in())
    connection = path.rsplit("/", 1)[1]
    url = f"https://xero.acme.example/xero/connect?connection={connection}"
    assert mx("connection", "connect-url", connection).out == url + "\n"
    assert mx.json("connection", "connect-url", connection) == {"url": url}
    assert mx.json("connection", "show", connection)["status"] == "pending"
    active = mx("connection", "connect-url", fleet.connect(client_id=9))
    assert (active.code, "is connected already" in active.err) == (1, True)


def test_the_console_as_a_process(fleet: Fleet) -> None:
    """It listens, it is ready, it ends at SIGTERM with 0."""
    with child("console", "--port", "0", **environment(fleet.runtime.settings)) as running:
        until("it listens", running.said("The console listens on"))
        url = running.err.split("listens on ")[1].split(";")[0]
        assert httpx.get(f"{url}/health/ready").json()["ready"]
        assert httpx.get(f"{url}/connections").headers["location"].startswith("/sign-in")
        running.signal(signal.SIGTERM)
        assert running.wait() == 0


def test_a_port_that_is_taken(fleet: Fleet, console: ConsoleUnderTest) -> None:
    port = console.url.rsplit(":", 1)[1]
    with child("console", "--port", port, **environment(fleet.runtime.settings)) as running:
        assert running.wait() == 1
        assert f"--port {port}: can't listen there" in running.err

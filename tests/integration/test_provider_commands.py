"""What commands say of signing in with a provider: doctor, the list of operators, passwords."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.command import Command, environment, own_logging
from tests.support.fleet import Fleet
from tests.support.provider import Door, guarded_console


@pytest.fixture
def door(fleet: Fleet) -> Iterator[Door]:
    with guarded_console(fleet) as found:
        yield found


@pytest.fixture
def mx(
    door: Door, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Command]:
    settings = door.console.settings
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    for name in ("issuer", "client_id", "roles", "name"):
        monkeypatch.setenv(f"MX_OIDC_{name.upper()}", getattr(settings, f"oidc_{name}"))
    secret = settings.oidc_client_secret.get_secret_value()
    monkeypatch.setenv("MX_OIDC_CLIENT_SECRET", secret)
    with own_logging():
        yield Command(capsys)


def test_the_doctor_asks_the_provider(
    door: Door, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is there and called as it should be; the console's address is shown, too."""
    monkeypatch.setenv("MX_CONSOLE_PORT", "8123")
    monkeypatch.setenv("MX_AMQP_URL", "memory://")
    found = mx.json("doctor")
    settings = {each["name"]: each["value"] for each in found["settings"]}
    assert (settings["MX_CONSOLE_HOST"], settings["MX_CONSOLE_PORT"]) == ("127.0.0.1", "8123")
    assert settings["MX_OIDC_CLIENT_SECRET"] == "********"
    [sign_in] = [each for each in found["checks"] if each["check"] == "sign-in"]
    assert (sign_in["status"], "/sign-in/callback" in sign_in["detail"]) == ("ok", True)
    door.provider.issuer += "/"
    [sign_in] = [each for each in mx.json("doctor")["checks"] if each["check"] == "sign-in"]
    assert sign_in["status"] == "warning"
    assert "calls itself" in sign_in["detail"]
    assert "MX_OIDC_ISSUER" in sign_in["remedy"]


def test_operators_of_a_provider(door: Door, mx: Command) -> None:
    """Listed with it, disabled like others, and given no password past it."""
    door.person("kim", "acme-books")
    browser = door.console.browser()
    door.sign_in(browser, "kim")
    [listed] = mx.json("operator", "list")
    assert (listed["name"], listed["role"]) == ("kim", "bookkeeper")
    assert (listed["issuer"], listed["password_set_at"]) == (door.provider.issuer, None)
    refused = mx("operator", "password", "kim", "--password-file", __file__)
    assert (refused.code, "No account kim signs in with a password" in refused.err) == (1, True)
    mx.json("operator", "disable", "kim")
    assert browser.get("/connections").status_code == 303
    assert door.sign_in(browser, "kim").status_code == 403
    mx.json("operator", "enable", "kim")
    assert door.sign_in(browser, "kim").status_code == 303

"""The simulated log-in page is as strict as Xero's: what it shows, refuses, and gives codes for."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.simulators.xero.consent import challenge_of
from tests.support.simulators import Simulator

HOME = "http://console.example/xero/callback"
VERIFIER = "v" * 64
ASKED = {
    "response_type": "code",
    "client_id": "demo-client",
    "redirect_uri": HOME,
    "scope": "openid offline_access accounting.invoices accounting.settings",
    "state": "s1",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}
BASIC = {"Authorization": "Basic " + base64.b64encode(b"demo-client:demo-secret").decode()}


@pytest.fixture
def xero(xero_sim: Simulator) -> httpx.Client:
    xero_sim.admin.post("/_sim/redirect-uris", json={"uri": HOME}).raise_for_status()
    return xero_sim.admin


@pytest.fixture
def tenant(xero: httpx.Client) -> str:
    answer = xero.post("/_sim/organisations", json={"preset": "uk", "name": "<Acme>"})
    return str(answer.json()["tenant_id"])


def authorise(xero: httpx.Client, tenant: str, **changed: str) -> dict[str, str]:
    """Allow access; gives what the redirect address is told."""
    answer = xero.post(
        "/identity/connect/authorize",
        params=ASKED | changed,
        data={"answer": "allow", "tenant": tenant},
    )
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(HOME)
    found = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in found.items()}


def exchange(xero: httpx.Client, code: str, /, **changed: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": HOME,
        "code_verifier": VERIFIER,
    }
    return xero.post("/connect/token", data=form | changed, headers=BASIC)


def test_a_code_becomes_tokens_for_what_was_ticked(xero: httpx.Client, tenant: str) -> None:
    """The page shows each organisation; state comes back as it went; scope is what was asked."""
    page = xero.get("/identity/connect/authorize", params=ASKED)
    assert "&lt;Acme&gt;" in page.text
    told = authorise(xero, tenant)
    assert told["state"] == "s1"
    tokens = exchange(xero, told["code"]).json()
    assert tokens["scope"] == ASKED["scope"]
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    [found] = xero.get("/connections", headers=bearer).json()
    assert (found["tenantId"], found["tenantName"]) == (tenant, "<Acme>")


def test_without_offline_access_there_is_no_refresh_token(xero: httpx.Client, tenant: str) -> None:
    told = authorise(xero, tenant, scope="openid accounting.invoices")
    assert "refresh_token" not in exchange(xero, told["code"]).json()


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "accounting.everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_request_goes_back_as_an_error(
    xero: httpx.Client, tenant: str, changed: dict[str, str], error: str
) -> None:
    assert authorise(xero, tenant, **changed) == {"error": error, "state": "s1"}


@pytest.mark.parametrize(
    "changed", [{"client_id": "other"}, {"redirect_uri": "http://evil.example/"}]
)
def test_a_wrong_client_or_address_is_shown_and_sent_nowhere(
    xero: httpx.Client, changed: dict[str, str]
) -> None:
    for answer in (
        xero.get("/identity/connect/authorize", params=ASKED | changed),
        xero.post("/identity/connect/authorize", params=ASKED | changed, data={"answer": "allow"}),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers


def wait_too_long(xero: httpx.Client) -> dict[str, str]:
    xero.post("/_sim/clock", json={"advance_seconds": 301})
    return {}


WRONG: list[tuple[str, Callable[[httpx.Client], dict[str, Any]]]] = [
    ("verifier", lambda _: {"code_verifier": "w" * 64}),
    ("no verifier", lambda _: {"code_verifier": ""}),
    ("address", lambda _: {"redirect_uri": HOME + "2"}),
    ("code", lambda _: {"code": "made-up"}),
    ("too late", wait_too_long),
]


@pytest.mark.parametrize("change", [each for _, each in WRONG], ids=[name for name, _ in WRONG])
def test_a_code_is_bound_and_short_lived(
    xero: httpx.Client, tenant: str, change: Callable[[httpx.Client], dict[str, Any]]
) -> None:
    code = authorise(xero, tenant)["code"]
    answer = exchange(xero, code, **change(xero))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_a_code_works_once(xero: httpx.Client, tenant: str) -> None:
    code = authorise(xero, tenant)["code"]
    assert exchange(xero, code).status_code == 200
    assert exchange(xero, code).status_code == 400

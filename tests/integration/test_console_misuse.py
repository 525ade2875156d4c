"""OAuth misused: each case gets a page that says what to do, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.console import Browser, ConsoleUnderTest, query_of, serving_console
from tests.support.fleet import Fleet
from workers.store.operators import Role


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


@dataclass
class Scene:
    """A bookkeeper with a connection that has no organisation yet."""

    console: ConsoleUnderTest
    browser: Browser
    path: str
    tenant: str

    def back_from_xero(self, *, allow: bool = True) -> str:
        """Press Connect and allow (or not) at Xero; gives the address that Xero leads back to."""
        login = self.console.start(self.browser, self.path)
        return self.console.at_xero(login, self.tenant, allow=allow)


@pytest.fixture
def scene(console: ConsoleUnderTest) -> Scene:
    tenant = console.fleet.organisation(name="Acme")["tenant_id"]
    browser = console.signed_in()
    return Scene(console, browser, console.connection(browser), tenant)


def refusal(scene: Scene) -> httpx.Response:
    return scene.browser.get(scene.back_from_xero(allow=False))


def unknown_state(scene: Scene) -> httpx.Response:
    return scene.browser.get("/xero/callback?" + urlencode({"code": "abc", "state": "made-up"}))


def no_state(scene: Scene) -> httpx.Response:
    code = query_of(scene.back_from_xero())["code"]
    return scene.browser.get(f"/xero/callback?code={code}")


def no_code(scene: Scene) -> httpx.Response:
    state = query_of(scene.back_from_xero())["state"]
    return scene.browser.get(f"/xero/callback?state={state}")


def late_answer(scene: Scene) -> httpx.Response:
    back = scene.back_from_xero()
    age = "update consents set created_at = created_at - %s"
    scene.console.fleet.execute(age, [timedelta(minutes=10)])
    return scene.browser.get(back)


def answer_used_before(scene: Scene) -> httpx.Response:
    back = scene.back_from_xero(allow=False)
    scene.browser.get(back)
    return scene.browser.get(back)


def another_session(scene: Scene) -> httpx.Response:
    """A victim is led to the attacker's answer."""
    back = scene.back_from_xero()
    return scene.console.signed_in("victim").get(back)


def signed_out_meanwhile(scene: Scene) -> httpx.Response:
    back = scene.back_from_xero()
    scene.browser.post("/sign-out", page="/connections")
    return scene.browser.get(back)


def signed_in_anew(scene: Scene) -> httpx.Response:
    back = scene.back_from_xero()
    scene.browser.post("/sign-out", page="/connections")
    scene.browser.sign_in()
    return scene.browser.get(back)


def viewer_asks(scene: Scene) -> httpx.Response:
    return scene.console.start(scene.console.signed_in("vic", Role.VIEWER), scene.path)


def viewer_by_now(scene: Scene) -> httpx.Response:
    back = scene.back_from_xero()
    scene.console.fleet.execute("update operators set role = 'viewer'")
    return scene.browser.get(back)


def code_of_nobody(scene: Scene) -> httpx.Response:
    state = query_of(scene.back_from_xero())["state"]
    return scene.browser.get(f"/xero/callback?state={state}&code=made-up")


def code_too_old(scene: Scene) -> httpx.Response:
    back = scene.back_from_xero()
    scene.console.fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": 301})
    return scene.browser.get(back)


def code_of_another_consent(scene: Scene) -> httpx.Response:
    """PKCE: a code that was asked for with another verifier is worth nothing here."""
    state = query_of(scene.back_from_xero())["state"]
    code = query_of(scene.back_from_xero())["code"]
    return scene.browser.get(f"/xero/callback?state={state}&code={code}")


def token_endpoint_away(scene: Scene) -> httpx.Response:
    back = scene.back_from_xero()
    scene.console.fleet.fault(kind="status", status=503, method="POST", path="/connect/token$")
    return scene.browser.get(back)


def app_unknown_to_xero(scene: Scene) -> httpx.Response:
    back = scene.back_from_xero()
    scene.console.fleet.fault(
        kind="status",
        status=401,
        body='{"error": "invalid_client"}',
        method="POST",
        path="/connect/token$",
    )
    return scene.browser.get(back)


def xero_refuses_the_request(scene: Scene) -> httpx.Response:
    state = query_of(scene.console.start(scene.browser, scene.path).headers["location"])["state"]
    return scene.browser.get(f"/xero/callback?state={state}&error=invalid_scope")


def no_organisation_allowed(scene: Scene) -> httpx.Response:
    login = scene.console.start(scene.browser, scene.path)
    return scene.browser.get(scene.console.at_xero(login))


def organisation_of_another_account(scene: Scene) -> httpx.Response:
    scene.console.fleet.connect(tenant_id=scene.tenant, account="rival")
    return scene.browser.get(scene.back_from_xero())


def unknown_connection(scene: Scene) -> httpx.Response:
    return scene.console.start(scene.browser, "/connections/00000000-0000-4000-8000-000000000000")


def no_connection_named(scene: Scene) -> httpx.Response:
    return scene.browser.get("/xero/connect?connection=nonsense")


CASES: list[tuple[Callable[[Scene], httpx.Response], int, str]] = [
    (refusal, 403, "You did not allow access at Xero"),
    (unknown_state, 403, "This answer was not asked for"),
    (no_state, 400, "Xero&#39;s answer is incomplete"),
    (no_code, 400, "Xero&#39;s answer is incomplete"),
    (late_answer, 410, "It took too long"),
    (answer_used_before, 409, "This answer was used already"),
    (another_session, 403, "This was started in another session"),
    (signed_out_meanwhile, 403, "You are not signed in"),
    (signed_in_anew, 403, "This was started in another session"),
    (viewer_asks, 403, "You may not do this"),
    (viewer_by_now, 403, "You may not do this"),
    (code_of_nobody, 403, "Xero did not accept its own answer"),
    (code_too_old, 403, "Xero did not accept its own answer"),
    (code_of_another_consent, 403, "Xero did not accept its own answer"),
    (token_endpoint_away, 502, "Xero does not answer just now"),
    (app_unknown_to_xero, 502, "check MX_XERO_CLIENT_ID and MX_XERO_CLIENT_SECRET"),
    (xero_refuses_the_request, 502, "Xero refused the request"),
    (no_organisation_allowed, 409, "No organisation was allowed"),
    (organisation_of_another_account, 409, "Acme is connected elsewhere"),
    (unknown_connection, 404, "There is no such connection"),
    (no_connection_named, 404, "There is no such connection"),
]


@pytest.mark.parametrize(("case", "status", "words"), CASES, ids=[c[0].__name__ for c in CASES])
def test_it_is_told_and_nothing_changes(
    scene: Scene, case: Callable[[Scene], httpx.Response], status: int, words: str
) -> None:
    before = scene.console.row(scene.path)
    answer = case(scene)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert scene.console.row(scene.path) == before
    tokens = "select t.id from token_sets t left join connections c on c.token_set_id = t.id"
    assert scene.console.fleet.rows(f"{tokens} where c.id is null") == []
    assert scene.console.fleet.rows("select * from outbox where account = 'acme'") == []


def test_an_answer_can_not_be_replayed_to_connect_twice(scene: Scene) -> None:
    """The first one connects; the second finds state and code spent."""
    back = scene.back_from_xero()
    assert scene.browser.follow(scene.browser.get(back)).status_code == 200
    row = scene.console.row(scene.path)
    assert scene.browser.get(back).status_code == 409
    assert scene.console.row(scene.path) == row


def test_a_connected_one_is_not_connected_over(scene: Scene) -> None:
    scene.browser.get(scene.back_from_xero())
    answer = scene.console.start(scene.browser, scene.path)
    assert (answer.status_code, "It is connected already" in answer.text) == (409, True)


def test_a_second_fulfilment_connection_of_an_account(scene: Scene) -> None:
    """A new one is refused by the form, an old one when it is to come back."""
    fleet, browser = scene.console.fleet, scene.browser
    fulfilment = {"mode": "fulfilment", "client_id": ""}
    first = scene.console.connection(browser, **fulfilment)
    again = browser.post("/connections/new", None, account="acme", **fulfilment)
    assert (again.status_code, "There is such a connection already" in again.text) == (422, True)
    scene.console.connect(browser, first, scene.tenant)
    browser.post(f"{first}/disconnect")
    fleet.drain()
    second = scene.console.connection(browser, **fulfilment)
    other = fleet.organisation()["tenant_id"]
    assert scene.console.connect(browser, second, other).status_code == 200
    answer = scene.console.start(browser, first)
    assert answer.status_code == 409
    assert "Another connection has taken its place" in answer.text


def test_a_place_that_is_taken_while_the_user_is_at_xero(scene: Scene) -> None:
    """Two of an account come back at once: the second to arrive is told."""
    fleet, browser = scene.console.fleet, scene.browser
    fleet.execute("update connections set status = 'disconnected', disconnected_at = now()")
    back = scene.back_from_xero()
    scene.console.connection(browser)
    answer = browser.get(back)
    assert answer.status_code == 409
    assert "Another connection has taken its place" in answer.text
    assert fleet.rows("select * from token_sets") == []


def test_xero_leads_back_to_no_other_address(scene: Scene) -> None:
    """A redirect address that somebody changed is shown by Xero and never followed."""
    login = scene.console.start(scene.browser, scene.path).headers["location"]
    changed = login.replace("callback", "callback2")
    answer = scene.console.fleet.xero.admin.post(changed, data={"answer": "allow"})
    assert (answer.status_code, "Invalid redirect_uri" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("unset", "words"),
    [({"xero_client_id": ""}, "MX_XERO_CLIENT_ID"), ({"secret_keys": []}, "MX_SECRET_KEYS")],
)
def test_a_console_that_can_not_connect_says_what_is_missing(
    fleet: Fleet, unset: dict[str, Any], words: str
) -> None:
    """Before anybody is sent to Xero in vain."""
    with serving_console(fleet, **unset) as console:
        browser = console.signed_in()
        answer = console.start(browser, console.connection(browser))
    assert (answer.status_code, words in answer.text) == (503, True)


def test_refusals_are_in_the_audit_trail(scene: Scene) -> None:
    refusal(scene)
    page = scene.browser.get(scene.path)
    assert "Connecting did not succeed" in page.text
    assert "reason: You did not allow access at Xero" in page.text

"""Everything that may be wrong when somebody comes from an OpenID provider: told, and nobody is in.

Each case is one answer to a browser. Afterwards no session has begun, and no page quotes a code,
a state or a token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx
import pytest
from joserfc.jwk import RSAKey

from tests.simulators.oidc.provider import Claims, Provider, signed
from tests.support.console import Browser, query_of
from tests.support.fleet import Fleet
from tests.support.provider import Door, guarded_console

Case = Callable[[Door, Browser], httpx.Response]


@pytest.fixture
def door(fleet: Fleet) -> Iterator[Door]:
    with guarded_console(fleet) as found:
        found.person("ada", "acme-ops")
        yield found


def back(door: Door, browser: Browser) -> str:
    """Where the provider sends somebody who has logged in."""
    return door.logged_in(door.begin(browser), "ada")


def with_claims(**changed: object) -> Case:
    """The provider signs something else; None leaves a claim out."""

    def case(door: Door, browser: Browser) -> httpx.Response:
        door.provider.claims_changed = changed
        return door.sign_in(browser, "ada")

    return case


def with_signature(sign: Callable[[Provider, Claims], str]) -> Case:
    def case(door: Door, browser: Browser) -> httpx.Response:
        door.provider.sign = sign
        return door.sign_in(browser, "ada")

    return case


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def unsigned(_provider: Provider, claims: Claims) -> str:
    return f"{part({'alg': 'none'})}.{part(claims)}."


def signed_with_the_public_key(provider: Provider, claims: Claims) -> str:
    """HS256 with what everybody may know: the classic confusion of keys."""
    key = provider.keys[0].as_pem(private=False)
    text = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(claims)}"
    digest = hmac.digest(key, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def signed_by_somebody_else(provider: Provider, claims: Claims) -> str:
    stranger = Provider(issuer=provider.issuer)
    return signed(stranger, claims)


def signed_with_an_unpublished_key(provider: Provider, claims: Claims) -> str:
    stranger = Provider(issuer=provider.issuer)
    stranger.keys = [RSAKey.generate_key(2048, {"kid": "unheard-of"})]
    return signed(stranger, claims)


def changed_after_signing(provider: Provider, claims: Claims) -> str:
    head, _, signature = signed(provider, claims).split(".")
    return f"{head}.{part(claims | {'groups': ['acme-ops', 'more']})}.{signature}"


def unknown_state(door: Door, browser: Browser) -> httpx.Response:
    door.begin(browser)
    return browser.get("/sign-in/callback?code=x&state=guessed")


def no_state(door: Door, browser: Browser) -> httpx.Response:
    code = query_of(back(door, browser))["code"]
    return browser.get(f"/sign-in/callback?code={code}")


def no_code(door: Door, browser: Browser) -> httpx.Response:
    state = query_of(back(door, browser))["state"]
    return browser.get(f"/sign-in/callback?state={state}")


def replayed(door: Door, browser: Browser) -> httpx.Response:
    """The second time, after the session that the first one gave has ended."""
    address = back(door, browser)
    cookie = dict(browser.client.cookies)
    assert browser.get(address).status_code == 303
    door.console.fleet.execute("delete from sessions")
    browser.client.cookies.clear()
    for name, value in cookie.items():
        browser.client.cookies.set(name, value)
    return browser.get(address)


def in_another_browser(door: Door, browser: Browser) -> httpx.Response:
    """Somebody is led to a callback with another person's answer (login CSRF)."""
    address = back(door, door.console.browser())
    browser.get("/sign-in")
    return browser.get(address)


def too_late(door: Door, browser: Browser) -> httpx.Response:
    address = back(door, browser)
    door.console.fleet.execute("update sign_ins set created_at = now() - interval '11 minutes'")
    return browser.get(address)


def code_of_another_sign_in(door: Door, browser: Browser) -> httpx.Response:
    """PKCE: a code is worth nothing without the verifier that was made for it."""
    stolen = query_of(back(door, door.console.browser()))["code"]
    mine = query_of(back(door, browser))
    return browser.get(f"/sign-in/callback?code={quote(stolen)}&state={mine['state']}")


def code_invented(door: Door, browser: Browser) -> httpx.Response:
    mine = query_of(back(door, browser))
    return browser.get(f"/sign-in/callback?code=invented&state={mine['state']}")


def answer_of_another_provider(door: Door, browser: Browser) -> httpx.Response:
    mine = query_of(back(door, browser))
    return browser.get(
        f"/sign-in/callback?code={mine['code']}&state={mine['state']}&iss=https://evil.example"
    )


def cancelled(door: Door, browser: Browser) -> httpx.Response:
    begun = door.begin(browser)
    sent = httpx.post(begun.headers["location"], data={"cancel": "yes"})
    return browser.get(sent.headers["location"])


def refused_by_the_provider(door: Door, browser: Browser) -> httpx.Response:
    state = query_of(door.begin(browser).headers["location"])["state"]
    return browser.get(f"/sign-in/callback?error=<b>invalid_scope</b>&state={state}")


def provider_down_at_the_button(door: Door, browser: Browser) -> httpx.Response:
    door.provider.is_down = True
    return door.begin(browser)


def provider_down_at_the_end(door: Door, browser: Browser) -> httpx.Response:
    address = back(door, browser)
    door.provider.is_down = True
    return browser.get(address)


def provider_with_another_name(door: Door, browser: Browser) -> httpx.Response:
    door.provider.issuer += "/"
    return door.begin(browser)


def no_group(door: Door, browser: Browser) -> httpx.Response:
    door.person("ada")
    return door.sign_in(browser, "ada")


def too_many(door: Door, browser: Browser) -> httpx.Response:
    door.begin(browser)
    again = "insert into sign_ins select sha256(n::text::bytea), browser, address, nonce, verifier,"
    door.console.fleet.execute(f"{again} target from sign_ins, generate_series(1, 99) n")
    return door.begin(browser)


NOT_TRUSTED = "What Acme ID says of you can&#39;t be trusted"
PAST = int(time.time()) - 3600
FUTURE = int(time.time()) + 3600

CASES: dict[str, tuple[Case, int, str]] = {
    "unknown state": (unknown_state, 403, "This sign-in is unknown here"),
    "no state": (no_state, 400, "The answer is incomplete"),
    "no code": (no_code, 400, "The answer is incomplete"),
    "replayed": (replayed, 409, "This sign-in was used already"),
    "another browser": (in_another_browser, 403, "begun in another browser"),
    "too late": (too_late, 410, "It took too long"),
    "another sign-in's code": (code_of_another_sign_in, 403, "did not accept its own answer"),
    "invented code": (code_invented, 403, "did not accept its own answer"),
    "iss in the answer": (answer_of_another_provider, 403, "not from the right place"),
    "cancelled": (cancelled, 403, "Acme ID did not let you in"),
    "other error": (refused_by_the_provider, 502, "Acme ID refused the request"),
    "down at the button": (provider_down_at_the_button, 502, "does not answer as it should"),
    "down at the end": (provider_down_at_the_end, 502, "does not answer as it should"),
    "another name": (provider_with_another_name, 502, "does not answer as it should"),
    "no group": (no_group, 403, "You have no role here"),
    "too many": (too_many, 429, "Too many sign-ins were begun"),
    "nonce": (with_claims(nonce="another"), 403, NOT_TRUSTED),
    "no nonce": (with_claims(nonce=None), 403, NOT_TRUSTED),
    "aud": (with_claims(aud="another-app"), 403, NOT_TRUSTED),
    "several aud without azp": (with_claims(aud=["console", "another"]), 403, NOT_TRUSTED),
    "azp": (with_claims(azp="another-app"), 403, NOT_TRUSTED),
    "iss": (with_claims(iss="https://evil.example"), 403, NOT_TRUSTED),
    "expired": (with_claims(exp=PAST), 403, NOT_TRUSTED),
    "no exp": (with_claims(exp=None), 403, NOT_TRUSTED),
    "of the future": (with_claims(iat=FUTURE), 403, NOT_TRUSTED),
    "no sub": (with_claims(sub=None), 403, NOT_TRUSTED),
    "sub is a number": (with_claims(sub=7), 403, NOT_TRUSTED),
    "alg none": (with_signature(unsigned), 403, NOT_TRUSTED),
    "HS256 with the public key": (with_signature(signed_with_the_public_key), 403, NOT_TRUSTED),
    "another's key": (with_signature(signed_by_somebody_else), 403, NOT_TRUSTED),
    "unpublished key": (with_signature(signed_with_an_unpublished_key), 403, NOT_TRUSTED),
    "changed": (with_signature(changed_after_signing), 403, NOT_TRUSTED),
    "no token at all": (with_signature(lambda *_: "nonsense"), 403, NOT_TRUSTED),
}


@pytest.mark.parametrize(("case", "status", "words"), CASES.values(), ids=CASES)
def test_it_is_told_and_nobody_is_in(door: Door, case: Case, status: int, words: str) -> None:
    browser = door.console.browser()
    answer = case(door, browser)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert door.console.fleet.rows("select * from sessions") == []
    assert browser.get("/connections").status_code == 303
    for secret in (*door.provider.codes, *door.provider.given):
        assert secret not in answer.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(door: Door, target: str) -> None:
    answer = door.sign_in(door.console.browser(), "ada", target)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_provider_that_comes_back_lets_people_in(door: Door) -> None:
    """Nothing of its absence is remembered."""
    browser = door.console.browser()
    door.provider.is_down = True
    assert door.begin(browser).status_code == 502
    door.provider.is_down = False
    assert door.sign_in(browser, "ada").status_code == 303


def test_nothing_of_a_sign_in_is_stored_in_clear(door: Door) -> None:
    """A copy of the database does not finish somebody's log-in."""
    browser = door.console.browser()
    asked = query_of(door.begin(browser).headers["location"])
    row = str(door.console.fleet.rows("select * from sign_ins"))
    assert asked["state"] not in row
    assert browser.client.cookies["mintsoft-xero"] not in row

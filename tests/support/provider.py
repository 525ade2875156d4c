"""A console that people sign in to with an OpenID provider, and somebody who does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

import httpx
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from tests.simulators.oidc.app import create_app
from tests.simulators.oidc.provider import CLIENT_ID, CLIENT_SECRET, Provider, new_key
from tests.simulators.serving import serve
from tests.support.console import Browser, ConsoleUnderTest, serving_console
from tests.support.fleet import Fleet

GROUPS = {"viewer": "acme-all", "bookkeeper": "acme-books", "operator": "acme-ops"}


@dataclass
class Door:
    """The way in: a console, and the provider that it asks."""

    console: ConsoleUnderTest
    provider: Provider

    def person(self, subject: str, *groups: str, **claims: object) -> None:
        """Somebody at the provider, called as their subject is unless *claims* say otherwise."""
        self.provider.people[subject] = {
            "preferred_username": subject,
            "groups": list(groups),
            **claims,
        }

    def begin(self, browser: Browser, target: str = "") -> httpx.Response:
        """Press the button."""
        return browser.get(f"/sign-in/provider?{urlencode({'next': target})}")

    def logged_in(self, begun: httpx.Response, person: str) -> str:
        """Log in at the provider; gives where it sends the browser."""
        assert begun.status_code == 303, begun.text
        sent = httpx.post(begun.headers["location"], data={"person": person})
        assert sent.status_code == 302, sent.text
        return sent.headers["location"]

    def sign_in(self, browser: Browser, person: str, target: str = "") -> httpx.Response:
        """Press the button, log in, come back."""
        return browser.get(self.logged_in(self.begin(browser, target), person))


@cache
def first_key() -> RSAKey:
    """The key that the providers of all doors begin with."""
    return new_key()


@contextmanager
def guarded_console(fleet: Fleet, **changed: object) -> Iterator[Door]:
    """Serve a console with a provider while the block runs; settings may be *changed*."""
    provider = Provider(keys=[first_key()])
    with serve(create_app(provider)) as issuer:
        provider.issuer = issuer
        settings = {
            "oidc_issuer": issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": SecretStr(CLIENT_SECRET),
            "oidc_roles": ",".join(f"{role}={group}" for role, group in GROUPS.items()),
            "oidc_name": "Acme ID",
        }
        with serving_console(fleet, **settings | changed) as console:
            provider.redirect_uris.add(f"{console.settings.public_url}/sign-in/callback")
            yield Door(console, provider)

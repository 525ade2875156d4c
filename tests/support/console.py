"""The console over HTTP as a browser without scripts sees it: cookies, forms, redirects.

What a test types into a form is what the page offers: hidden fields are read from the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit
from uuid import UUID

import httpx
from argon2 import PasswordHasher

from schemas.connections import Mapping
from tests.simulators.serving import base_url, listening_socket
from tests.support.fleet import ACCOUNTING_MAPPING, Fleet, ListRuntime, make_settings
from workers.clock import SYSTEM
from workers.console.passwords import Passwords
from workers.console.serving import Server
from workers.settings import Settings
from workers.store import connections, operators
from workers.store.operators import Role

PASSWORD = "correct horse battery"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Tests sign in often; what a real hash costs is proved once."""

FIELD = re.compile(r'<input\b[^>]*?\bname="([^"]+)"[^>]*?\bvalue="([^"]*)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Browser:
    """One browser: it keeps cookies and does not follow redirects unless told to."""

    url: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url, timeout=30)

    def get(self, path: str) -> httpx.Response:
        """Open an address."""
        return self.client.get(path)

    def post(self, path: str, page: str | None = None, **fields: object) -> httpx.Response:
        """Fill in the form on *page* (the same path by default) and send it."""
        hidden = hidden_fields(self.get(page or path).text)
        return self.client.post(path, data=hidden | {k: str(v) for k, v in fields.items()})

    def sign_in(self, name: str = "ada", password: str = PASSWORD) -> httpx.Response:
        """Sign in."""
        return self.post("/sign-in", name=name, password=password)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go where *answer* leads, as often as it leads on within the console."""
        while answer.is_redirect:
            answer = self.get(urljoin(str(answer.url), answer.headers["location"]))
        return answer


@dataclass
class ConsoleUnderTest:
    """A console with its fleet and its simulator of Xero."""

    url: str
    fleet: Fleet
    settings: Settings
    runtime: ListRuntime
    browsers: list[Browser] = field(default_factory=list)

    def browser(self) -> Browser:
        """A browser that nobody has used before."""
        browser = Browser(self.url)
        self.browsers.append(browser)
        return browser

    def operator(self, name: str = "ada", role: Role = Role.BOOKKEEPER) -> None:
        """An account whose password is PASSWORD."""
        with self.fleet.runtime.pool.connection() as conn:
            operators.add(conn, name, role, CHEAP.hashed(PASSWORD))

    def signed_in(self, name: str = "ada", role: Role = Role.BOOKKEEPER) -> Browser:
        """A browser in which somebody is signed in."""
        self.operator(name, role)
        browser = self.browser()
        assert browser.sign_in(name).status_code == 303
        return browser

    def connection(self, browser: Browser, **fields: object) -> str:
        """A new connection, made by the form; gives its path."""
        form = {"mode": "accounting", "account": "acme", "client_id": 3} | fields
        answer = browser.post("/connections/new", None, **form)
        assert answer.status_code == 303, answer.text
        return urlsplit(answer.headers["location"]).path

    def at_xero(self, login: httpx.Response, *tenants: str, allow: bool = True) -> str:
        """What the user does at Xero's log-in page; gives where Xero sends the browser."""
        assert login.status_code == 303, login.text
        answer = {"answer": "allow" if allow else "deny", "tenant": list(tenants)}
        sent = self.fleet.xero.admin.post(login.headers["location"], data=answer)
        assert sent.status_code == 302, sent.text
        return str(sent.headers["location"])

    def connect(self, browser: Browser, path: str, *tenants: str, **query: str) -> httpx.Response:
        """Go to Xero, tick *tenants*, come back, and follow the answer to its page."""
        return browser.follow(
            browser.get(self.at_xero(self.start(browser, path, **query), *tenants))
        )

    def start(self, browser: Browser, path: str, **query: str) -> httpx.Response:
        """Press Connect."""
        asked = {"connection": path.rsplit("/", 1)[1], **query}
        return browser.client.get("/xero/connect", params=asked)

    def load_mapping(self, path: str) -> None:
        """Map the connection behind a path, as the command line does."""
        self.save_mapping(UUID(path.rsplit("/", 1)[1]), ACCOUNTING_MAPPING, "test")

    def save_mapping(self, connection: UUID, content: dict[str, Any], who: str) -> None:
        """Put a mapping in force behind the console's back."""
        with self.fleet.runtime.pool.connection() as conn:
            connections.save_mapping(conn, connection, Mapping.model_validate(content), who)

    def row(self, path: str) -> dict[str, Any]:
        """The connection behind a path."""
        [found] = self.fleet.rows(
            "select * from connections where id = %s", [path.rsplit("/", 1)[1]]
        )
        return found


def hidden_fields(text: str) -> dict[str, str]:
    """The hidden fields of the last form on a page: the first one signs out."""
    start = text.rfind("<form")
    return {name: unescape(value) for name, value in HIDDEN.findall(text[start:])}


def fields_of(text: str) -> dict[str, str]:
    """What stands in the last form of a page, as a browser would send it."""
    found = FIELD.findall(text[text.rfind("<form") :])
    return {name: unescape(value) for name, value in found if "__n__" not in name}


def query_of(address: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}


@contextmanager
def serving_console(
    fleet: Fleet,
    *,
    public_url: Any = "",
    database_url: Any = "",
    passwords: Any = CHEAP,
    **changed: object,
) -> Iterator[ConsoleUnderTest]:
    """Serve a console on the fleet's servers while the block runs; settings may be *changed*."""
    listener = listening_socket()
    url = base_url(listener)
    keys = {"secret_keys": fleet.runtime.settings.secret_keys}
    settings = make_settings(
        database_url or fleet.runtime.settings.database_url.get_secret_value(),
        fleet.xero.url,
        fleet.mintsoft.url,
        xero_login_url=fleet.xero.url,
        public_url=public_url or url,
    ).model_copy(update=keys | changed)
    callback = {"uri": f"{settings.public_url}/xero/callback"}
    fleet.xero.admin.post("/_sim/redirect-uris", json=callback).raise_for_status()
    runtime = ListRuntime(settings, SYSTEM, [])
    server = Server(runtime, listener, passwords)
    server.start()
    console = ConsoleUnderTest(url, fleet, settings, runtime)
    try:
        yield console
    finally:
        for browser in console.browsers:
            browser.client.close()
        server.stop()
        runtime.close()

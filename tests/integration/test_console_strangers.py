"""What strangers get of the console: nothing, on every page; and their words act nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.console import ConsoleUnderTest, serving_console
from tests.support.documents import delivery, dispatched, item, order
from tests.support.fleet import Fleet
from workers.console.app import routes
from workers.console.described import document
from workers.store.operators import Role

PATHS = document(routes(), "http://127.0.0.1")["paths"]
OPEN = ("/sign-in", "/sign-out", "/events-reference", "/health/", "/static/")
"""What anybody may see; all but the first two tell nothing of anybody."""
BY_OTHER_PROOF = ("/xero/webhooks", "/mintsoft/webhooks/")
"""What machines call, with a signature or a secret of their own; each has tests of its own."""

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>"


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


def guarded(method: str) -> list[str]:
    """The addresses that are for people who signed in, with something in place of each name."""
    return [
        re.sub(r"\{[^}]*\}", str(uuid4()) if path.startswith("/connections") else "1", path)
        for path, methods in PATHS.items()
        if method in methods and not path.startswith((*OPEN, *BY_OTHER_PROOF))
    ]


def test_a_stranger_gets_nothing(console: ConsoleUnderTest) -> None:
    """Every page leads to the log-in, and no form does anything, whatever it carries."""
    browser = console.browser()
    browser.get("/sign-in")
    assert len(guarded("get")) > 20
    assert len(guarded("post")) > 10
    for path in guarded("get"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers.get("location", "")[:8]) in (
            (303, "/sign-in"),
            (403, ""),
        ), path
    for path in guarded("post"):
        assert browser.client.post(path, data={"csrf": "x"}).status_code in (303, 403), path
    assert console.fleet.rows("select * from audit") == []


def test_a_viewer_changes_nothing_anywhere(console: ConsoleUnderTest) -> None:
    """Every form is refused by its role, also with the viewer's own token in it."""
    browser = console.signed_in("vic", Role.VIEWER)
    csrf = browser.get("/connections").text.split('name="csrf" value="')[1].split('"')[0]
    before = console.fleet.rows("select count(*) as n from audit")
    for path in guarded("post"):
        answer = browser.client.post(path, data={"csrf": csrf})
        assert answer.status_code == 403, path
        assert "this needs the role" in answer.text, path
    assert console.fleet.rows("select count(*) as n from audit") == before


def test_what_an_order_says_is_text_and_nothing_else(console: ConsoleUnderTest) -> None:
    """Number, names, lines and a message that can't be read, on every page that shows them."""
    fleet = console.fleet
    fleet.connect()
    hostile = {
        "OrderNumber": ATTACK,
        "ExternalOrderReference": ATTACK,
        "FirstName": ATTACK,
        "CompanyName": ATTACK,
        "Channel": {"ID": 2, "Name": ATTACK},
    }
    sent = order(1, item(ATTACK, "10.00", Details=ATTACK), **hostile)
    broken = dispatched(order(2, **hostile)).body.replace(b'"ClientId"', b'"KlientId"')
    fleet.send(dispatched(sent), delivery(broken, "order.dispatched.v1"))
    fleet.drain()
    [parked] = fleet.rows("select id from parked")
    browser = console.signed_in("root", Role.OPERATOR)
    pages = ["/", "/documents", f"/documents/{fleet.document(1)['id']}", "/parked", "/audit"]
    for path in (*pages, f"/parked/{parked['id']}", f"/documents?text={ATTACK[:20]}"):
        answer = browser.get(path)
        assert answer.status_code in (200, 422), path
        assert "<script>alert" not in answer.text, path
        assert "<img src=x" not in answer.text, path
    assert "&lt;script&gt;alert(1)" in browser.get(pages[2]).text


def addresses(console: ConsoleUnderTest, times: int) -> list[int]:
    """Statuses of wrong passwords, each from another address as its header says."""
    browser = console.browser()
    browser.get("/sign-in")
    statuses = []
    for number in range(times):
        browser.client.headers["X-Forwarded-For"] = f"203.0.113.{number}"
        statuses.append(browser.sign_in(f"eve{number}", "wrong").status_code)
    return statuses


def test_only_our_own_proxy_is_believed_about_addresses(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may name any address guesses without end; who can't is stopped after twenty."""
    with serving_console(fleet) as behind_a_proxy:
        assert addresses(behind_a_proxy, 21) == [401] * 21
    fleet.execute("delete from sign_in_failures")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.87.0.10")
    with serving_console(fleet) as open_to_all:
        assert addresses(open_to_all, 21) == [401] * 20 + [429]

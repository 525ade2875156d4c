"""Pages about connections: what they show, what they refuse, and that they need no Xero."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.support.console import Browser, ConsoleUnderTest, serving_console
from tests.support.documents import dispatched, order
from tests.support.fleet import ACCOUNTING_MAPPING, Fleet
from workers.store.operators import Role


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sign-in", 200),
        ("/health/live", 200),
        ("/nowhere", 404),
        ("/connections", 303),
        ("/static/nothing.css", 404),
        ("/static/../app.py", 404),
    ],
)
def test_every_answer_carries_the_security_headers(
    console: ConsoleUnderTest, path: str, status: int
) -> None:
    answer = console.browser().get(path)
    assert answer.status_code == status
    assert HEADERS.items() <= dict(answer.headers).items()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "server" not in answer.headers
    kept = "public, max-age=3600" if path.startswith("/static/n") else "no-store"
    assert answer.headers["cache-control"] == kept


def test_pages_have_nothing_that_the_policy_forbids(console: ConsoleUnderTest) -> None:
    browser = console.signed_in()
    path = console.connection(browser)
    mapping = f"/connections/{console.fleet.connect(client_id=8)}/mapping"
    paths = (path, f"{path}/disconnect", mapping, f"{mapping}/import")
    for page in ("/connections", "/connections/new", *paths, "/nowhere"):
        text = browser.get(page).text
        assert not any(each in text for each in ("<script>", "<style", " style=", " onclick="))


def test_errors_of_ours_are_told_without_details(console: ConsoleUnderTest) -> None:
    """A defect gives a page, the headers, and not a word of what broke."""
    browser = console.signed_in()
    console.fleet.execute("alter table audit rename to audit_gone")
    answer = console.browser().sign_in()
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "audit" not in answer.text
    assert HEADERS.items() <= dict(answer.headers).items()
    assert browser.get("/connections").status_code == 200


def test_health_knows_the_database_and_its_migrations(console: ConsoleUnderTest) -> None:
    browser = console.browser()
    assert browser.get("/health/ready").json() == {"ready": True, "lacks": None}
    console.fleet.execute("delete from schema_migrations where name = '0002_console.sql'")
    answer = browser.get("/health/ready")
    assert (answer.status_code, answer.json()["lacks"]) == (503, "migrations")


@pytest.mark.proof
def test_a_database_that_is_away_is_told(fleet: Fleet) -> None:
    """Ready says no, live says yes, pages say what it means."""
    away = "postgresql://nobody@127.0.0.1:9/none"
    with serving_console(fleet, database_url=away) as console:
        browser = console.browser()
        browser.client.cookies.set("mintsoft-xero", "x" * 43)
        assert browser.get("/health/live").status_code == 200
        assert browser.get("/health/ready").json() == {"ready": False, "lacks": "database"}
        page = browser.get("/connections")
    assert page.status_code == 503
    assert "The database does not answer" in page.text


def test_the_list_shows_what_waits_and_what_needs_somebody(console: ConsoleUnderTest) -> None:
    """Numbers come from the ledger, so they are there while Xero is not."""
    fleet = console.fleet
    fleet.connect(mapping={"defaults": {"sales": "999"}})
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.fault(kind="status", status=503, times=50)
    page = console.signed_in("vic", Role.VIEWER).get("/connections")
    assert page.status_code == 200
    found = re.search(r'<td data-label="Needs attention" class="n alarm">(.*?)</td>', page.text)
    assert found is not None
    assert ">1</a>" in found[1]


def test_the_mapping_comes_as_it_can_be_loaded(console: ConsoleUnderTest) -> None:
    connection = console.fleet.connect()
    answer = console.signed_in("vic", Role.VIEWER).get(f"/connections/{connection}/mapping.yaml")
    assert yaml.safe_load(answer.text) == ACCOUNTING_MAPPING
    assert answer.headers["content-disposition"].startswith('attachment; filename="mapping-')


def test_what_people_typed_is_text_and_nothing_else(console: ConsoleUnderTest) -> None:
    """A reason with markup in it is shown as it was typed."""
    browser = console.signed_in()
    path = f"/connections/{console.fleet.connect()}"
    page = browser.follow(browser.post(f"{path}/disconnect", reason='<b>bold</b> & "quoted"'))
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; &#34;quoted&#34;" in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mode": ""}, "Choose what this connection is for."),
        ({"account": "a/b"}, "Give Mintsoft&#39;s account"),
        ({"client_id": ""}, "Give the client whose orders"),
        ({"client_id": "0"}, "a whole number from 1"),
        ({"client_id": "-3"}, "a whole number from 1"),
        ({"client_id": "9" * 30}, "a whole number from 1"),
        ({"mode": "fulfilment"}, "A fulfilment connection serves all clients"),
        ({"warehouse_id": "five"}, "a whole number from 1"),
    ],
)
def test_fields_that_can_not_be_are_told_one_by_one(
    console: ConsoleUnderTest, fields: dict[str, str], words: str
) -> None:
    """What was typed stays in the form, and nothing is saved."""
    browser = console.signed_in()
    form = {"mode": "accounting", "account": "acme", "client_id": "3"} | fields
    answer = browser.post("/connections/new", None, **form)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert f'value="{form["account"]}"' in answer.text
    assert console.fleet.rows("select * from connections") == []


@pytest.mark.parametrize("path", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_connection_that_is_not_there(console: ConsoleUnderTest, path: str) -> None:
    browser = console.signed_in()
    for page in (path, f"{path}/disconnect", f"{path}/mapping.yaml"):
        assert browser.get(f"/connections/{page}").status_code == 404


def test_a_form_may_not_be_endless(console: ConsoleUnderTest) -> None:
    browser: Browser = console.signed_in()
    answer = browser.client.post("/connections/new", data={"account": "a" * 70_000})
    assert (answer.status_code, "too large" in answer.text) == (413, True)
    many = {f"field{number}": "x" for number in range(600)}
    assert browser.client.post("/connections/new", data=many).status_code == 400

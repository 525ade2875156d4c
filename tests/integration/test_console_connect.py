"""Connecting in the browser: to Xero's log-in page and back, and going on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulators.xero.consent import challenge_of
from tests.support.console import ConsoleUnderTest, query_of, serving_console
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


def test_a_connection_made_in_the_browser(console: ConsoleUnderTest) -> None:
    """Described by a form, given its organisation at Xero, ready, with its chart read."""
    tenant = console.fleet.organisation(name="Acme & Sons")["tenant_id"]
    browser = console.signed_in()
    path = console.connection(browser)
    assert console.row(path)["status"] == "pending"
    page = console.connect(browser, path, tenant)
    assert page.status_code == 200
    assert "Documents that waited go on by themselves." in page.text
    assert "Acme &amp; Sons" in page.text
    row = console.row(path)
    assert (row["status"], str(row["tenant_id"])) == ("active", tenant)
    assert row["organisation"] == "Acme & Sons"
    assert console.fleet.rows("select organisation ->> 'Name' as n from charts")
    console.fleet.drain()
    [said] = console.fleet.published
    assert said.routing_key == "connection.ready.v1"
    assert b'"Organisation":"Acme & Sons"' in said.body.replace(b'": "', b'":"')
    acts = [row["action"] for row in console.fleet.rows("select action from audit order by id")]
    assert acts == ["signed in", "connection added", "connect started", "connection reconnected"]


def test_what_is_asked_of_xero(console: ConsoleUnderTest) -> None:
    """Granular scopes, a state, PKCE; neither state nor verifier is stored as it is."""
    browser = console.signed_in()
    path = console.connection(browser)
    address = console.start(browser, path).headers["location"]
    assert address.startswith(f"{console.fleet.xero.url}/identity/connect/authorize?")
    asked = query_of(address)
    assert asked["scope"] == (
        "openid profile email offline_access accounting.invoices accounting.contacts "
        "accounting.settings"
    )
    assert asked["redirect_uri"] == f"{console.url}/xero/callback"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    [row] = console.fleet.rows("select * from consents")
    assert asked["state"] not in str(row)
    verifier = console.settings.fernet.decrypt(row["verifier"]).decode()
    assert challenge_of(verifier) == asked["code_challenge"]


def test_orders_that_came_before_the_consent_are_sent_after_it(console: ConsoleUnderTest) -> None:
    """Given a connection that was only described, orders wait; connected and mapped, they go."""
    tenant = console.fleet.organisation()["tenant_id"]
    browser = console.signed_in()
    path = console.connection(browser)
    console.fleet.send(dispatched(order(1)))
    console.fleet.drain()
    assert console.fleet.statuses() == {"waiting": 1}
    console.connect(browser, path, tenant)
    console.load_mapping(path)
    console.fleet.drain()
    assert console.fleet.statuses() == {"posted": 1}


def test_several_organisations_are_offered_for_choice(console: ConsoleUnderTest) -> None:
    tenants = [console.fleet.organisation(name=name)["tenant_id"] for name in ("North", "South")]
    browser = console.signed_in()
    path = console.connection(browser)
    page = console.connect(browser, path, *tenants)
    assert "Which organisation?" in page.text
    assert console.row(path)["status"] == "pending"
    choice = str(page.url)
    answer = browser.post("/xero/choose", page=choice, organisation=tenants[1])
    assert browser.follow(answer).status_code == 200
    assert console.row(path)["organisation"] == "South"
    again = browser.client.get(choice)
    assert again.status_code == 410
    assert "nothing to choose any more" in again.text
    [kept] = console.fleet.rows("select id from token_sets")
    assert kept["id"] == console.row(path)["token_set_id"]


def test_an_organisation_that_was_not_offered_can_not_be_chosen(console: ConsoleUnderTest) -> None:
    tenants = [console.fleet.organisation(name=name)["tenant_id"] for name in ("A", "B", "C")]
    browser = console.signed_in()
    path = console.connection(browser)
    page = console.connect(browser, path, *tenants[:2])
    for other in (tenants[2], "nonsense"):
        answer = browser.post("/xero/choose", page=str(page.url), organisation=other)
        assert answer.status_code == 409
        assert "was not offered" in answer.text
    assert console.row(path)["status"] == "pending"


def test_a_lost_connection_goes_on_by_itself(console: ConsoleUnderTest) -> None:
    """Removed in Xero: documents wait. Reconnected: they go, nothing else was needed."""
    fleet = console.fleet
    tenant = fleet.organisation()["tenant_id"]
    path = f"/connections/{fleet.connect(tenant_id=tenant)}"
    fleet.xero.admin.delete("/_sim/tokens")
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert (console.row(path)["status"], fleet.statuses()) == ("lost", {"waiting": 1})
    browser = console.signed_in()
    page = browser.get(path)
    assert "Access lost" in page.text
    assert console.connect(browser, path, tenant).status_code == 200
    fleet.drain()
    assert (console.row(path)["status"], fleet.statuses()) == ("active", {"posted": 1})
    assert len(fleet.rows("select * from token_sets")) == 1


def test_disconnecting_keeps_everything_and_reconnecting_resumes(console: ConsoleUnderTest) -> None:
    """Given a posted order; disconnected, it still shows; reconnected, the next one goes."""
    fleet = console.fleet
    tenant = fleet.organisation()["tenant_id"]
    path = f"/connections/{fleet.connect(tenant_id=tenant)}"
    fleet.send(dispatched(order(1)))
    fleet.drain()
    browser = console.signed_in()
    assert "1 posted document with links" in browser.get(f"{path}/disconnect").text
    page = browser.follow(browser.post(f"{path}/disconnect", reason="moving house"))
    assert "everything else stays" in page.text
    assert "moving house" in page.text
    fleet.drain()
    assert console.row(path)["token_set_id"] is None
    assert browser.get(f"{path}/disconnect").status_code == 409
    assert console.connect(browser, path, tenant).status_code == 200
    fleet.send(dispatched(order(2)))
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}


def test_another_organisation_only_when_it_is_meant(console: ConsoleUnderTest) -> None:
    """Nothing was posted yet, so the organisation may change, but never by mistake."""
    fleet = console.fleet
    first, second = (fleet.organisation(name=name)["tenant_id"] for name in ("First", "Second"))
    browser = console.signed_in()
    path = console.connection(browser)
    console.connect(browser, path, first)
    browser.post(f"{path}/disconnect")
    fleet.drain()
    page = console.connect(browser, path, second)
    assert page.status_code == 409
    assert "This connection belongs to First, but you allowed Second." in page.text
    assert str(console.row(path)["tenant_id"]) == first
    assert console.connect(browser, path, second, another="yes").status_code == 200
    row = console.row(path)
    assert (row["status"], row["organisation"]) == ("active", "Second")


def test_never_another_organisation_once_documents_are_posted(console: ConsoleUnderTest) -> None:
    fleet = console.fleet
    path = f"/connections/{fleet.connect()}"
    fleet.send(dispatched(order(1)))
    fleet.drain()
    other = fleet.organisation(name="Other")["tenant_id"]
    browser = console.signed_in()
    browser.post(f"{path}/disconnect")
    fleet.drain()
    assert "can be reconnected to that organisation only" in browser.get(path).text
    page = console.connect(browser, path, other, another="yes")
    assert page.status_code == 409
    assert "The organisation can&#39;t change any more" in page.text
    assert console.row(path)["status"] == "disconnected"
    assert fleet.rows("select * from token_sets") == []


def test_reconnecting_while_xero_is_away_changes_nothing(console: ConsoleUnderTest) -> None:
    """The list of organisations can't be had: said so, tokens erased, and it works later."""
    tenant = console.fleet.organisation()["tenant_id"]
    browser = console.signed_in()
    path = console.connection(browser)
    console.fleet.fault(kind="status", status=503, method="GET", path="^/connections$", times=1)
    page = console.connect(browser, path, tenant)
    assert page.status_code == 502
    assert "Xero does not answer just now" in page.text
    assert console.fleet.rows("select * from token_sets") == []
    assert console.connect(browser, path, tenant).status_code == 200

"""Consents of one Xero user: what one of them gives or ends concerns all connections of that user.

Xero has one connection for a user and an organisation, however many consents named it; ending one
token set ends all connections of its user.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from tests.support.console import Browser, ConsoleUnderTest, serving_console
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from workers.disconnecting import disconnect

MINUTES = timedelta(minutes=11)


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


def consent(fleet: Fleet, user: str, tenant: str, client: int) -> UUID:
    """A connection with a consent of its own."""
    body = {"tenant_ids": [tenant], "user": user}
    answer = fleet.xero.admin.post("/_sim/tokens", json=body).json()
    return fleet.connect(tenant_id=tenant, client_id=client, tokens_answer=answer)


def leave(fleet: Fleet, connection: UUID) -> None:
    with fleet.runtime.pool.connection() as conn:
        disconnect(conn, connection, "sam", None)
    fleet.drain()


def still_exports(fleet: Fleet, client: int, number: int) -> bool:
    fleet.xero.admin.post("/_sim/tokens/expire")
    fleet.send(dispatched(order(number, ClientId=client)))
    fleet.drain()
    return bool(fleet.document(number)["status"] == "posted")


@pytest.mark.parametrize("same_organisation", [True, False])
@pytest.mark.parametrize("second_user", ["sam", "kim"])
def test_disconnecting_one_cuts_no_other_off(
    fleet: Fleet, same_organisation: bool, second_user: str
) -> None:
    """Two consents, of one user or two, to one organisation or two."""
    tenant = fleet.organisation()["tenant_id"]
    other = tenant if same_organisation else fleet.organisation()["tenant_id"]
    first, second = consent(fleet, "sam", tenant, 3), consent(fleet, second_user, other, 4)
    leave(fleet, first)
    assert still_exports(fleet, client=4, number=1)
    assert fleet.calls("DELETE", "/connections/{id}") == (0 if same_organisation else 1)
    assert len(fleet.rows("select * from token_sets")) == 1
    leave(fleet, second)
    assert fleet.rows("select * from token_sets") == []
    assert fleet.calls("POST", "/connect/revocation") >= 1


def test_a_user_who_is_not_known_may_be_any(fleet: Fleet) -> None:
    """Token sets from before users were noted: no consent is ended while another lives."""
    tenants = [fleet.organisation()["tenant_id"] for _ in range(2)]
    first, _ = consent(fleet, "sam", tenants[0], 3), consent(fleet, "kim", tenants[1], 4)
    fleet.execute("update token_sets set xero_user = null")
    leave(fleet, first)
    assert fleet.calls("POST", "/connect/revocation") == 0
    assert still_exports(fleet, client=4, number=1)


def lost_pair(console: ConsoleUnderTest, browser: Browser) -> tuple[list[str], list[str]]:
    """Two connections by one consent, which the user has ended; (tenants, paths)."""
    fleet = console.fleet
    tenants = [fleet.organisation()["tenant_id"] for _ in range(2)]
    answer = fleet.grant(*tenants)
    pair = [
        fleet.connect(tenant_id=tenant, client_id=client, tokens_answer=answer)
        for client, tenant in enumerate(tenants, 3)
    ]
    fleet.xero.admin.delete("/_sim/tokens")
    fleet.send(dispatched(order(1, ClientId=3)), dispatched(order(2, ClientId=4)))
    fleet.drain()
    paths = [f"/connections/{each}" for each in pair]
    assert {console.row(path)["status"] for path in paths} == {"lost"}
    return tenants, paths


def test_what_was_lost_together_comes_back_together(console: ConsoleUnderTest) -> None:
    """One press of Reconnect, both organisations ticked: both go on, and both say so."""
    browser, fleet = console.signed_in(), console.fleet
    tenants, paths = lost_pair(console, browser)
    page = console.connect(browser, paths[0], *tenants)
    assert page.status_code == 200
    fleet.drain()
    assert {console.row(path)["status"] for path in paths} == {"active"}
    assert fleet.statuses() == {"posted": 2}
    assert len(fleet.rows("select * from token_sets")) == 1
    told = [message.routing_key for message in fleet.published]
    assert told.count("connection.ready.v1") == 2


def test_a_sibling_that_was_not_allowed_again_stays_lost(console: ConsoleUnderTest) -> None:
    """Its organisation was not ticked; nothing is assumed."""
    browser = console.signed_in()
    tenants, paths = lost_pair(console, browser)
    console.connect(browser, paths[0], tenants[0])
    assert [console.row(path)["status"] for path in paths] == ["active", "lost"]


def test_earlier_organisations_of_the_user_are_not_offered_again(
    console: ConsoleUnderTest,
) -> None:
    """Xero lists all that a user ever allowed; what is meant is what was ticked now."""
    tenants = [console.fleet.organisation()["tenant_id"] for _ in range(2)]
    browser = console.signed_in()
    first = console.connection(browser)
    console.connect(browser, first, tenants[0])
    second = console.connection(browser, client_id=4)
    assert console.connect(browser, second, tenants[1]).status_code == 200
    assert str(console.row(second)["tenant_id"]) == tenants[1]


def abandoned(console: ConsoleUnderTest) -> Browser:
    """A page with two organisations to choose from, which nobody goes on with."""
    tenants = [console.fleet.organisation()["tenant_id"] for _ in range(2)]
    browser = console.signed_in()
    page = console.connect(browser, console.connection(browser), *tenants)
    assert "Which organisation?" in page.text
    console.fleet.drain()
    waiting = "select t.id from token_sets t join consents s on s.token_set_id = t.id"
    assert len(console.fleet.rows(waiting)) == 1
    return browser


def wait(fleet: Fleet) -> None:
    fleet.execute("update consents set end_due_at = end_due_at - %s", [MINUTES])
    fleet.age(MINUTES)
    fleet.drain()


@pytest.mark.parametrize("signs_out", [False, True])
def test_a_choice_that_nobody_made_is_ended_at_xero(
    console: ConsoleUnderTest, signs_out: bool
) -> None:
    """After ten minutes, by the fleet, also when the user has left."""
    browser, fleet = abandoned(console), console.fleet
    if signs_out:
        browser.post("/sign-out", page="/connections")
    wait(fleet)
    assert fleet.rows("select * from token_sets") == []
    assert fleet.calls("POST", "/connect/revocation") == 1


def test_a_choice_is_ended_later_while_xero_is_away(console: ConsoleUnderTest) -> None:
    abandoned(console)
    fleet = console.fleet
    fleet.fault(kind="status", status=503, path="/connect/revocation", times=1)
    wait(fleet)
    assert len(fleet.rows("select * from token_sets")) == 1
    wait(fleet)
    assert fleet.rows("select * from token_sets") == []


def test_a_choice_of_a_user_who_is_needed_is_only_forgotten(console: ConsoleUnderTest) -> None:
    """Ending it at Xero would cut off the connection that the same user made before."""
    fleet = console.fleet
    consent(fleet, "sam", fleet.organisation()["tenant_id"], 9)
    abandoned(console)
    wait(fleet)
    assert fleet.calls("POST", "/connect/revocation") == 0
    assert len(fleet.rows("select * from token_sets")) == 1
    assert still_exports(fleet, client=9, number=1)

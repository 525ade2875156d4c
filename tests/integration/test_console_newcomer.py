"""What a newcomer meets: a connection with drafts first, explained; pages with nothing on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.console import ConsoleUnderTest, serving_console
from tests.support.fleet import Fleet
from workers.store.operators import Role


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


def test_drafts_first_from_the_beginning(console: ConsoleUnderTest) -> None:
    """Said in the form of a new connection, seen and explained on its page, in the trail."""
    browser = console.signed_in()
    path = console.connection(browser, draft_first=10)
    assert console.row(path)["settings"] == {"draft_first": 10}
    page = browser.get(path).text
    assert "Drafts first: 0 of 10 drafts in Xero." in page
    assert "So many documents go to Xero as drafts; the others wait" in page
    [act] = console.fleet.rows("select who, details from audit where action = 'drafts first'")
    assert (act["who"], act["details"]) == ("ada", {"count": 10})


@pytest.mark.parametrize("given", ["", "0"])
def test_no_drafts_unless_somebody_wants_them(console: ConsoleUnderTest, given: str) -> None:
    """Nothing is noted that nobody said."""
    browser = console.signed_in()
    path = console.connection(browser, draft_first=given)
    assert console.row(path)["settings"] == {}
    assert "All settings</dt><dd>as usual" in browser.get(path).text


@pytest.mark.parametrize("given", ["ten", "-1", "1001", "1.5", "٣"])
def test_what_is_no_number_of_drafts_is_refused(console: ConsoleUnderTest, given: str) -> None:
    """At its field, and nothing is added."""
    browser = console.signed_in()
    form = {"mode": "accounting", "account": "acme", "client_id": 3, "draft_first": given}
    answer = browser.post("/connections/new", None, **form)
    assert answer.status_code == 422
    assert "Write a whole number from 0 to 1000." in answer.text
    assert not console.fleet.rows("select id from connections")


@pytest.mark.parametrize(
    ("path", "next_step"),
    [
        ("/", 'href="/connections/new"'),
        ("/documents", 'href="/connections/new"'),
        ("/connections", 'href="/connections/new"'),
        ("/schedules", 'href="/connections"'),
        ("/reconciliation", 'href="/connections"'),
        ("/imports", 'href="/connections"'),
        ("/parked", "Nothing is parked"),
        ("/parked/replay", "nothing to publish again"),
    ],
)
def test_an_empty_page_says_what_to_do(
    console: ConsoleUnderTest, path: str, next_step: str
) -> None:
    """Nothing is connected and nothing came."""
    text = console.signed_in(role=Role.OPERATOR).get(path).text
    assert next_step in text[text.index("<main") :]


def test_the_overview_of_an_empty_console_does_not_say_that_all_is_well(
    console: ConsoleUnderTest,
) -> None:
    """Nothing flows, because nothing can."""
    page = console.signed_in().get("/").text
    assert "No organisation is connected, so nothing goes to Xero yet." in page
    assert "All is well" not in page

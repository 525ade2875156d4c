"""The overview, the list of documents and one document, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.test_console_acts import text_of
from tests.support.console import Browser, ConsoleUnderTest, serving_console
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


@pytest.fixture
def browser(console: ConsoleUnderTest) -> Browser:
    """Sixty orders, the first in Xero, the second held; somebody looks at them."""
    fleet = console.fleet
    fleet.connect()
    fleet.send(dispatched(order(1)), dispatched(order(2, Currency={"Code": "CAD"})))
    fleet.drain()
    fleet.send(*(dispatched(order(number)) for number in range(3, 61)))
    return console.signed_in()


def test_the_overview_says_what_needs_somebody(browser: Browser) -> None:
    told = text_of(browser.get("/").text)
    assert "1 document needs attention" in told
    assert "Currency not enabled 1 connection · What to do about: Currency not enabled 1" in told
    assert "58 Waiting" in told
    assert "Order ORD-3 , for less than a minute" in told
    assert "Demo UK acme, client 3 Connected 58 1" in told
    assert "of 5,000" in told


def test_pages_go_by_key_to_the_end(console: ConsoleUnderTest, browser: Browser) -> None:
    """Every document once, the newest first; counts do not change with the page."""
    first = browser.get("/documents").text
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = browser.get(older).text
    assert text_of(first).count("Order · Demo UK") == 50
    assert text_of(second).count("Order · Demo UK") == 10
    assert 'rel="next"' not in second
    for page in (first, second):
        assert "All 60 Needs attention 1 Waiting 58" in text_of(page)


FILTERS = [
    ("status=posted", ["ORD-1"]),
    ("status=needs_attention&reason=currency_not_enabled", ["ORD-2"]),
    ("q=web-60", ["ORD-60"]),
    ("q=ms-ord-1", ["ORD-1"]),
    ("client=3&status=posted", ["ORD-1"]),
    ("client=4", []),
    ("kind=invoice", []),
    ("from=2026-01-01&to=2026-01-02", []),
    ("status=nonsense&q=ord-60", ["ORD-60"]),
    ("below=2", ["ORD-1"]),
]


def test_filters_narrow_the_list(browser: Browser) -> None:
    """Each by itself and together; one that can't be read leaves the others in force."""
    for query, shown in FILTERS:
        page = browser.get(f"/documents?{query}").text
        rows = page.split('<th scope="row"><a href="/documents/')[1:]
        assert [row.split("<")[0].split('">')[1] for row in rows] == shown, query


def test_one_document_tells_its_story(console: ConsoleUnderTest, browser: Browser) -> None:
    """What was sent beside what Xero has, both links, and what happened in order."""
    row = console.fleet.document(1)
    page = browser.get(f"/documents/{row['id']}").text
    told = text_of(page)
    assert "Total 12.00 GBP" in told
    assert f"InvoiceID%3D{row['xero_id']}" in page
    assert "https://mintsoft.example/Order/Details/1" in page
    story = [told.index(each) for each in ("Came from Mintsoft", "Was made ready", "Xero answered")]
    assert story == sorted(story)
    assert "Product TEA-01" in told
    held = text_of(browser.get(f"/documents/{console.fleet.document(2)['id']}").text)
    assert "CAD is not switched on" in held
    assert "What to do:" in held


def test_one_document_is_skipped_retried_and_refused(
    console: ConsoleUnderTest, browser: Browser
) -> None:
    path = f"/documents/{console.fleet.document(2)['id']}"
    assert browser.post(path, verb="skip", why=" ").status_code == 422
    page = browser.follow(browser.post(path, verb="skip", why="By hand"))
    assert "It is skipped" in text_of(page.text)
    assert browser.post(path, verb="retry").status_code == 303
    assert console.fleet.document(2)["status"] == "waiting"
    answer = browser.post(path, verb="retry")
    assert (answer.status_code, "on its way to Xero already" in answer.text) == (409, True)
    missing = browser.post(path, verb="mark_posted")
    assert (missing.status_code, "no sales invoice MS-ORD-2" in missing.text) == (409, True)
    console.fleet.execute("update connections set status = 'lost', lost_reason = 'x'")
    assert browser.post(path, verb="mark_posted").status_code == 409


def test_a_page_that_has_not_changed_is_not_sent_again(
    console: ConsoleUnderTest, browser: Browser
) -> None:
    for path in ("/", "/documents", f"/documents/{console.fleet.document(2)['id']}"):
        first = browser.get(path)
        known = {"If-None-Match": first.headers["etag"]}
        again = browser.client.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
    console.fleet.execute("update documents set number = 'ORD-61x' where mintsoft_id = 60")
    assert browser.client.get("/documents", headers=known).status_code == 200


def test_what_is_not_there(console: ConsoleUnderTest) -> None:
    browser = console.signed_in()
    for path in ("/documents/0", "/documents/x", "/documents/99", "/acts/99", "/acts/²"):
        assert browser.get(path).status_code == 404, path

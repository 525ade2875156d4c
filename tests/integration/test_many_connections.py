"""Lists of connections stay short however many connections there are, and lose none of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.bench import crowd
from tests.support.console import Browser, ConsoleUnderTest, serving_console
from tests.support.fleet import Fleet
from workers.console.schedules import PAGE as SCHEDULES_PAGE
from workers.store.directory import OFFERED, PAGE
from workers.store.operators import Role

MANY = OFFERED + 20
LAST = f"00000000-0000-4000-8000-{MANY:012}"
ROW = re.compile(r'<th scope="row"><a href="/connections/([0-9a-f-]{36})"')
SECTION = re.compile(r'<h2 id="c([0-9a-f-]{36})"')
NEXT = re.compile(r'href="([^"]+)" rel="next"')


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as console:
        yield console


@pytest.fixture
def browser(console: ConsoleUnderTest) -> Browser:
    crowd.fill(console.fleet, MANY)
    return console.signed_in("ada", Role.BOOKKEEPER)


def pages(browser: Browser, path: str) -> Iterator[str]:
    """The page, and those behind it."""
    while path:
        text = browser.get(path).text
        yield text
        found = NEXT.search(text)
        path = found[1].replace("&amp;", "&") if found else ""


def test_pages_together_show_each_connection_once(browser: Browser) -> None:
    for path, entry, size in (
        ("/connections", ROW, PAGE),
        ("/connections?status=active", ROW, PAGE),
        ("/schedules", SECTION, SCHEDULES_PAGE),
    ):
        found = [entry.findall(text) for text in pages(browser, path)]
        shown = [each for page in found for each in page]
        assert [len(page) for page in found[:-1]] == [size] * (MANY // size), path
        assert (len(shown), len(set(shown))) == (MANY, MANY), path


def test_a_connection_is_found_by_name_account_client_and_status(browser: Browser) -> None:
    for query, count in (
        ("text=ORGANISATION+320", 1),
        ("text=crowd6", 21),
        (f"text={1000 + MANY}", 1),
        ("text=100%25", 0),
        ("status=lost", 0),
        ("status=active&text=crowd6", 21),
    ):
        text = browser.get(f"/connections?{query}").text
        assert len(ROW.findall(text)) == count, query
        assert ("No connection fits" in text) is not bool(count), query
    for path in ("/connections?status=away", "/connections?after=1", "/schedules?after=x"):
        assert browser.get(path).status_code == 400, path


def test_disconnected_ones_come_last_whatever_their_account(browser: Browser) -> None:
    connection = "00000000-0000-4000-8000-000000000001"
    assert f"/connections/{connection}" in browser.get("/connections").text
    disconnect = f"/connections/{connection}/disconnect"
    browser.post(disconnect)
    *_, last = pages(browser, "/connections")
    assert ROW.findall(last)[-1] == connection


def test_choices_are_few_and_the_chosen_one_is_among_them(browser: Browser) -> None:
    for path in ("/documents", "/imports", "/audit", "/reconciliation"):
        text = browser.get(f"{path}?connection={LAST}").text
        assert f'value="{LAST}" selected' in text, path
        assert text.count('<option value="0000') <= OFFERED + 1, path


def test_the_overview_shows_those_in_trouble_first(
    browser: Browser, console: ConsoleUnderTest
) -> None:
    console.fleet.execute(
        "update connections set status = 'lost', lost_reason = 'test' where id = %s", [LAST]
    )
    text = browser.get("/").text
    shown = ROW.findall(text)
    held = [f"00000000-0000-4000-8000-{number:012}" for number in (100, 200, 300)]
    assert shown[:4] == [LAST, *held]
    assert f"All {MANY} connections" in text

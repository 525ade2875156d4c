"""The mapping page over HTTP, as a browser without scripts sees it."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from schemas.connections import Mode
from tests.support.console import Browser, ConsoleUnderTest, fields_of, serving_console
from tests.support.documents import dispatched, order
from tests.support.fleet import ACCOUNTING_MAPPING, FULFILMENT_MAPPING, Fleet
from workers import books
from workers.store import connections
from workers.store.operators import Role


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


def mapped(console: ConsoleUnderTest, mode: Mode = Mode.ACCOUNTING, **more: Any) -> str:
    """A connection whose chart was read; gives the path of its mapping page."""
    fleet = console.fleet
    row = fleet.connection(fleet.connect(mode, **more))
    books.read_chart(fleet.runtime.pool, fleet.runtime.gateway_for(row), row.id)
    return f"/connections/{row.id}/mapping"


def stored(console: ConsoleUnderTest, path: str) -> dict[str, Any]:
    """The mapping in force, as it is exported."""
    with console.fleet.runtime.pool.connection() as conn:
        found = connections.mapping(conn, console.row(path.removesuffix("/mapping"))["id"])
    return found.model_dump(mode="json", exclude_unset=True) if found else {}


def press(
    browser: Browser, path: str, page: httpx.Response, do: str, **typed: str
) -> httpx.Response:
    """Type into the form on *page* (points are written __) and press a button."""
    fields = fields_of(page.text) | {name.replace("__", "."): text for name, text in typed.items()}
    return browser.client.post(path, data={**fields, "do": do})


def said(page: httpx.Response) -> str:
    """The page's text as people read it."""
    return unescape(page.text)


def archive(console: ConsoleUnderTest, path: str, code: str, status: str = "ARCHIVED") -> None:
    tenant = console.row(path.removesuffix("/mapping"))["tenant_id"]
    address = f"/_sim/organisations/{tenant}/accounts/{code}"
    console.fleet.xero.admin.post(address, json={"Status": status}).raise_for_status()


@pytest.mark.parametrize(
    ("mode", "mapping"),
    [
        (Mode.ACCOUNTING, ACCOUNTING_MAPPING),
        (Mode.FULFILMENT, FULFILMENT_MAPPING),
        (
            Mode.ACCOUNTING,
            {
                **ACCOUNTING_MAPPING,
                "rounding": "860",
                "channels": {"7": {"sales": "201", "contact": "eBay & Co"}},
                "skus": {
                    "A.1 <b>": {
                        "tax_type": "RROUTPUT",
                        "tracking": [
                            {"category": "Warehouse", "option": "Leeds"},
                            {"category": "Channel", "option": "eBay"},
                        ],
                    }
                },
            },
        ),
    ],
)
def test_saving_a_page_as_it_is_changes_nothing(
    console: ConsoleUnderTest, mode: Mode, mapping: dict[str, Any]
) -> None:
    """Whatever a mapping holds, the form shows it whole, and gives it back as it was."""
    path = mapped(console, mode, mapping=mapping)
    browser = console.signed_in()
    answer = press(browser, path, browser.get(path), "save")
    assert answer.status_code == 303, said(answer)
    assert stored(console, path) == mapping
    assert "No value changed." in said(browser.follow(answer))


def test_a_mistake_is_explained_and_what_was_typed_stays(console: ConsoleUnderTest) -> None:
    """Archived, unknown, of the wrong class for the tax: each beside its field, none saved."""
    path = mapped(console)
    archive(console, path, "260")
    browser = console.signed_in()
    page = press(browser, path, browser.get(path), "refresh")
    wrong = {
        "defaults__sales": "260",
        "defaults__shipping": "999",
        "defaults__discount": "610 · Accounts Receivable",
        "tax__0__type": "INPUT2",
    }
    answer = press(browser, path, page, "save", **wrong)
    assert answer.status_code == 422
    text = said(answer)
    assert 'Account 260 "Other Revenue" (Sales) is archived in Xero.' in text
    assert "Account 999 (Shipping) is not in Xero's chart of accounts." in text
    assert "(Discounts) is kept by Xero for itself (DEBTORS)" in text
    assert all(f'value="{each}"' in text for each in wrong.values())
    assert "Not saved." in text
    assert stored(console, path) == ACCOUNTING_MAPPING


def test_a_class_that_the_tax_type_can_not_be_used_with(console: ConsoleUnderTest) -> None:
    path = mapped(console)
    browser = console.signed_in()
    rate = fields_of(browser.get(path).text)
    [place] = [name for name, text in rate.items() if name.startswith("tax.") and text == "20"]
    changed = {place.replace(".rate", ".type").replace(".", "__"): "INPUT2"}
    answer = press(browser, path, browser.get(path), "check", **changed)
    assert 'Account 200 "Sales" (Sales) is of class REVENUE, which tax type INPUT2' in said(answer)


def test_saving_all_the_same_is_offered_and_needs_to_be_pressed(console: ConsoleUnderTest) -> None:
    """Somebody may know better than the chart as it was last read."""
    path = mapped(console)
    browser = console.signed_in()
    refused = press(browser, path, browser.get(path), "save", defaults__sales="999")
    assert "Save all the same" in refused.text
    assert press(browser, path, refused, "save anyway").status_code == 303
    assert stored(console, path)["defaults"]["sales"] == "999"
    worse = press(browser, path, browser.get(path), "save", defaults__sales="")
    assert "Choose the account for sales" in said(worse)
    assert "Save all the same" not in worse.text
    assert press(browser, path, worse, "save anyway").status_code == 422


def test_the_script_is_told_the_same_as_the_page(console: ConsoleUnderTest) -> None:
    path = mapped(console)
    browser = console.signed_in()
    fields = fields_of(browser.get(path).text) | {"defaults.sales": "310", "defaults.discount": "9"}
    told = browser.client.post(f"{path}/check", data=fields).json()
    assert told["summary"] == "1 problem, 1 note."
    [problem] = told["problems"]["defaults.discount"]
    [note] = told["notes"]["defaults.sales"]
    page = said(browser.client.post(path, data={**fields, "do": "check"}))
    assert problem in page
    assert note in page
    assert "sales usually go to a revenue account" in note
    assert stored(console, path) == ACCOUNTING_MAPPING


def test_a_new_connection_gets_suggestions_that_count_only_when_saved(
    console: ConsoleUnderTest,
) -> None:
    """Marked as suggested; saved, the documents that waited go on, and the page says how many."""
    path = mapped(console, mapping={})
    fleet = console.fleet
    fleet.send(dispatched(order(1)), dispatched(order(2)))
    fleet.drain()
    browser = console.signed_in()
    page = browser.get(path)
    assert 'value="200 · Sales"' in page.text
    assert '<span class="tag">suggested</span>' in page.text
    assert stored(console, path) == {}
    changed = press(browser, path, page, "check", defaults__sales="201")
    assert changed.text.count('class="tag"') == page.text.count('class="tag"') - 1
    done = browser.follow(press(browser, path, changed, "save"))
    assert "revision 1 is in force. 2 documents that waited go on by themselves." in said(done)
    assert 'class="tag"' not in done.text
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}


def test_rows_are_added_and_removed_without_losing_what_was_typed(
    console: ConsoleUnderTest,
) -> None:
    path = mapped(console)
    browser = console.signed_in()
    page = press(browser, path, browser.get(path), "add:skus", defaults__sales="201")
    typed = {"skus__0__key": "GIFT-01", "skus__0__sales": "Sales - Gifts"}
    page = press(browser, path, page, "add:skus", **typed)
    typed = {"skus__1__key": "GIFT-01", "skus__1__tracking1": "Channel: eBay"}
    page = press(browser, path, page, "save", **typed)
    assert "GIFT-01 is there twice: keep one of the rows." in said(page)
    page = press(browser, path, page, "remove:skus.0")
    assert press(browser, path, page, "save").status_code == 303
    assert stored(console, path) == {
        **ACCOUNTING_MAPPING,
        "defaults": {**ACCOUNTING_MAPPING["defaults"], "sales": "201"},
        "skus": {"GIFT-01": {"tracking": [{"category": "Channel", "option": "eBay"}]}},
    }


def test_nobody_overwrites_what_another_has_saved_meanwhile(console: ConsoleUnderTest) -> None:
    """Both values are shown, nothing was saved; what I did not touch is as the other left it."""
    path = mapped(console)
    ada, bob = console.signed_in("ada"), console.signed_in("bob")
    page = ada.get(path)
    saved = press(bob, path, bob.get(path), "save", defaults__sales="205", defaults__discount="260")
    assert saved.status_code == 303
    refused = press(ada, path, page, "save", defaults__sales="201", defaults__shipping="211")
    assert refused.status_code == 409
    text = said(refused)
    assert "bob saved revision 2 while you were at it" in text
    assert '<td data-label="In force now">205</td><td data-label="Yours">201</td>' in text
    assert 'value="260 · Other Revenue"' in text
    assert stored(console, path)["defaults"]["sales"] == "205"
    assert press(ada, path, refused, "save").status_code == 303
    now = stored(console, path)["defaults"]
    assert (now["sales"], now["shipping"], now["discount"]) == ("201", "211", "260")


def test_two_who_map_a_new_connection_at_once(console: ConsoleUnderTest) -> None:
    """The page of an unmapped connection is out of date, too, once somebody has mapped it."""
    path = mapped(console, mapping={})
    ada, bob = console.signed_in("ada"), console.signed_in("bob")
    pages = ada.get(path), bob.get(path)
    assert press(ada, path, pages[0], "save").status_code == 303
    refused = press(bob, path, pages[1], "save")
    assert refused.status_code == 409
    assert "is in force already" in said(refused)


def test_a_mapping_is_copied_and_what_is_lacking_is_told(console: ConsoleUnderTest) -> None:
    """From a connection of the same mode; nothing is stored until it is saved."""
    source = mapped(console, client_id=8, mapping={"defaults": {"sales": "4000"}})
    other = mapped(console, Mode.FULFILMENT)
    path = mapped(console)
    browser = console.signed_in()
    copied = browser.get(f"{path}?copy={source.split('/')[2]}")
    text = said(copied)
    assert "Account 4000 (Sales) is not in Xero's chart of accounts." in text
    assert stored(console, path) == ACCOUNTING_MAPPING
    assert other.split("/")[2] not in text
    assert browser.get(f"{path}?copy={other.split('/')[2]}").status_code == 409
    assert browser.get(f"{path}?copy=nonsense").status_code == 404
    assert press(browser, path, copied, "save anyway").status_code == 303
    assert stored(console, path) == {"defaults": {"sales": "4000"}}


@pytest.mark.parametrize("do", ["save", "check", "refresh", "add:skus"])
def test_a_viewer_may_look_only(console: ConsoleUnderTest, do: str) -> None:
    path = mapped(console)
    viewer = console.signed_in("vic", Role.VIEWER)
    page = viewer.get(path)
    assert page.status_code == 200
    assert '<fieldset class="plain" disabled>' in page.text
    for text in ("<script", 'value="save"', "Import YAML", "Remove<"):
        assert text not in page.text
    assert press(viewer, path, page, do).status_code == 403
    assert viewer.client.post(f"{path}/check", data=fields_of(page.text)).status_code == 403
    assert viewer.get(f"{path}/import").status_code == 403


def test_every_change_stands_on_the_page_with_who_and_from_to(console: ConsoleUnderTest) -> None:
    path = mapped(console)
    browser = console.signed_in()
    page = browser.follow(press(browser, path, browser.get(path), "save", defaults__sales="201"))
    assert "<li>Sales: <del>200</del>" in page.text
    assert "<ins>201</ins>" in page.text
    trail = said(browser.get(path.removesuffix("/mapping")))
    assert "changes: 1, revision: 2" in trail


def test_accounts_that_were_never_read(console: ConsoleUnderTest) -> None:
    """The page says so, and reads them at a click; Xero being away is told in words."""
    path = f"/connections/{console.fleet.connect(mapping={})}/mapping"
    browser = console.signed_in()
    page = browser.get(path)
    assert "have not been read from Xero yet" in said(page)
    console.fleet.fault(kind="status", status=503, times=50)
    away = press(browser, path, page, "refresh")
    assert "could not be read" in said(away)
    assert browser.client.post(f"{path}/check", data=fields_of(page.text)).status_code == 200
    console.fleet.xero.admin.delete("/_sim/faults")
    console.fleet.execute("delete from budget_calls")
    assert 'value="200 · Sales"' in press(browser, path, page, "refresh").text


def test_a_disconnected_connection_keeps_its_mapping(console: ConsoleUnderTest) -> None:
    path = mapped(console)
    browser = console.signed_in()
    page = browser.get(path)
    browser.post(f"{path.removesuffix('mapping')}disconnect")
    assert press(browser, path, page, "save", defaults__sales="201").status_code == 409
    assert 'value="200 · Sales"' in browser.get(path).text
    assert stored(console, path) == ACCOUNTING_MAPPING

"""A mapping as a file: out of the console and in again, after a look at what changes."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import yaml

from tests.integration.test_console_mapping import archive, mapped, said, stored
from tests.support.console import Browser, ConsoleUnderTest, fields_of, serving_console
from tests.support.fleet import ACCOUNTING_MAPPING, Fleet
from workers.store.operators import Role


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


def upload(browser: Browser, path: str, text: str | bytes) -> httpx.Response:
    """Choose a file and send it."""
    csrf = fields_of(browser.get(path).text)["csrf"]
    content = text if isinstance(text, bytes) else text.encode()
    return browser.client.post(path, data={"csrf": csrf}, files={"file": ("m.yaml", content)})


def confirm(browser: Browser, path: str, preview: httpx.Response) -> httpx.Response:
    """Press Save on the preview."""
    return browser.client.post(path, data=fields_of(preview.text) | {"do": "save"})


def test_what_was_exported_is_imported_again(console: ConsoleUnderTest) -> None:
    """Unchanged it changes nothing; changed, the difference is shown first and then saved."""
    path = mapped(console)
    browser = console.signed_in()
    text = browser.get(f"{path}.yaml").text
    assert "Nothing: the file says what is in force already." in said(
        upload(browser, f"{path}/import", text)
    )
    preview = upload(browser, f"{path}/import", text.replace("'270'", "'260'"))
    assert preview.status_code == 200
    assert '<td data-label="In force now">270</td><td data-label="In the file">260</td>' in said(
        preview
    )
    assert stored(console, path) == ACCOUNTING_MAPPING
    done = browser.follow(confirm(browser, f"{path}/import", preview))
    assert "Saved: revision 2 is in force." in said(done)
    assert yaml.safe_load(browser.get(f"{path}.yaml").text)["defaults"]["discount"] == "260"


def test_a_file_with_problems_says_them_before_it_is_saved(console: ConsoleUnderTest) -> None:
    path = mapped(console)
    browser = console.signed_in()
    preview = upload(browser, f"{path}/import", "defaults: {sales: '999'}")
    assert "Account 999 (Sales) is not in Xero's chart of accounts." in said(preview)
    assert "Save all the same" in preview.text
    assert confirm(browser, f"{path}/import", preview).status_code == 303
    assert stored(console, path) == {"defaults": {"sales": "999"}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must hold names and values"),
        ("defaults: {sale: '200'}", "defaults.sale: Extra inputs are not permitted"),
        ("a: [", "This is no YAML"),
        ('rounding: "\\0"', "a character that can't be stored"),
        ("a: &a [x]\nb: [*a, *a]", "references (*name) are not read"),
    ],
)
def test_a_file_that_is_no_mapping(console: ConsoleUnderTest, text: str, words: str) -> None:
    path = mapped(console)
    answer = upload(console.signed_in(), f"{path}/import", text)
    assert (answer.status_code, words in said(answer)) == (422, True)
    assert stored(console, path) == ACCOUNTING_MAPPING


def test_files_that_are_no_text_or_endless(console: ConsoleUnderTest) -> None:
    path = f"{mapped(console)}/import"
    browser = console.signed_in()
    assert upload(browser, path, b"\xff\xfe").status_code == 400
    assert upload(browser, path, b"a: '\0'").status_code == 400
    assert upload(browser, path, "#" * 2_000_000).status_code == 413


def test_a_file_needs_our_own_form_and_a_bookkeeper(console: ConsoleUnderTest) -> None:
    """Without the form's token, and for a viewer even with one, nothing is taken."""
    path = f"{mapped(console)}/import"
    ada, vic = console.signed_in(), console.signed_in("vic", Role.VIEWER)
    token = fields_of(vic.get(path.removesuffix("/import")).text)["csrf"]
    for browser, csrf in ((ada, ""), (ada, token), (vic, token)):
        files = {"file": ("m.yaml", b"defaults: {sales: '201'}")}
        answer = browser.client.post(path, data={"do": "save", "csrf": csrf}, files=files)
        assert answer.status_code == 403
    assert stored(console, path.removesuffix("/import")) == ACCOUNTING_MAPPING


def test_a_preview_that_is_out_of_date_is_shown_anew(console: ConsoleUnderTest) -> None:
    """Somebody saved meanwhile: nothing is lost, the changes are those against the new revision."""
    path = mapped(console)
    browser = console.signed_in()
    preview = upload(browser, f"{path}/import", "defaults: {sales: '201'}")
    connection = console.row(path.removesuffix("/mapping"))["id"]
    console.save_mapping(connection, {"defaults": {"sales": "205"}}, "bob")
    again = confirm(browser, f"{path}/import", preview)
    assert again.status_code == 409
    assert '<td data-label="In force now">205</td>' in again.text
    assert stored(console, path) == {"defaults": {"sales": "205"}}
    assert confirm(browser, f"{path}/import", again).status_code == 303
    assert stored(console, path) == {"defaults": {"sales": "201"}}


def test_what_is_archived_since_is_marked_where_it_is_stored(console: ConsoleUnderTest) -> None:
    """The page keeps showing it, with its problem, though it is offered no more."""
    path = mapped(console)
    archive(console, path, "200")
    browser = console.signed_in()
    page = browser.client.post(path, data=fields_of(browser.get(path).text) | {"do": "refresh"})
    assert 'value="200 · Sales"' in page.text
    assert '<option value="200 · Sales">' not in page.text
    assert 'Account 200 "Sales" (Sales) is archived in Xero.' in said(page)

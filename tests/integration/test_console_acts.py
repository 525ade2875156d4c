"""Acts on many documents through the console: previewed, done, told, undone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.support.console import Browser, ConsoleUnderTest, hidden_fields, serving_console
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from workers.deeds import Standing, Verb, hindrance
from workers.store import acts, documents
from workers.store.browsing import Scope
from workers.store.operators import Role


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


@pytest.fixture
def held(console: ConsoleUnderTest) -> Browser:
    """Orders 1 and 2 in Xero; 3, 4 and 5 wait for a currency; somebody looks at them."""
    console.fleet.connect()
    foreign = {"Currency": {"Code": "CAD"}}
    console.fleet.send(*(dispatched(order(n, **(foreign if n > 2 else {}))) for n in range(1, 6)))
    console.fleet.drain()
    assert console.fleet.statuses() == {"posted": 2, "needs_attention": 3}
    return console.signed_in()


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") :])).split())


def press(browser: Browser, verb: str, **fields: str) -> str:
    """Choose *verb* in the list, and give the preview."""
    form = {"verb": verb, "scope": "all", **fields}
    answer = browser.post("/documents", "/documents", **form)
    assert answer.status_code == 200, answer.text
    return answer.text


def confirm(browser: Browser, preview: str, **fields: str) -> str:
    """Press the preview's button, and give the page with what came of it."""
    answer = browser.client.post("/acts", data=hidden_fields(preview) | fields)
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["location"])


def undo(browser: Browser, act: str) -> str:
    answer = browser.post(f"{act}/undo", act)
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["location"])


def test_a_preview_says_what_would_happen_and_changes_nothing(
    console: ConsoleUnderTest, held: Browser
) -> None:
    """How many, which not, and why."""
    told = text_of(press(held, "retry"))
    assert "Retry 3 documents?" in told
    assert "3 that stand as Needs attention such as ORD-3" in told
    assert "2 : It is in Xero already. Such as ORD-1" in told
    assert console.fleet.statuses() == {"posted": 2, "needs_attention": 3}
    assert console.fleet.rows("select * from acts") == []


def test_a_skip_is_undone_and_all_stands_as_before(
    console: ConsoleUnderTest, held: Browser
) -> None:
    """Status and reason come back; what was touched since stays; an undo is done once."""
    columns = "select status, reason_code, reason_message, reason_remedy, reason_cure, failures"
    before = console.fleet.rows(f"{columns} from documents order by id")
    act = confirm(held, press(held, "skip", status="needs_attention"), why="entered by hand")
    assert console.fleet.statuses() == {"posted": 2, "skipped": 3}
    assert "3 done" in text_of(held.get(act).text)
    console.fleet.execute("update documents set updated_at = now() where mintsoft_id = 5")
    undone = undo(held, act)
    told = text_of(held.get(undone).text)
    assert "2 done" in told
    assert "1 : It has changed since" in told
    assert console.fleet.rows(f"{columns} from documents order by id")[:4] == before[:4]
    assert console.fleet.document(5)["status"] == "skipped"
    again = held.client.post(f"{act}/undo", data=hidden_fields(held.get("/documents").text))
    assert again.status_code == 409
    trail = console.fleet.rows("select who, action from audit where document_id is not null")
    assert [row["action"] for row in trail] == ["skipped"] * 3 + ["undone"] * 2
    assert {row["who"] for row in trail} == {"ada"}


def test_a_retry_goes_to_xero_and_only_the_rest_is_undone(
    console: ConsoleUnderTest, held: Browser
) -> None:
    """What an exporter has taken since is not called back."""
    act = confirm(held, press(held, "retry", reason="currency_not_enabled"))
    assert console.fleet.statuses() == {"posted": 2, "waiting": 3}
    console.fleet.drain()  # the cause is still there: they come back, changed
    assert console.fleet.statuses() == {"posted": 2, "needs_attention": 3}
    assert "nothing left to undo" in text_of(held.get(act).text)


def test_ticked_documents_alone_are_meant(console: ConsoleUnderTest, held: Browser) -> None:
    ticked = console.fleet.document(4)["id"]
    form = {"verb": "retry", "scope": "picked", f"pick.{ticked}": "on"}
    confirm(held, held.post("/documents", "/documents", **form).text)
    assert console.fleet.document(4)["status"] == "waiting"
    assert console.fleet.document(3)["status"] == "needs_attention"


def test_more_than_was_previewed_is_not_done(console: ConsoleUnderTest, held: Browser) -> None:
    """Another one came to need attention: the page says so, and asks again."""
    preview = press(held, "skip", status="needs_attention")
    console.fleet.execute(
        "update documents set reason_code = 'x', reason_message = 'y', reason_cure"
        " = 'person', reason_remedy = 'z', status = 'needs_attention'"
        " where mintsoft_id = 1"
    )
    console.fleet.execute(
        "update documents set xero_id = null, xero_number = null, xero_total = null,"
        " posted_at = null where mintsoft_id = 1"
    )
    answer = held.client.post("/acts", data=hidden_fields(preview) | {"why": "no"})
    assert (answer.status_code, "There are more by now: 4" in answer.text) == (409, True)
    assert console.fleet.rows("select * from acts") == []


UNCLEAR = [
    ({"verb": "retry", "scope": "picked"}, "No document is ticked"),
    ({"verb": "delete", "scope": "all"}, "does not say what is to be done"),
    ({"verb": "retry", "scope": "all", "client": "x"}, "a whole number from 1"),
]


def test_a_choice_that_means_nothing_is_refused(held: Browser) -> None:
    for form, words in UNCLEAR:
        answer = held.post("/documents", "/documents", **form)
        assert (answer.status_code, words in answer.text) == (422, True), words


def test_a_skip_needs_a_reason(console: ConsoleUnderTest, held: Browser) -> None:
    preview = press(held, "skip", status="needs_attention")
    answer = held.client.post("/acts", data=hidden_fields(preview) | {"why": "  "})
    assert (answer.status_code, "Say why" in answer.text) == (422, True)


def test_marking_asks_xero_about_each(console: ConsoleUnderTest, held: Browser) -> None:
    """One is there under its number and is linked; the others are told to be missing."""
    fleet = console.fleet
    fleet.execute("delete from tags; delete from act_members; delete from attempt_members")
    fleet.execute("delete from documents where mintsoft_id = 1")
    fleet.send(dispatched(order(1, Currency={"Code": "CAD"})))
    fleet.drain()
    act = confirm(held, press(held, "mark_posted", status="needs_attention"))
    told = text_of(held.get(act).text)
    assert "1 done" in told
    assert "3 : Xero has no invoice with its number" in told
    assert (fleet.document(1)["status"], len(fleet.invoices())) == ("posted", 2)


def test_an_act_that_was_cut_short_goes_on(console: ConsoleUnderTest, held: Browser) -> None:
    """The process died after it was written down: the scheduler does the rest, once."""
    with console.fleet.runtime.pool.connection() as conn:
        acts.begin(conn, Verb.SKIP, Scope(status="needs_attention"), "ada", "later")
    assert console.fleet.runtime.performer.once() == 3
    assert console.fleet.statuses() == {"posted": 2, "skipped": 3}
    assert console.fleet.runtime.performer.once() == 0
    [act] = console.fleet.rows("select finished_at from acts")
    assert act["finished_at"] is not None


def test_the_statements_agree_with_what_pages_say(console: ConsoleUnderTest, held: Browser) -> None:
    """For each document of the ledger, what may be done is what is done."""
    console.fleet.execute(
        "update documents set status = 'ready', reason_code = null where mintsoft_id = 3"
    )
    rows = console.fleet.rows("select id, status, xero_id is not null as in_xero from documents")
    for verb, do in ((Verb.SKIP, documents.skip), (Verb.RETRY, documents.release)):
        for row in rows:
            standing = Standing(row["status"], row["in_xero"])
            with console.fleet.runtime.pool.connection() as conn:
                arguments = (
                    ([row["id"]], "why", "ada") if do is documents.skip else ([row["id"]], "ada")
                )
                done = do(conn, *arguments)
                conn.rollback()
            assert bool(done) is not bool(hindrance(verb, standing)), (verb, row)


def test_a_viewer_is_offered_nothing_and_may_do_nothing(
    console: ConsoleUnderTest, held: Browser
) -> None:
    viewer = console.signed_in("vic", Role.VIEWER)
    page = viewer.get("/documents").text
    assert 'name="verb"' not in page
    form = hidden_fields(page) | {"verb": "retry", "scope": "all"}
    assert viewer.client.post("/documents", data=form).status_code == 403
    assert viewer.client.post("/acts", data=form).status_code == 403
    document = console.fleet.document(3)["id"]
    assert 'name="verb"' not in viewer.get(f"/documents/{document}").text

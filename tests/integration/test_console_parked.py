"""Parked messages on the console: read by whom they concern, mended, published, discarded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.console import ConsoleUnderTest, serving_console
from tests.support.documents import delivery, dispatched, order
from tests.support.fleet import Fleet
from workers.entrance import Entrance
from workers.store.operators import Role
from workers.store.parked import LOOKED_AT

BROKEN = b'"KlientId"'


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        running.runtime.parts["entrance"] = Entrance(
            "memory://", lambda each: fleet.runtime.intake.handle(each)
        )
        yield running


def park(fleet: Fleet, *numbers: int) -> list[int]:
    """Orders whose client nobody can read; their ids."""
    bodies = [dispatched(order(each)).body.replace(b'"ClientId"', BROKEN) for each in numbers]
    fleet.send(*(delivery(each, "order.dispatched.v1") for each in bodies))
    return [each["id"] for each in fleet.rows("select id from parked order by id")]


def test_a_message_is_mended_and_reaches_xero(console: ConsoleUnderTest) -> None:
    """What still can't be read is refused by its field and nothing happens; the original stays."""
    fleet = console.fleet
    fleet.connect()
    [parked] = park(fleet, 5)
    path = f"/parked/{parked}"
    browser = console.signed_in("root", Role.OPERATOR)
    page = browser.get(path).text
    assert "ClientId: Field required" in page
    assert "buyer5@example.com" in page

    body = dispatched(order(5)).body.decode()
    wrong = browser.post(path, do="replay", body=body.replace('"ID":5', '"ID":"five"'))
    assert wrong.status_code == 422
    assert "data.ID" in wrong.text or "ID: " in wrong.text
    assert "five" in wrong.text, "what was typed stays in the form"
    assert browser.post(path, do="replay").status_code == 422, "as it came it can't be read"
    assert fleet.statuses() == {}
    assert fleet.rows("select * from parked_replays") == []

    done = browser.post(path, do="replay", body=body)
    assert "1 message published as you changed it" in done.text
    fleet.drain()
    assert fleet.document(5)["status"] == "posted"
    [kept] = fleet.rows("select body, replayed_by from parked")
    assert BROKEN in kept["body"]
    [replay] = fleet.rows("select who, body, routing_key from parked_replays")
    assert (replay["who"], replay["body"], replay["routing_key"]) == ("root", body.encode(), None)
    assert "What was published" in browser.get(path).text
    [act] = fleet.rows("select details from audit where action = 'parked message replayed'")
    assert act["details"] == {"parked": parked, "changed": "body"}


def test_what_is_left_as_it_was_goes_out_byte_for_byte(console: ConsoleUnderTest) -> None:
    """Given a message that was parked by a fault long mended, with digits that must not change."""
    fleet = console.fleet
    fleet.connect()
    body = dispatched(order(7)).body
    fleet.execute(
        "insert into parked (routing_key, content_type, body, code, reason)"
        " values ('order.dispatched.v1', 'application/cloudevents+json', %s, 'unexpected', 'x')",
        [body],
    )
    browser = console.signed_in("root", Role.OPERATOR)
    [parked] = fleet.rows("select id from parked")
    path = f"/parked/{parked['id']}"
    shown = browser.get(path).text.partition("<textarea")[2].partition(">\n")[2]
    shown = shown.partition("</textarea>")[0].replace("&#34;", '"').replace("\n", "\r\n")
    assert "10.00" in shown
    browser.post(path, do="replay", body=shown)
    [replay] = fleet.rows("select body from parked_replays")
    assert replay["body"] is None
    fleet.drain()
    assert fleet.document(7)["status"] == "posted"


def test_all_with_one_reason_go_after_a_look(console: ConsoleUnderTest) -> None:
    """The preview publishes nothing; what still can't be read stays where it is."""
    fleet = console.fleet
    fleet.connect()
    park(fleet, 1, 2, 3)
    for number in (1, 2):
        fleet.execute(
            "update parked set body = %s where id = (select id from parked where body like %s)",
            [dispatched(order(number)).body, f'%"WEB-{number}"%'.encode()],
        )
    browser = console.signed_in("root", Role.OPERATOR)
    page = browser.get("/parked/replay?code=wrong-data").text
    assert "2 messages can be read now" in page
    assert "1 message still can&#39;t be read" in page or "1 message still can't be read" in page
    assert fleet.statuses() == {}
    done = browser.post("/parked/replay", "/parked/replay?code=wrong-data", code="wrong-data")
    assert "2 messages published again" in done.text
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}
    assert "<strong>1 message</strong> · Wrong data" in browser.get("/parked").text


def test_one_that_is_of_no_use_is_discarded(console: ConsoleUnderTest) -> None:
    """With a reason, once; afterwards nobody is asked about it."""
    [parked] = park(console.fleet, 1)
    browser = console.signed_in("root", Role.OPERATOR)
    path = f"/parked/{parked}"
    assert browser.post(path, do="discard", why=" ").status_code == 422
    assert "1 message discarded" in browser.post(path, do="discard", why="A test").text
    assert "Nothing is parked" in browser.get("/parked").text
    assert "Discarded by root" in browser.get("/parked?settled=yes").text
    again = browser.client.post(
        path, data={"do": "discard", "why": "Twice", "csrf": _csrf(browser.get(path).text)}
    )
    assert "It was replayed or discarded before." in again.text
    assert "A test" in browser.get(path).text


def _csrf(page: str) -> str:
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def test_only_operators_see_what_is_in_a_message(console: ConsoleUnderTest) -> None:
    """Everybody sees why; who looked into it is written down once."""
    fleet = console.fleet
    [parked] = park(fleet, 1)
    for name, role in (("vic", Role.VIEWER), ("bob", Role.BOOKKEEPER)):
        browser = console.signed_in(name, role)
        page = browser.get(f"/parked/{parked}")
        assert "ClientId: Field required" in page.text
        assert "buyer1" not in page.text
        assert browser.post(f"/parked/{parked}", do="discard", why="x").status_code == 403
        assert browser.get("/parked/replay?code=wrong-data").status_code == 403
    operator = console.signed_in("root", Role.OPERATOR)
    for _ in range(3):
        assert "buyer1" in operator.get(f"/parked/{parked}").text
    looks = fleet.rows("select who from audit where action = 'parked message opened'")
    assert [each["who"] for each in looks] == ["root"]


def test_a_broker_that_is_away_loses_nothing(console: ConsoleUnderTest) -> None:
    """Told on a page, and nothing is marked as published."""
    fleet = console.fleet
    [parked] = park(fleet, 1)
    console.runtime.parts["entrance"] = Entrance("amqp://127.0.0.1:9", lambda _: None)
    browser = console.signed_in("root", Role.OPERATOR)
    answer = browser.post(f"/parked/{parked}", do="replay", body=dispatched(order(1)).body.decode())
    assert (answer.status_code, "RabbitMQ does not answer" in answer.text) == (503, True)
    assert fleet.rows("select replayed_at from parked") == [{"replayed_at": None}]


def test_a_text_is_looked_for_among_so_many_and_the_page_says_so(console: ConsoleUnderTest) -> None:
    """Given 20,002 messages and one that fits, older than the others: the next look finds it."""
    console.fleet.execute(
        "insert into parked (routing_key, body, code, reason)"
        " select 'order.dispatched.v1', '{}', 'not-json',"
        " case n when 1 then 'a needle' else 'hay' end from generate_series(1, %s) n",
        [LOOKED_AT + 2],
    )
    browser = console.signed_in("vic", Role.VIEWER)
    page = browser.get("/parked?text=needle").text
    assert "The text was looked for among 20,000 messages." in page
    further = page.partition("20,000 messages. ")[2].partition('href="')[2].partition('"')[0]
    found = browser.get(further.replace("&amp;", "&")).text
    assert "a needle" in found
    assert "looked for among" not in found
    assert "looked for among" not in browser.get("/parked?text=hay").text

"""Counts that are kept agree with counts that are counted, whatever happened to documents."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import pytest
from psycopg import errors

from schemas.connections import Mode
from tests.support.documents import dispatched, event, finalised, invoice, order
from tests.support.fleet import Fleet
from workers.store import browsing, documents, tallies
from workers.store.browsing import Search

COUNTED = """
select connection_id, kind, status, warnings <> '[]' as warned,
       coalesce(reason_code, '') as reason, count(*) as n
from documents group by 1, 2, 3, 4, 5
"""


def kept(fleet: Fleet) -> Counter[tuple[object, ...]]:
    with fleet.runtime.pool.connection() as conn:
        found = tallies.standing(conn)
    return Counter(
        {(t.connection_id, t.kind, t.status, t.warned, t.reason): t.documents for t in found}
    )


def counted(fleet: Fleet) -> Counter[tuple[object, ...]]:
    return Counter({tuple(row.values())[:5]: row["n"] for row in fleet.rows(COUNTED)})


def test_tallies_agree_with_the_ledger_after_everything(fleet: Fleet) -> None:
    """Arrivals, postings, refusals, withdrawals, people's decisions, folds in between."""
    fleet.connect()
    fleet.connect(Mode.FULFILMENT)
    rng = random.Random(6)
    for turn in range(1, 5):
        numbers = range(turn * 10, turn * 10 + 10)
        fleet.send(
            *(dispatched(order(n, Currency={"Code": rng.choice(["GBP", "CAD"])})) for n in numbers)
        )
        fleet.send(finalised(invoice(turn)))
        fleet.send(event("order.cancelled.v1", {"OrderId": rng.choice(numbers), "ClientId": 3}))
        if turn % 2:
            fleet.drain()
        with fleet.runtime.pool.connection() as conn:
            held = documents.held_ids(conn, None, None, None)
            documents.skip(conn, rng.sample(held, len(held) // 2), "no", "ada")
            documents.release(conn, rng.sample(held, len(held) // 2), "ada")
        assert kept(fleet) == counted(fleet)
        fleet.runtime.summer.once()
        assert kept(fleet) == counted(fleet)
    assert fleet.rows("select count(*) as n from tally_changes") == [{"n": 0}]
    fleet.execute(
        "delete from documents where status = 'skipped' and id not in"
        " (select document_id from attempt_members union select document_id from audit"
        "  where document_id is not null)"
    )
    assert kept(fleet) == counted(fleet)


def test_hours_say_what_came_what_left_and_what_waits(fleet: Fleet) -> None:
    """Two of three orders reach Xero in this hour; what is older than a day is one sum."""
    fleet.connect()
    fleet.send(dispatched(order(1)), dispatched(order(2)))
    fleet.drain()
    fleet.send(dispatched(order(3)))
    with fleet.runtime.pool.connection() as conn:
        *before, now = tallies.hours(conn)
    assert (now.came, now.posted, now.grew) == (3, 2, 1)
    assert len(before) == 23
    assert not any(each.came or each.posted for each in before)
    fleet.runtime.summer.once()
    fleet.execute("update tallies set hour = hour - interval '2 days'")
    fleet.runtime.summer.once()
    with fleet.runtime.pool.connection() as conn:
        assert sum(each.came for each in tallies.hours(conn)) == 0
        assert {t.status: t.documents for t in tallies.standing(conn)} == {
            "posted": 2,
            "waiting": 1,
        }


def found(fleet: Fleet, **wanted: object) -> list[int]:
    search = Search(**wanted)  # type: ignore[arg-type]
    with fleet.runtime.pool.connection() as conn:
        rows = browsing.page(conn, browsing.scope_of(conn, search), None)
    return [each.mintsoft_id for each in rows]


TEXTS = [
    ("ord-1", [12, 11, 1]),
    ("ORD-11", [11]),
    ("web-12", [12]),
    ("ms-ord-1 ", [1]),
    ("11", [11]),
    ("week 5", [5]),
    ("rd-1", []),
    ("%", []),
]


def test_a_text_finds_what_begins_with_it(searched: Fleet) -> None:
    """Number, reference, number in Xero and Mintsoft's id; whether or not it has terms already."""
    for until in (0, 10**9):
        searched.execute("update document_terms_until set id = %s", [until])
        for text, numbers in TEXTS:
            assert found(searched, text=text) == numbers, (text, until)


@pytest.fixture
def searched(fleet: Fleet) -> Fleet:
    """Orders 1, 11 and 12, the first one in Xero, and the 3PL invoice 5."""
    fleet.connect()
    fleet.connect(Mode.FULFILMENT)
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.send(dispatched(order(11)), dispatched(order(12)), finalised(invoice(5)))
    fleet.execute("update documents set created_at = now() - interval '2 minutes'")
    fleet.runtime.summer.once()
    return fleet


def test_days_are_found_by_halving(fleet: Fleet) -> None:
    """Each day's documents and no others, also where no document came."""
    fleet.connect()
    fleet.send(*(dispatched(order(number)) for number in range(1, 8)))
    fleet.execute(
        "update documents set created_at = timestamptz '2026-03-01 00:00Z'"
        " + (mintsoft_id - 1) / 2 * interval '36 hours'"
    )
    march = [date(2026, 3, day) for day in range(1, 8)]
    days = [found(fleet, since=day, until=day) for day in march]
    whole = fleet.rows(
        "select mintsoft_id, created_at::date as day from documents order by id desc"
    )
    for day, ids in zip(march, days, strict=True):
        assert ids == [row["mintsoft_id"] for row in whole if row["day"] == day]
    assert found(fleet, since=date(2026, 3, 2)) == [7, 6, 5, 4, 3]
    assert found(fleet, until=date.max) == [7, 6, 5, 4, 3, 2, 1]


def test_an_act_can_not_be_half_settled(fleet: Fleet) -> None:
    """What is done has a time by which it is known to be untouched since."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.execute("insert into acts (verb, who) values ('skip', 'ada')")
    with pytest.raises(errors.CheckViolation):
        fleet.execute(
            "insert into act_members (act_id, document_id, outcome)"
            " select a.id, d.id, 'done' from acts a, documents d"
        )

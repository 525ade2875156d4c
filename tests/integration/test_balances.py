"""What is kept of the reconciliation agrees with what is made from scratch, whatever happened."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.connections import Mode
from tests.support.documents import dispatched, event, finalised, invoice, item, order
from tests.support.fleet import Fleet
from tests.support.imports import Office
from workers.store import balances, documents
from workers.store.balances import FINDINGS, Period

EVER = (date(2000, 1, 1), date(2100, 1, 1))
SCRATCH = "select * from balance_lines(%s, %s, %s)"
"""The comparison as it was made before anything was kept: migration 0014's, which nothing uses."""


def lines(fleet: Fleet, connection: UUID) -> set[tuple[object, ...]]:
    period = Period(connection, *EVER, page=10_000)
    names = [name for name in balances.Line.__slots__ if name != "reason_code"]
    with fleet.runtime.pool.connection() as conn:
        found = balances.lines(conn, period)
        compared = balances.compare(conn, period)
    assert compared.lines == found
    return {tuple(getattr(each, name) for name in names) for each in found}


def from_scratch(fleet: Fleet, connection: UUID) -> list[dict[str, Any]]:
    return fleet.rows(SCRATCH, [connection, *EVER])


def sums(fleet: Fleet, connection: UUID) -> dict[object, object]:
    with fleet.runtime.pool.connection() as conn:
        found = balances.compare(conn, Period(connection, *EVER))
    of_sums: dict[object, object] = {
        each.currency: (
            each.mintsoft_documents,
            each.mintsoft_total,
            each.xero_documents,
            each.xero_total,
        )
        for each in found.sums
    }
    return {**of_sums, **{name: number for name, number in found.counts.items() if number}}


def added_up(rows: list[dict[str, Any]]) -> dict[object, object]:
    of_sums: dict[str, list[Any]] = defaultdict(lambda: [0, Decimal(0), 0, Decimal(0)])
    counts: dict[object, int] = defaultdict(int)
    for row in rows:
        counts[row["finding"]] += 1
        if row["mintsoft_total"] is not None:
            of_sums[row["mintsoft_currency"]][0] += 1
            of_sums[row["mintsoft_currency"]][1] += row["mintsoft_total"]
        if row["xero_id"] and row["xero_status"] not in balances.OUT_OF_THE_BOOKS:
            of_sums[row["xero_currency"]][2] += 1
            of_sums[row["xero_currency"]][3] += row["xero_total"]
    return {**{currency: tuple(each) for currency, each in of_sums.items()}, **counts}


def kept_is_exact(fleet: Fleet) -> None:
    """Sums and lines of each connection, and the kept sums beside the kept rows."""
    for row in fleet.rows("select id from connections"):
        scratch = from_scratch(fleet, row["id"])
        assert lines(fleet, row["id"]) == {tuple(each.values()) for each in scratch}
        assert sums(fleet, row["id"]) == added_up(scratch)


def fold(fleet: Fleet, most: int) -> None:
    with fleet.runtime.pool.connection() as conn:
        balances.fold(conn, most)


class History:
    """Things that happen in a ledger, in any order."""

    def __init__(self, fleet: Fleet, connection: UUID, rng: random.Random) -> None:
        self.fleet, self.rng, self.last = fleet, rng, 0
        self.at = Office(fleet, connection)

    def arrive(self) -> None:
        """Orders in three currencies, one of them unknown to Xero, and a 3PL invoice."""
        numbers = range(self.last + 1, self.last + 5)
        self.last += 4
        currencies = [{"Code": "GBP"}, {"Code": "EUR"}, {"Code": "CAD"}]
        days = ["2026-11-02T09:00:00", "2026-11-03T09:00:00"]
        self.fleet.send(
            *(
                dispatched(order(number, Currency=self.rng.choice(currencies),
                                 DespatchDate=self.rng.choice(days)))
                for number in numbers
            ),
            finalised(invoice(self.last)),
        )  # fmt: skip

    def drain(self) -> None:
        """What waits goes to Xero."""
        self.fleet.drain()

    def read(self) -> None:
        """Xero's figures are read."""
        self.fleet.compare()

    def edit(self) -> None:
        """Somebody voids an invoice in Xero, or its figures change."""
        self.fleet.execute(
            "update xero_totals set total = total + %s, status = %s where xero_id in"
            " (select xero_id from xero_totals order by random() limit 2)",
            [self.rng.choice([0, 1]), self.rng.choice(["PAID", "VOIDED", "ABSENT", "AUTHORISED"])],
        )

    def change(self) -> None:
        """An order is changed or cancelled in Mintsoft."""
        number = self.rng.randint(1, max(self.last, 1))
        at = datetime(2026, 11, 9, tzinfo=UTC)
        gone = {"OrderId": number, "ClientId": 3, "Reason": "Returned"}
        self.fleet.send(
            dispatched(order(number, item("TEA-01", "11.00"), LastUpdated="2026-11-08T10:00:00"))
            if self.rng.random() < 0.5
            else event("order.cancelled.v1", gone, time=at)
        )

    def decide(self) -> None:
        """A person skips some and has others tried again."""
        with self.fleet.runtime.pool.connection() as conn:
            held = documents.held_ids(conn, None, None, None)
            documents.skip(conn, self.rng.sample(held, len(held) // 2), "no", "ada")
            documents.release(conn, self.rng.sample(held, len(held) // 2), "ada")

    def swap(self) -> None:
        """A document turns out to be another invoice, and the first one is nobody's."""
        self.fleet.execute(
            "update documents set xero_id = %s where id ="
            " (select id from documents where xero_id is not null order by random() limit 1)",
            [uuid4()],
        )

    def lose(self) -> None:
        """Xero's figures of an invoice are gone, and so is a document's currency."""
        self.fleet.execute(
            "delete from xero_totals where xero_id ="
            " (select xero_id from xero_totals order by random() limit 1)"
        )
        self.fleet.execute(
            "update documents set currency = null where id ="
            " (select id from documents where total is not null order by random() limit 1)"
        )

    def rebase(self) -> None:
        """The organisation's own currency is another one."""
        self.fleet.execute(
            "update charts set organisation = jsonb_set(organisation, '{BaseCurrency}', %s)",
            [f'"{self.rng.choice(["GBP", "EUR"])}"'],
        )

    def fold(self) -> None:
        """Some of what has changed is looked at."""
        fold(self.fleet, self.rng.choice([1, 5, 1000]))


DEEDS = ("arrive", "drain", "read", "edit", "change", "decide", "swap", "lose", "rebase", "fold")


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_kept_is_exact_after_anything(fleet: Fleet, seed: int) -> None:
    """Random histories of two connections, compared with the ledger after each step."""
    rng = random.Random(seed)
    history = History(fleet, fleet.connect(), rng)
    fleet.connect(Mode.FULFILMENT)
    for deed in ["arrive", "drain", "read", "fold", *rng.choices(DEEDS, k=22)]:
        getattr(history, deed)()
        kept_is_exact(fleet)
    while fleet.rows("select 1 from balance_changes"):
        fold(fleet, 50)
    kept_is_exact(fleet)
    assert {row["finding"] for row in fleet.rows("select finding from balance_rows")} <= {*FINDINGS}

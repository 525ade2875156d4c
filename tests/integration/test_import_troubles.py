"""What goes wrong on the way into Mintsoft: nothing is lost, nothing is made twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from schemas.imports import ImportKind, ImportStatus
from tests.support import mintsoft
from tests.support.fleet import Fleet
from tests.support.gateways import Killed
from tests.support.imports import Office, line, office
from workers.reconnecting import reconnect
from workers.store import imports, vault
from workers.store.imports import Settlement

LATER = timedelta(minutes=40)


class DiesAfter:
    """A gateway to Mintsoft at whose calls the worker dies, once each has been carried out."""

    def __init__(self, gateway: Any, name: str) -> None:
        self._gateway = gateway
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._gateway, name)
        if name != self._name:
            return found

        def dies(*args: Any) -> None:
            found(*args)
            raise Killed

        return dies


def later(fleet: Fleet) -> None:
    fleet.age(LATER)
    fleet.drain()


def failing(simulator: Any, **fault: Any) -> None:
    simulator.admin.post("/_sim/faults", json=fault).raise_for_status()


def imported_once(at: Office, kind: str) -> bool:
    """One document in Mintsoft, one row that knows it, one event that says so."""
    made = at.orders() if kind == "sell" else at.asns()
    told = "order.imported.v1" if kind == "sell" else "asn.imported.v1"
    events = at.fleet.rows("select id from outbox where type = %s", [told])
    return (len(made), at.statuses(), len(events)) == (1, {"imported": 1}, 1)


@pytest.mark.parametrize("kind", ["sell", "buy"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "cut", "method": "PUT"},
        {"kind": "malformed", "method": "PUT"},
        {"kind": "status", "status": 500, "method": "PUT", "after_write": True},
        {"kind": "status", "status": 500, "method": "PUT"},
    ],
    ids=["cut", "malformed", "500 afterwards", "500 instead"],
)
def test_a_write_whose_answer_is_lost_is_looked_up_first(
    fleet: Fleet, kind: str, fault: dict[str, Any]
) -> None:
    """Whether Mintsoft carried it out or not, it is there once in the end."""
    at = office(fleet)
    document = getattr(at, kind)()
    failing(fleet.mintsoft, **fault)
    fleet.poll()
    row = at.row(document)
    assert (row["status"], row["in_doubt"]) == ("waiting", True)
    assert row["reason_code"] == "mintsoft_unavailable"
    later(fleet)
    later(fleet)
    assert imported_once(at, kind)


@pytest.mark.parametrize(("kind", "call"), [("sell", "create_order"), ("buy", "create_asn")])
def test_a_worker_dies_between_call_and_record(fleet: Fleet, kind: str, call: str) -> None:
    """Whoever takes it up after the lease finds what was made."""
    at = office(fleet)
    getattr(at, kind)()
    fleet.runtime.around_mintsoft = lambda gateway: DiesAfter(gateway, call)
    with pytest.raises(Killed):
        fleet.poll()
    fleet.runtime.around_mintsoft = lambda gateway: gateway
    fleet.drain()
    assert at.statuses() == {"placing": 1}
    later(fleet)
    assert imported_once(at, kind)


@pytest.mark.parametrize(
    ("call", "change", "status"),
    [
        ("update_order", lambda at, sold: at.edit(sold, LineItems=[line("TEA", 4)]), "imported"),
        ("cancel_order", lambda at, sold: at.act(sold, "void"), "withdrawn"),
    ],
)
def test_a_worker_dies_after_a_change(
    fleet: Fleet, call: str, change: Callable[[Office, Any], Any], status: str
) -> None:
    """Changing and cancelling again does no harm."""
    at = office(fleet)
    sold = at.sell("INV-1", line("MUG", 2))
    fleet.poll()
    change(at, sold)
    fleet.runtime.around_mintsoft = lambda gateway: DiesAfter(gateway, call)
    with pytest.raises(Killed):
        fleet.poll()
    fleet.runtime.around_mintsoft = lambda gateway: gateway
    later(fleet)
    assert at.statuses() == {status: 1}
    assert len(at.orders()) == 1


def test_mintsoft_is_away_and_comes_back(fleet: Fleet) -> None:
    """After two documents the others are not tried; all come in once it is back."""
    at = office(fleet)
    for number in range(6):
        at.sell(f"INV-{number}")
    failing(fleet.mintsoft, kind="status", status=503, times=50)
    fleet.poll()
    assert at.statuses() == {"waiting": 6}
    tried = fleet.rows("select count(*) as n from imports where failures > 0")
    assert tried == [{"n": 2}]
    fleet.mintsoft.admin.delete("/_sim/faults")
    fleet.drain()
    fleet.runtime.importer.run(at.connection, ImportKind.SALES_ORDER)
    assert at.statuses() == {"waiting": 6}, "nothing is tried before the pause is over"
    later(fleet)
    assert at.statuses() == {"imported": 6}
    rows = fleet.rows("select outages, placing_after from schedules where kind = 'sales_orders'")
    assert rows == [{"outages": 0, "placing_after": None}]


def test_one_document_that_mintsoft_chokes_on_stops_no_other(fleet: Fleet) -> None:
    """Its neighbours come in at once."""
    at = office(fleet)
    for number in range(4):
        at.sell(f"INV-{number}")
    failing(fleet.mintsoft, kind="status", status=500, method="PUT", path="/api/Order$")
    fleet.poll()
    assert at.statuses() == {"imported": 3, "waiting": 1}


def test_xero_closes_and_opens(fleet: Fleet) -> None:
    """A limit that is used up is no failure; the poll goes on when it opens."""
    at = office(fleet)
    at.sell("INV-1")
    failing(fleet.xero, kind="status", status=429, method="GET", path="/Invoices$")
    fleet.poll()
    (row,) = fleet.rows("select * from schedules where kind = 'sales_orders'")
    assert (row["failures"], at.statuses()) == (0, {})
    assert "limit is used up" in row["last_outcome"]
    fleet.execute("update budgets set blocked_until = null, blocked_by = null")
    later(fleet)
    assert at.statuses() == {"imported": 1}


def test_access_is_lost_and_given_again(fleet: Fleet) -> None:
    """The connection is lost, nothing else happens; afterwards it goes on where it was."""
    at = office(fleet)
    at.sell("INV-1")
    fleet.xero.admin.delete("/_sim/tokens").raise_for_status()
    fleet.poll()
    assert fleet.connection(at.connection).status == "lost"
    assert fleet.tick() == 0
    now = fleet.runtime.clock.now()
    found = vault.TokenSet.from_answer(fleet.grant(str(at.tenant)), now)
    with fleet.runtime.pool.connection() as conn:
        tokens = vault.store_token_set(conn, fleet.runtime.settings.fernet, found, now)
        assert at.tenant is not None
        reconnect(conn, fleet.connection(at.connection), tokens, at.tenant, "ann")
    later(fleet)
    assert len(at.orders()) == 1


def test_a_number_that_somebody_else_has_needs_a_person(fleet: Fleet) -> None:
    """An order of the same number that is not ours is never adopted."""
    at = office(fleet)
    stranger = {"ID": 7, "ClientId": 3, "OrderNumber": "INV-1", "OrderStatusId": 1}
    fleet.mintsoft.admin.post("/_sim/orders", json=stranger).raise_for_status()
    sold = at.sell("INV-1")
    fleet.poll()
    row = at.row(sold)
    assert (row["status"], row["reason_code"]) == ("needs_attention", "mintsoft_exists")
    assert row["mintsoft_id"] is None


def test_who_comes_late_records_nothing(fleet: Fleet) -> None:
    """A worker that was thought dead finds its token old."""
    at = office(fleet, settings={"import_purchase_orders": False})
    at.sell("INV-1")
    fleet.execute("update schedules set placing_after = now() + interval '1 hour'")
    fleet.poll()
    fleet.execute("update schedules set placing_after = null")
    with fleet.runtime.pool.connection() as conn:
        (first,) = imports.claim(conn, at.connection, ImportKind.SALES_ORDER)
    later(fleet)
    assert at.statuses() == {"imported": 1}
    with fleet.runtime.pool.connection() as conn:
        assert imports.settle(conn, first, Settlement(ImportStatus.WAITING)) is None
        assert not imports.hold(conn, first)
        assert not imports.doubt(conn, first, {})


def test_another_connection_of_the_same_client_goes_on(fleet: Fleet) -> None:
    """After disconnecting and adding anew nothing comes a second time, and edits are followed."""
    at = office(fleet)
    sold = at.sell("INV-1", line("MUG", 1))
    fleet.poll()
    fleet.execute("update connections set status = 'disconnected', disconnected_at = now()")
    again = Office(fleet, fleet.connect(tenant_id=str(at.tenant)))
    fleet.drain()
    fleet.poll()
    assert len(at.orders()) == 1
    again.edit(sold, LineItems=[line("MUG", 2)])
    fleet.poll()
    (made,) = at.orders()
    assert made["OrderItems"][0]["Quantity"] == 2
    assert at.row(sold)["connection_id"] == again.connection


def test_what_a_person_decides_stays(fleet: Fleet) -> None:
    """A skipped document is not tried when it changes; a retry tries it; a void still counts."""
    at = office(fleet)
    sold = at.sell("INV-1", line("RARE"))
    fleet.poll()
    row = at.row(sold)
    with fleet.runtime.pool.connection() as conn:
        assert imports.skip(conn, [row["id"]], "entered by hand", "ann") == [row["id"]]
    at.edit(sold, LineItems=[line("MUG")])
    fleet.poll()
    assert (at.row(sold)["status"], at.orders()) == ("skipped", [])
    with fleet.runtime.pool.connection() as conn:
        assert imports.release(conn, [row["id"]], "ann") == [row["id"]]
    fleet.drain()
    assert at.row(sold)["status"] == "imported"
    mintsoft.despatch(fleet.mintsoft, at.orders()[0]["ID"])
    at.edit(sold, LineItems=[line("MUG", 5)])
    fleet.poll()
    with fleet.runtime.pool.connection() as conn:
        assert imports.skip(conn, [row["id"]], "sent four more by hand", "ann")
    at.act(sold, "pay", amount="1.00")
    fleet.poll()
    assert at.row(sold)["status"] == "skipped"


def test_a_defect_stops_one_document_only(fleet: Fleet) -> None:
    """It is tried three times, then a person is told; its neighbour comes in."""
    at = office(fleet)
    bad, good = at.sell("INV-1"), at.sell("INV-2")
    fleet.execute("update schedules set placing_after = now() + interval '1 hour'")
    fleet.poll()
    fleet.execute("update schedules set placing_after = null")
    fleet.execute("update imports set payload = '{}' where xero_id = %s", [bad["InvoiceID"]])
    for _ in range(4):
        later(fleet)
    assert at.row(good)["status"] == "imported"
    assert (at.row(bad)["status"], at.row(bad)["reason_code"]) == ("needs_attention", "unexpected")

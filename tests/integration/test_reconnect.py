"""Access lost and found: who is told, what waits, and what goes on by itself."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from schemas.connections import Mode
from tests.support.command import Command
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from workers import losing
from workers.disconnecting import disconnect
from workers.errors import AuthorisationLost, ConsentLost
from workers.reconnecting import NotReconnected, OtherOrganisation, reconnect
from workers.store import vault
from workers.store.vault import TokenSet

HOUR = timedelta(hours=1)


def again(fleet: Fleet, connection: UUID, tenant: str, *, other: bool = False) -> None:
    """Reconnect with a fresh consent for *tenant*, as the console would."""
    now = fleet.runtime.clock.now()
    tokens = TokenSet.from_answer(fleet.grant(tenant), now)
    row = fleet.connection(connection)
    with fleet.runtime.pool.connection() as conn:
        kept = vault.store_token_set(conn, fleet.runtime.settings.fernet, tokens, now)
        reconnect(conn, row, kept, UUID(tenant), "sam", other)


def tenant_of(fleet: Fleet, connection: UUID) -> str:
    return str(fleet.connection(connection).tenant_id)


def told(fleet: Fleet, event: str) -> int:
    return [message.routing_key for message in fleet.published].count(event)


def two_on_one_consent(fleet: Fleet) -> tuple[UUID, UUID]:
    """Two clients' connections to two organisations, made by one consent."""
    tenants = [fleet.organisation()["tenant_id"] for _ in range(2)]
    answer = fleet.grant(*tenants)
    first, second = (
        fleet.connect(tenant_id=tenant, client_id=client, tokens_answer=answer)
        for client, tenant in enumerate(tenants, start=3)
    )
    assert len(fleet.rows("select * from token_sets")) == 1
    return first, second


def test_the_end_of_the_consent_loses_all_that_live_by_it(fleet: Fleet) -> None:
    """One worker meets invalid_grant; both connections say so, once each, in plain words."""
    first, second = two_on_one_consent(fleet)
    fleet.xero.admin.delete("/_sim/tokens")
    fleet.send(*(dispatched(order(number)) for number in range(1, 80)))
    fleet.drain()
    for connection in (first, second):
        row = fleet.connection(connection)
        assert row.status == "lost"
        assert "withdrew it or it lay unused" in (row.lost_reason or "")
    assert told(fleet, "connection.lost.v1") == 2
    assert fleet.statuses() == {"waiting": 79}
    assert not fleet.rows("select * from documents where failures > 0")


def test_a_refused_organisation_loses_its_own_connection_alone(fleet: Fleet) -> None:
    """The app was removed in one organisation; the other one's documents go on."""
    first, second = two_on_one_consent(fleet)
    gateway = fleet.runtime.gateway_for(fleet.connection(first))
    gateway.delete_connection(fleet.connection(first).tenant_id)
    fleet.send(dispatched(order(1, ClientId=3)), dispatched(order(2, ClientId=4)))
    fleet.drain()
    assert fleet.connection(first).status == "lost"
    assert "somebody removed the app" in (fleet.connection(first).lost_reason or "")
    assert fleet.connection(second).status == "active"
    assert (fleet.document(1)["status"], fleet.document(2)["status"]) == ("waiting", "posted")


def test_a_renewed_token_that_is_refused_loses_the_connection(fleet: Fleet) -> None:
    """A 401 costs one refresh; a second one is told, and the order waits uncounted."""
    connection = fleet.connect()
    fleet.drain()
    fleet.fault(kind="status", status=401, method="PUT", path="/Invoices$", times=2)
    fleet.send(dispatched(order(1)))
    fleet.drain()
    row = fleet.connection(connection)
    assert (row.status, fleet.calls("POST", "/connect/token")) == ("lost", 1)
    assert "although it was renewed" in (row.lost_reason or "")
    assert (fleet.document(1)["status"], fleet.document(1)["failures"]) == ("waiting", 0)
    assert told(fleet, "connection.lost.v1") == 1


def test_reconnecting_resumes_everything_by_itself(fleet: Fleet) -> None:
    """Documents that waited, even those that had been put off, are posted without a click."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.xero.admin.delete("/_sim/tokens")
    fleet.send(*(dispatched(order(number)) for number in range(2, 60)))
    fleet.drain()
    fleet.execute("update connections set paused_until = now() + interval '1 hour', outages = 3")
    fleet.execute("update documents set due_at = now() + interval '1 hour' where xero_id is null")
    again(fleet, connection, tenant_of(fleet, connection))
    fleet.drain()
    row = fleet.connection(connection)
    assert (row.status, row.lost_reason, row.outages) == ("active", None, 0)
    assert fleet.statuses() == {"posted": 59}
    assert told(fleet, "connection.ready.v1") == 1
    assert len(fleet.rows("select * from token_sets")) == 1
    [entry] = fleet.rows("select * from audit where action = 'connection reconnected'")
    assert (entry["who"], entry["details"]["from"]) == ("sam", "lost")


def test_a_disconnected_one_goes_on_with_what_waited(fleet: Fleet) -> None:
    """Its access was still to be taken back at Xero: that is called off, else it cost the new."""
    connection = fleet.connect(mapping={})
    fleet.send(dispatched(order(1)))
    with fleet.runtime.pool.connection() as conn:
        disconnect(conn, connection, "sam", None)
    again(fleet, connection, tenant_of(fleet, connection))
    fleet.age(HOUR)
    fleet.drain()
    assert fleet.connection(connection).status == "active"
    assert fleet.document(1)["status"] == "waiting"
    assert fleet.calls("DELETE", "/connections/{id}") == 0
    assert len(fleet.rows("select * from token_sets")) == 1


def test_another_organisation_must_be_asked_for(fleet: Fleet) -> None:
    """A mistake at Xero's log-in changes nothing; asked for, the new one gets the documents."""
    connection, other = fleet.connect(), fleet.organisation("au")["tenant_id"]
    fleet.execute("insert into xero_items (connection_id, code) values (%s, 'SKU')", [connection])
    with pytest.raises(OtherOrganisation, match="another organisation explicitly"):
        again(fleet, connection, other)
    assert tenant_of(fleet, connection) != other
    again(fleet, connection, other, other=True)
    fleet.drain()
    assert tenant_of(fleet, connection) == other
    assert not fleet.rows("select * from xero_items")


@pytest.mark.parametrize("doubt", [False, True])
def test_documents_bind_a_connection_to_its_organisation(fleet: Fleet, doubt: bool) -> None:
    """What is in one company's books, or may be, is never entered in another's."""
    connection, other = fleet.connect(), fleet.organisation()["tenant_id"]
    if doubt:
        fleet.fault(kind="cut", method="PUT", path="/Invoices$", times=9)
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert fleet.document(1)["status"] == ("sending" if doubt else "posted")
    with pytest.raises(OtherOrganisation, match="add a new connection"):
        again(fleet, connection, other, other=True)
    assert fleet.connection(connection).status == "active"


@pytest.mark.parametrize(
    ("mode", "settings", "words"),
    [
        (Mode.FULFILMENT, {}, "taken its place"),
        (Mode.ACCOUNTING, {}, "taken its place"),
        (Mode.ACCOUNTING, {"export_channels": [7]}, "some of its channels"),
    ],
)
def test_a_connection_whose_place_is_taken_stays_disconnected(
    fleet: Fleet, mode: Mode, settings: dict[str, object], words: str
) -> None:
    """Two connections for the same documents would send them twice."""
    connection = fleet.connect(mode, settings=settings)
    with fleet.runtime.pool.connection() as conn:
        disconnect(conn, connection, "sam", None)
    fleet.connect(mode, settings=settings)
    with pytest.raises(NotReconnected, match=words):
        again(fleet, connection, tenant_of(fleet, connection))
    assert fleet.connection(connection).status == "disconnected"


@pytest.mark.parametrize("failure", [ConsentLost("old"), AuthorisationLost("old")])
def test_a_late_worker_does_not_undo_a_reconnection(
    fleet: Fleet, failure: AuthorisationLost
) -> None:
    """It failed with the old tokens; the connection has new ones."""
    connection = fleet.connect()
    before = fleet.connection(connection)
    again(fleet, connection, tenant_of(fleet, connection))
    with fleet.runtime.pool.connection() as conn:
        losing.lose(conn, before, failure)
    assert fleet.connection(connection).status == "active"


def test_reconnecting_from_the_command_line(fleet: Fleet, mx: Command, tmp_path: Path) -> None:
    """Without a browser: a token file is enough, and a wrong organisation is told as such."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.execute("update connections set status = 'lost', lost_reason = 'x'")
    path, other = tmp_path / "tokens.json", fleet.organisation()["tenant_id"]
    path.write_text(json.dumps(fleet.grant(tenant_of(fleet, connection))))
    command = ["connection", "reconnect", connection, "--token-file", path]
    refused = mx(*command, "--tenant-id", other)
    assert (refused.code, "another organisation" in refused.err) == (1, True)
    assert mx.json(*command)["status"] == "active"
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"

"""Access that ends: by a person, or by Xero. Tokens go, everything else stays."""

from __future__ import annotations

from datetime import timedelta

from tests.support.documents import dispatched, event, order
from tests.support.fleet import Fleet

HOUR = timedelta(hours=1)


def revoked(connection: object) -> object:
    data = {"ConnectionId": str(connection), "RevokedBy": "sam", "Reason": "leaving"}
    return event("connection.revoked.v1", data)


def test_disconnecting_erases_tokens_and_keeps_every_row(fleet: Fleet) -> None:
    """Xero forgets us, the tokens are gone, the posted document keeps its link."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.send(revoked(connection))  # type: ignore[arg-type]
    fleet.drain()
    [row] = fleet.rows("select * from connections")
    assert (row["status"], row["token_set_id"]) == ("disconnected", None)
    assert not fleet.rows("select * from token_sets")
    assert fleet.document(1)["xero_number"] == "MS-ORD-1"
    fleet.send(dispatched(order(2)))
    assert len(fleet.rows("select * from documents")) == 1
    assert fleet.calls("DELETE", "/connections/{id}") == 1


def test_disconnecting_while_xero_is_down_is_finished_later(fleet: Fleet) -> None:
    """It stops at once; taking the access back is retried, and only then the tokens go."""
    connection = fleet.connect()
    fleet.fault(kind="status", status=503, method="GET", path="^/connections$", times=1)
    fleet.send(revoked(connection))  # type: ignore[arg-type]
    fleet.drain()
    assert len(fleet.rows("select * from token_sets")) == 1
    fleet.execute("update connections set revoke_due_at = now()")
    fleet.age(HOUR)
    fleet.drain()
    assert not fleet.rows("select * from token_sets")


def test_two_connections_to_one_organisation_end_one_by_one(fleet: Fleet) -> None:
    """Xero knows one access for both: it is taken back with the last of them."""
    tenant = fleet.organisation()["tenant_id"]
    answer = fleet.grant(tenant)
    first, second = (
        fleet.connect(tenant_id=tenant, client_id=client, tokens_answer=answer) for client in (3, 4)
    )
    fleet.send(revoked(first))  # type: ignore[arg-type]
    fleet.send(dispatched(order(1, ClientId=4)))
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"
    assert fleet.calls("DELETE", "/connections/{id}") == 0
    fleet.send(revoked(second))  # type: ignore[arg-type]
    fleet.drain()
    assert fleet.calls("DELETE", "/connections/{id}") == 1
    assert not fleet.rows("select * from token_sets")


def test_a_lost_connection_is_reported_once_and_its_documents_wait(fleet: Fleet) -> None:
    """The user removed the app in Xero: no attempt is counted, one notice goes out."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    fleet.xero.admin.delete("/_sim/tokens")
    fleet.send(*(dispatched(order(number)) for number in range(2, 120)))
    fleet.drain()
    [row] = fleet.rows("select status, lost_reason from connections")
    assert row["status"] == "lost"
    assert row["lost_reason"]
    assert fleet.statuses() == {"posted": 1, "waiting": 118}
    assert not fleet.rows("select * from documents where failures > 0")
    keys = [message.routing_key for message in fleet.published]
    assert keys.count("connection.lost.v1") == 1
    fleet.send(dispatched(order(200)))
    fleet.drain()
    assert fleet.document(200)["status"] == "waiting"


def test_an_expired_access_token_is_renewed_on_the_way(fleet: Fleet) -> None:
    """A 401 gets one new token, and the batch goes out."""
    fleet.connect()
    fleet.xero.admin.post("/_sim/tokens/expire")
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"

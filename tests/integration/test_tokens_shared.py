"""One consent can cover several organisations: one token set, refreshed once, erased at the end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from schemas.connections import ConnectionSettings, Mapping, Mode
from tests.support.documents import ACCOUNT, CLIENT, dispatched, event, order
from tests.support.fleet import ACCOUNTING_MAPPING, Fleet
from workers.store import connections, vault
from workers.store.connections import NewConnection

OTHER_CLIENT = 4


def add(fleet: Fleet, answer: dict[str, Any], tenant: str, client: int) -> UUID:
    """What ``connection add --token-file`` and ``mapping load`` do."""
    now, fernet = fleet.runtime.clock.now(), fleet.runtime.settings.fernet
    with fleet.runtime.pool.connection() as conn:
        tokens = vault.TokenSet.from_answer(answer, now)
        stored = vault.store_token_set(conn, fernet, tokens, now)
        new = NewConnection(
            Mode.ACCOUNTING, ACCOUNT, client, 5, 2, UUID(tenant), ConnectionSettings(), stored
        )
        added = connections.add(conn, new, "test")
        connections.save_mapping(conn, added, Mapping.model_validate(ACCOUNTING_MAPPING), "test")
    return added


@pytest.fixture
def pair(fleet: Fleet) -> tuple[UUID, UUID]:
    """Two organisations connected with one tokens.json: clients 3 and 4."""
    tenants = [fleet.organisation()["tenant_id"] for _ in range(2)]
    answer = fleet.xero.admin.post("/_sim/tokens", json={"tenant_ids": tenants}).json()
    return (
        add(fleet, answer, tenants[0], CLIENT),
        add(fleet, answer, tenants[1], OTHER_CLIENT),
    )


def leave(fleet: Fleet, connection: UUID) -> None:
    data = {"ConnectionId": str(connection), "RevokedBy": "sam", "Reason": "leaving"}
    fleet.send(event("connection.revoked.v1", data))


def token_sets(fleet: Fleet) -> int:
    return len(fleet.rows("select id from token_sets"))


def test_one_consent_is_one_token_set(fleet: Fleet, pair: tuple[UUID, UUID]) -> None:
    """Both connections live by it, also after it was refreshed: nobody takes it from the other."""
    assert token_sets(fleet) == 1
    for number in (1, 3):
        fleet.xero.admin.post("/_sim/tokens/expire")
        fleet.send(dispatched(order(number)))
        fleet.send(dispatched(order(number + 1, ClientId=OTHER_CLIENT)))
        fleet.drain()
    assert fleet.statuses() == {"posted": 4}
    assert token_sets(fleet) == 1


def test_disconnecting_one_leaves_the_other_working(fleet: Fleet, pair: tuple[UUID, UUID]) -> None:
    """Only the organisation that left is taken from the consent."""
    leave(fleet, pair[0])
    fleet.drain()
    fleet.xero.admin.post("/_sim/tokens/expire")
    fleet.send(dispatched(order(1)), dispatched(order(2, ClientId=OTHER_CLIENT)))
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}
    assert fleet.document(2)["status"] == "posted"
    assert token_sets(fleet) == 1
    assert fleet.calls("DELETE", "/connections/{id}") == 1
    assert fleet.calls("POST", "/connect/revocation") == 0


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one after the other"])
def test_disconnecting_both_revokes_and_erases_the_set(
    fleet: Fleet, pair: tuple[UUID, UUID], at_once: bool
) -> None:
    """The last one out ends the consent at Xero, and the tokens are gone."""
    for connection in pair:
        leave(fleet, connection)
        if not at_once:
            fleet.drain()
    fleet.drain()
    assert token_sets(fleet) == 0
    assert fleet.calls("POST", "/connect/revocation") == 1
    left = fleet.rows("select status, token_set_id, revoke_due_at from connections")
    gone = {"status": "disconnected", "token_set_id": None, "revoke_due_at": None}
    assert left == [gone, gone]

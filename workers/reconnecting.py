"""Reconnecting: a connection with new tokens goes on where it stopped, by itself.

The same organisation resumes everything. Another one is taken only when a person asks for it,
and never once a document of the connection is in the first, or may be: it would be entered
twice, in two companies' books.
"""

from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation

from schemas.connections import ConnectionReadyV1
from workers.store import access, connections, outbox, schedules
from workers.store.access import Standing
from workers.store.connections import ConnectionRow
from workers.store.outbox import Notice


class NotReconnected(ValueError):  # noqa: N818  named after what it is
    """The connection stays as it was; the text says why and what to do."""


class OtherOrganisation(NotReconnected):
    """The tokens are for another organisation than the connection's, which nobody asked for."""


def reconnect(
    conn: Connection,
    connection: ConnectionRow,
    token_set_id: UUID,
    tenant_id: UUID,
    who: str,
    allow_other_organisation: bool = False,
) -> None:
    """Put *connection* (lost, disconnected, pending or active) in force with a stored token set.

    Waiting documents and the chart are due at once; the sweep wakes their queues. Publishes
    connection.ready.v1. Raises OtherOrganisation, or NotReconnected when another connection
    has taken its place; roll back then.
    """
    before = access.lock(conn, connection.id)
    other = before.tenant_id is not None and before.tenant_id != tenant_id
    if other:
        _check_other(conn, connection.id, before, allowed=allow_other_organisation)
        access.forget_books(conn, connection.id)
        schedules.forget(conn, connection.id)
    _resume(conn, connection.id, before, token_set_id, tenant_id)
    schedules.follow(conn, connection.id, before.mode, connection.parsed_settings)
    if before.token_set_id is not None and before.token_set_id != token_set_id:
        access.erase_unused(conn, before.token_set_id)
    details = {"from": before.status, "tenant_id": str(tenant_id), "other_organisation": other}
    connections.audit(conn, who, "connection reconnected", connection.id, details=details)
    outbox.add(conn, [_ready(connection.id, before, tenant_id, other=other)])


def _check_other(conn: Connection, connection_id: UUID, before: Standing, *, allowed: bool) -> None:
    name = before.organisation or f"tenant {before.tenant_id}"
    if not allowed:
        raise OtherOrganisation(
            f"this connection belongs to {name}, but the tokens are for another organisation: "
            "choose the same one, or ask for another organisation explicitly"
        )
    if access.may_be_in_xero(conn, connection_id):
        raise OtherOrganisation(
            f"documents of this connection are in {name} already, or may be: reconnect {name}, "
            "or disconnect and add a new connection for the other organisation"
        )


def _resume(
    conn: Connection, connection_id: UUID, before: Standing, token_set_id: UUID, tenant_id: UUID
) -> None:
    if before.export_channels and access.is_overlapped(conn, connection_id, before):
        raise NotReconnected(
            f"another connection of client {before.client_id} takes some of its channels now: "
            "disconnect that one first"
        )
    try:
        access.reconnect(conn, connection_id, token_set_id, tenant_id)
    except UniqueViolation:
        raise NotReconnected(
            f"another connection of account {before.account} has taken its place since: "
            "disconnect that one first"
        ) from None


def _ready(connection_id: UUID, before: Standing, tenant_id: UUID, *, other: bool) -> Notice:
    data = ConnectionReadyV1(
        connection_id=connection_id,
        mode=before.mode,
        tenant_id=tenant_id,
        organisation=None if other else before.organisation,
    )
    return Notice("connection.ready.v1", before.account, str(connection_id), data)

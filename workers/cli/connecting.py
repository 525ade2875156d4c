"""Adding and describing connections, apart from the command line's own shape."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from workers.cli.errors import Problem, invalid, taken
from workers.cli.session import read_file, read_yaml

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet
    from psycopg import Connection

    from schemas.connections import ConnectionSettings, Mode
    from workers.store.connections import ConnectionRow, NewConnection
    from workers.store.vault import TokenSet


@dataclass(frozen=True, slots=True)
class Asked:
    """The connection that somebody asked for."""

    mode: "Mode"
    account: str
    client_id: int | None
    warehouse_id: int | None
    channel_id: int | None
    tenant_id: UUID
    settings: "ConnectionSettings"
    tokens: "TokenSet"


def read_settings(path: Path | None) -> "ConnectionSettings":
    """Return a connection's settings from YAML. Raises Problem naming field, value, remedy."""
    from pydantic import ValidationError

    from schemas.connections import ConnectionSettings

    content = {} if path is None else read_yaml(path, "--settings")
    try:
        return ConnectionSettings.model_validate(content)
    except ValidationError as error:
        raise invalid(f"--settings {path}", error) from None


def read_tokens(path: Path) -> "TokenSet":
    """Return the tokens in a file that holds the answer of Xero's token endpoint."""
    from events.exact_json import loads
    from workers.store.vault import TokenSet

    try:
        answer = loads(read_file(path, "--token-file"))
        if not isinstance(answer, dict):
            raise ValueError("it must be a JSON object; give the answer of Xero's token endpoint")
        return TokenSet.from_answer(answer, datetime.now(UTC))
    except ValueError as error:
        raise Problem(f"--token-file {path}: {error}.") from None


def store(conn: "Connection", asked: Asked, fernet: "MultiFernet", who: str) -> "ConnectionRow":
    """Add the connection and say so by ``connection.ready.v1``.

    Raises Problem when its documents belong to another one already.
    """
    from psycopg.errors import UniqueViolation

    from workers.store import connections, vault

    try:
        token_set = vault.store_token_set(conn, fernet, asked.tokens, datetime.now(UTC))
        added = connections.add(conn, _row(asked, token_set), who)
    except connections.Overlap as overlap:
        raise Problem(f"{overlap}: take it out of one of them.") from None
    except UniqueViolation as error:
        raise taken(error, asked.account, asked.client_id) from None
    _announce(conn, asked, added)
    row = connections.find(conn, added)
    assert row is not None
    return row


def restore(
    conn: "Connection",
    row: "ConnectionRow",
    tokens: "TokenSet",
    fernet: "MultiFernet",
    tenant_id: UUID | None,
    who: str,
    *,
    other: bool,
) -> None:
    """Reconnect with *tokens*. Raises Problem, and then nothing may be kept, when it can't be."""
    from workers.reconnecting import NotReconnected, reconnect
    from workers.store import vault

    tenant = tenant_id or row.tenant_id
    if tenant is None:
        raise Problem("--tenant-id is missing: this connection never had an organisation.")
    token_set = vault.store_token_set(conn, fernet, tokens, datetime.now(UTC))
    try:
        reconnect(conn, row, token_set, tenant, who, other)
    except NotReconnected as refusal:
        raise Problem(f"Not reconnected: {refusal}.") from None


def _row(asked: Asked, token_set_id: UUID) -> "NewConnection":
    from workers.store.connections import NewConnection

    return NewConnection(
        asked.mode,
        asked.account,
        asked.client_id,
        asked.warehouse_id,
        asked.channel_id,
        asked.tenant_id,
        asked.settings,
        token_set_id,
    )


def _announce(conn: "Connection", asked: Asked, connection_id: UUID) -> None:
    from schemas.connections import ConnectionReadyV1
    from workers.store import outbox

    data = ConnectionReadyV1(
        connection_id=connection_id, mode=asked.mode, tenant_id=asked.tenant_id
    )
    outbox.add(
        conn,
        [outbox.Notice("connection.ready.v1", asked.account, str(connection_id), data)],
    )


def described(row: "ConnectionRow") -> dict[str, object]:
    """Return a connection for programs: everything but what only the fleet needs."""
    return {
        "id": row.id,
        "mode": row.mode.value,
        "account": row.account,
        "client_id": row.client_id,
        "warehouse_id": row.warehouse_id,
        "channel_id": row.channel_id,
        "tenant_id": row.tenant_id,
        "organisation": row.organisation,
        "status": row.status,
        "lost_reason": row.lost_reason,
        "settings": row.settings,
        "mapping_revision": row.mapping_revision,
        "drafts": _drafts(row),
        "holds_tokens": row.token_set_id is not None,
        "created_at": row.created_at,
        "disconnected_at": row.disconnected_at,
    }


def _drafts(row: "ConnectionRow") -> str:
    if not row.is_drafting:
        return "no"
    return "complete: others wait for connection go-on" if row.drafts_held else "first"

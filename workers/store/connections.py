"""Connections: added, found, lost, disconnected; their mapping, their chart, their links."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString, cast
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, kwargs_row
from psycopg.types.json import Jsonb

from schemas.connections import ConnectionSettings, Mode
from schemas.connections import Mapping as AccountMapping
from workers.mapping.changes import changes
from workers.mapping.keys import content_of
from workers.mapping.reasons import Cure
from workers.store import schedules
from workers.store.sql import queries

SQL = queries("connections")

CHART_LIFE = timedelta(hours=4)
"""A chart of accounts changes a few times a year; a refusal makes it read again at once."""

CHART_WHOLE_LIFE = timedelta(days=1)
"""An account that was deleted does not show among those that changed: read all of them daily."""

CHART_PAUSE = timedelta(minutes=5)
"""Not more often than this, however many refusals there are: reading it takes five calls."""

CHART_LEASE = timedelta(seconds=30)
"""Reading a chart takes a second or two; whoever dies over it holds the others up for so long."""

CHART_LOOK_AGAIN = timedelta(seconds=1)
"""Documents whose chart somebody else reads wait for so long."""

REVOCATION_PATIENCE = timedelta(hours=24)
"""After this, tokens are erased even if Xero could never be told."""


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One connection, as stored. ``is_drafting``: its first documents go as drafts, and the others
    wait for somebody's word; ``drafts_held``: all drafts are in Xero.
    """

    id: UUID
    mode: Mode
    account: str
    client_id: int | None
    warehouse_id: int | None
    channel_id: int | None
    tenant_id: UUID | None
    organisation: str | None
    status: str
    lost_reason: str | None
    settings: dict[str, Any]
    mapping_revision: int | None
    token_set_id: UUID | None
    is_paused: bool
    outages: int
    revoke_due_at: datetime | None
    revoke_failures: int
    created_at: datetime
    disconnected_at: datetime | None
    is_drafting: bool = False
    drafts_held: bool = False

    @property
    def parsed_settings(self) -> ConnectionSettings:
        """The settings as a model; what is stored has been validated before."""
        return ConnectionSettings.model_validate(self.settings)

    @property
    def settings_in_force(self) -> ConnectionSettings:
        """The settings as documents are sent by now: as drafts while drafts come first."""
        settings = self.parsed_settings
        return settings.model_copy(update={"document_status": "DRAFT"} if self.is_drafting else {})


@dataclass(frozen=True, slots=True)
class NewConnection:
    """What ``connection add`` needs to know."""

    mode: Mode
    account: str
    client_id: int | None
    warehouse_id: int | None
    channel_id: int | None
    tenant_id: UUID
    settings: ConnectionSettings
    token_set_id: UUID
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class StoredChart:
    """Xero's JSON as last read; ``due`` says that it should be read again.

    Accounts that changed after ``accounts_since`` (UTC) are enough; None: read all of them.
    """

    organisation: dict[str, Any]
    accounts: list[dict[str, Any]]
    tax_rates: list[dict[str, Any]]
    tracking: list[dict[str, Any]]
    currencies: list[dict[str, Any]]
    fetched_at: datetime
    due: bool
    accounts_since: datetime | None


@dataclass(frozen=True, slots=True)
class Revocation:
    """Access that is to be taken back at Xero. ``overdue``: give up and erase the tokens."""

    tenant_id: UUID
    token_set_id: UUID
    revoke_failures: int
    disconnected_at: datetime
    overdue: bool


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A mapping is in force. ``released``: documents that needed attention and go on;
    ``waiting``: how many others waited because nothing was mapped.
    """

    revision: int
    released: list[int]
    waiting: int

    @property
    def going(self) -> int:
        """How many documents go on."""
        return len(self.released) + self.waiting


class Overlap(ValueError):  # noqa: N818  named after what it is
    """Another connection already takes these documents."""


def add(conn: Connection, new: NewConnection, who: str) -> UUID:
    """Add a connection and return its id.

    Raises Overlap when an accounting connection of the same client names one of its channels,
    psycopg.errors.UniqueViolation when one already takes all of them, or when the account has
    a fulfilment connection.
    """
    channels = list(new.settings.export_channels) if new.settings.export_channels else None
    values = {
        "mode": new.mode.value,
        "account": new.account,
        "client_id": new.client_id,
        "warehouse_id": new.warehouse_id,
        "channel_id": new.channel_id,
        "export_channels": channels,
        "tenant_id": new.tenant_id,
        "organisation": new.organisation,
        "settings": Jsonb(new.settings.model_dump(mode="json", exclude_unset=True)),
        "token_set_id": new.token_set_id,
    }
    if channels and conn.execute(SQL["overlapping"], values).fetchone():
        raise Overlap(f"export_channels: another connection already takes one of {channels}")
    row = conn.execute(SQL["add"], values).fetchone()
    assert row is not None
    connection_id: UUID = row[0]
    schedules.follow(conn, connection_id, new.mode, new.settings)
    audit(conn, who, "connection added", connection_id, details={"mode": new.mode.value})
    return connection_id


def find(conn: Connection, connection_id: UUID) -> ConnectionRow | None:
    """Return one connection, or None."""
    with conn.cursor(row_factory=kwargs_row(_connection)) as cursor:
        return cursor.execute(SQL["find"], {"connection_id": connection_id}).fetchone()


def _connection(*, mode: str, **row: Any) -> ConnectionRow:
    return ConnectionRow(mode=Mode(mode), **row)


def every(conn: Connection) -> list[ConnectionRow]:
    """Return all connections in the order of their making; lists of people read `directory`."""
    return read_rows(conn, SQL["list"], {})


def read_rows(
    conn: Connection, query: LiteralString, values: Mapping[str, object]
) -> list[ConnectionRow]:
    """Return the connections that a query of whole rows finds."""
    with conn.cursor(row_factory=kwargs_row(_connection)) as cursor:
        return cursor.execute(query, values).fetchall()


def pause_until(conn: Connection, connection_id: UUID, until: datetime) -> None:
    """Let no export of this connection begin before *until* (UTC): Xero's limit is used up."""
    conn.execute(SQL["pause_until"], {"connection_id": connection_id, "until": until})


def pause_for(conn: Connection, connection_id: UUID, delay: timedelta) -> None:
    """Let no export of this connection begin for *delay*: Xero is in trouble once more."""
    conn.execute(SQL["pause_for"], {"connection_id": connection_id, "delay": delay})


def unpause(conn: Connection, connection_id: UUID) -> None:
    """Xero answers again."""
    conn.execute(SQL["unpause"], {"connection_id": connection_id})


def disconnect(conn: Connection, connection_id: UUID, who: str, why: str | None) -> bool:
    """Stop a connection; False when it was disconnected already or never was."""
    row = conn.execute(SQL["disconnect"], {"connection_id": connection_id}).fetchone()
    if row is None:
        return False
    audit(conn, who, "connection disconnected", connection_id, details={"reason": why or ""})
    return True


def revocation_due(conn: Connection, connection_id: UUID) -> Revocation | None:
    """Return the access of a disconnected connection that is to be taken back now."""
    with conn.cursor(row_factory=class_row(Revocation)) as cursor:
        return cursor.execute(
            SQL["revocation_due"],
            {"connection_id": connection_id, "patience": REVOCATION_PATIENCE},
        ).fetchone()


def revoke_later(conn: Connection, connection_id: UUID, delay: timedelta) -> None:
    """Try to take the access back again after *delay*."""
    conn.execute(SQL["revoke_later"], {"connection_id": connection_id, "delay": delay})


def others_reach(conn: Connection, tenant_id: UUID, connection_id: UUID) -> bool:
    """Return whether another connection goes to this organisation."""
    row = conn.execute(
        SQL["tenant_users"], {"tenant_id": tenant_id, "connection_id": connection_id}
    ).fetchone()
    return row is not None and row[0] > 0


def forget_tokens(conn: Connection, connection_id: UUID, token_set_id: UUID) -> None:
    """Erase the tokens of a disconnected connection, unless another one lives by them."""
    values = {"connection_id": connection_id, "token_set_id": token_set_id}
    conn.execute(SQL["forget_tokens"], values)
    conn.execute(SQL["erase_token_set"], values)


def put_in_force(
    conn: Connection, connection_id: UUID, mapping: AccountMapping, who: str
) -> SavedMapping:
    """Put *mapping* in force, and let go on what waited for it.

    The audit trail gets every value that changes, with what it was before.
    """
    values = {"connection_id": connection_id}
    conn.execute(SQL["lock_mapping"], values)
    before = conn.execute(SQL["mapping"], values).fetchone()
    waiting = conn.execute(SQL["unmapped_waiting"], values).fetchone()
    content = content_of(mapping)
    row = conn.execute(
        SQL["save_mapping"], {**values, "content": Jsonb(content), "saved_by": who}
    ).fetchone()
    assert row is not None
    conn.execute(SQL["use_mapping"], {**values, "revision": row[0]})
    released = requeue_cured(conn, connection_id, [Cure.MAPPING, Cure.XERO])
    saved = SavedMapping(row[0], released, waiting[0] if waiting else 0)
    changed = [each.described() for each in changes(before[0] if before else None, content)]
    details = {"revision": saved.revision, "changes": changed, "going_on": saved.going}
    audit(conn, who, "mapping saved", connection_id, details=details)
    return saved


def save_mapping(
    conn: Connection, connection_id: UUID, mapping: AccountMapping, who: str
) -> list[int]:
    """Put *mapping* in force; return the ids of documents that needed attention and go on now."""
    return put_in_force(conn, connection_id, mapping, who).released


def mapping(conn: Connection, connection_id: UUID) -> AccountMapping | None:
    """Return the mapping in force, or None when the connection is not mapped yet."""
    row = conn.execute(SQL["mapping"], {"connection_id": connection_id}).fetchone()
    return AccountMapping.model_validate(row[0]) if row else None


def requeue_cured(conn: Connection, connection_id: UUID, cures: Collection[Cure]) -> list[int]:
    """Let documents and imports go on whose cause was removed; return the documents' ids."""
    values = {"connection_id": connection_id, "cures": [cure.value for cure in cures]}
    conn.execute(SQL["requeue_cured_imports"], values)
    return [row[0] for row in conn.execute(SQL["requeue_cured"], values)]


def chart(conn: Connection, connection_id: UUID) -> StoredChart | None:
    """Return the chart of accounts as last read, or None."""
    with conn.cursor(row_factory=class_row(StoredChart)) as cursor:
        return cursor.execute(SQL["chart"], {"connection_id": connection_id}).fetchone()


def claim_chart_reading(
    conn: Connection, connection_id: UUID, *, anyway: bool = False
) -> datetime | None:
    """Let the caller read the chart alone, and return None; else when to look again (UTC).

    *anyway*: also while somebody else reads it.
    """
    values = {"connection_id": connection_id, "lease": CHART_LEASE, "anyway": anyway}
    if conn.execute(SQL["claim_chart_reading"], values).rowcount:
        return None
    row = conn.execute(SQL["chart_reading_ends"], {"look_again": CHART_LOOK_AGAIN}).fetchone()
    assert row is not None, "a select without a table gives one row"
    return cast(datetime, row[0])


def end_chart_reading(conn: Connection, connection_id: UUID) -> None:
    """Let others read the chart."""
    conn.execute(SQL["end_chart_reading"], {"connection_id": connection_id})


def save_chart(
    conn: Connection,
    connection_id: UUID,
    organisation: Mapping[str, Any],
    accounts: Sequence[Mapping[str, Any]],
    tax_rates: Sequence[Mapping[str, Any]],
    tracking: Sequence[Mapping[str, Any]],
    currencies: Sequence[Mapping[str, Any]],
    *,
    accounts_since: datetime | None = None,
    whole: bool = True,
) -> bool:
    """Keep what Xero says of the organisation's books; return whether it says something new.

    *accounts_since* is the newest change among *accounts*, *whole* that all of them were read.
    """
    row = conn.execute(
        SQL["save_chart"],
        {
            "connection_id": connection_id,
            "organisation": Jsonb(organisation),
            "accounts": Jsonb(accounts),
            "tax_rates": Jsonb(tax_rates),
            "tracking": Jsonb(tracking),
            "currencies": Jsonb(currencies),
            "accounts_since": accounts_since,
            "whole": whole,
            "life": CHART_LIFE,
            "whole_life": CHART_WHOLE_LIFE,
        },
    ).fetchone()
    conn.execute(
        SQL["name_organisation"],
        {"connection_id": connection_id, "organisation": organisation.get("Name")},
    )
    return row is not None and bool(row[0])


def chart_is_stale(conn: Connection, connection_id: UUID) -> None:
    """Have the chart read again soon: before the next batch, at most every five minutes."""
    values = {"connection_id": connection_id, "pause": CHART_PAUSE}
    conn.execute(SQL["chart_is_stale"], values)


def contacts(conn: Connection, connection_id: UUID) -> dict[str, UUID]:
    """Return the Xero contacts linked so far, by key: one for each client or channel."""
    return dict(conn.execute(SQL["contacts"], {"connection_id": connection_id}).fetchall())


def link_contacts(conn: Connection, connection_id: UUID, links: Mapping[str, UUID]) -> None:
    """Remember which contact Xero used for each key."""
    if links:
        values = {"keys": list(links), "contacts": list(links.values())}
        conn.execute(SQL["link_contacts"], {"connection_id": connection_id, **values})


def unlink_contact(conn: Connection, connection_id: UUID, key: str) -> None:
    """Forget a link that is of no use any more."""
    conn.execute(SQL["unlink_contact"], {"connection_id": connection_id, "key": key})


def known_items(conn: Connection, connection_id: UUID, codes: Collection[str]) -> set[str]:
    """Return which of *codes* the organisation has."""
    values = {"connection_id": connection_id, "codes": sorted(codes)}
    return {row[0] for row in conn.execute(SQL["known_items"], values)}


def link_items(conn: Connection, connection_id: UUID, codes: Collection[str]) -> None:
    """Remember that the organisation has items with these codes."""
    conn.execute(SQL["link_items"], {"connection_id": connection_id, "codes": sorted(codes)})


def forget_items(conn: Connection, connection_id: UUID, codes: Collection[str]) -> None:
    """Forget that the organisation has these items; each is created again when it is needed."""
    conn.execute(SQL["forget_items"], {"connection_id": connection_id, "codes": sorted(codes)})


def short_code(conn: Connection, connection_id: UUID) -> str:
    """Return what Xero's links call the organisation; empty before its chart was read."""
    row = conn.execute(SQL["short_code"], {"connection_id": connection_id}).fetchone()
    return row[0] if row and row[0] else ""


def audit(
    conn: Connection,
    who: str,
    action: str,
    connection_id: UUID | None = None,
    document_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down who did what."""
    conn.execute(
        SQL["audit"],
        {
            "who": who,
            "action": action,
            "connection_id": connection_id,
            "document_id": document_id,
            "details": Jsonb(dict(details or {})),
        },
    )

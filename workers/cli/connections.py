"""``mintsoft-xero connection``: which Mintsoft documents go to which Xero organisation."""

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from workers.cli import mintsoft, output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, ConnectionId, Who

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.store.connections import ConnectionRow

app = typer.Typer(help="Connections to Xero organisations.", no_args_is_help=True)

app.command("mintsoft-key")(mintsoft.mintsoft_key)
app.command("mintsoft-poll")(mintsoft.mintsoft_poll)
app.command("webhook-url")(mintsoft.webhook_url)

HEADS = ("Id", "Mode", "Account", "Client", "Organisation", "Status", "Mapping#")

ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What an account may be called: it stands in the source of events."""


class ModeName(StrEnum):
    """The modes of a connection, as an option's choices."""

    ACCOUNTING = "accounting"
    FULFILMENT = "fulfilment"


@app.command()
def add(
    *,
    mode: Annotated[ModeName, typer.Option(help="Orders of one client, or 3PL invoices.")],
    account: Annotated[str, typer.Option(help="Mintsoft account, as in the events' source.")],
    tenant_id: Annotated[UUID, typer.Option(help="The organisation's tenant id at Xero.")],
    token_file: Annotated[Path, typer.Option(help="Answer of Xero's token endpoint (JSON).")],
    client_id: Annotated[int | None, typer.Option(min=1, help="Mintsoft client.")] = None,
    warehouse_id: Annotated[int | None, typer.Option(min=1, help="Mintsoft warehouse.")] = None,
    channel_id: Annotated[int | None, typer.Option(min=1, help="Mintsoft channel.")] = None,
    settings: Annotated[Path | None, typer.Option(help="The connection's settings.yaml.")] = None,
    json: AsJson = False,
    who: Who,
) -> None:
    """Add a connection with tokens from a file, without a browser.

    Connections added with the same token file share one token set, which is refreshed for all
    of them; delete the file afterwards, because its refresh token can be used once.
    """
    from schemas.connections import Mode
    from workers.cli import connecting
    from workers.cli.session import database, load_settings

    _check(mode, account, client_id)
    asked = connecting.Asked(
        Mode(mode.value),
        account,
        client_id,
        warehouse_id,
        channel_id,
        tenant_id,
        connecting.read_settings(settings),
        connecting.read_tokens(token_file),
    )
    fernet = load_settings().fernet
    with database() as conn:
        row = connecting.store(conn, asked, fernet, who)
    _show(row, json)
    if not json:
        output.note(f"Next: mintsoft-xero mapping load {row.id} mapping.yaml")


@app.command("list")
def list_(json: AsJson = False) -> None:
    """Show all connections."""
    from workers.cli.connecting import described
    from workers.cli.session import database
    from workers.store.connections import every

    with database() as conn:
        found = every(conn)
    if json:
        output.as_json([described(row) for row in found])
    else:
        output.table("Connections", HEADS, map(_cells, found))


@app.command()
def show(connection: ConnectionId, json: AsJson = False) -> None:
    """Show one connection with its settings."""
    from workers.cli.session import connection_of, database
    from workers.store import mintsoft_keys

    with database() as conn:
        row = connection_of(conn, connection)
        uses = mintsoft_keys.described(conn, connection)
    _show(row, json, {"mintsoft_key": uses})


@app.command()
def disconnect(
    *,
    connection: ConnectionId,
    reason: Annotated[str, typer.Option(help="Why, for the audit trail.")] = "",
    json: AsJson = False,
    who: Who,
) -> None:
    """Stop a connection for good; its documents and mapping stay.

    Exports stop at once. The fleet then takes access back at Xero and erases the tokens.
    """
    from workers.cli.session import connection_of, database
    from workers.disconnecting import disconnect as end_connection

    with database() as conn:
        row = connection_of(conn, connection)
        if not end_connection(conn, connection, who, reason):
            raise Problem(f"Connection {connection} was disconnected at {row.disconnected_at}.")
        row = connection_of(conn, connection)
    _show(row, json)
    if not json:
        output.note("Access at Xero is taken back, and the tokens erased, by the running fleet.")


@app.command()
def reconnect(
    *,
    connection: ConnectionId,
    token_file: Annotated[Path, typer.Option(help="Answer of Xero's token endpoint (JSON).")],
    tenant_id: Annotated[
        UUID | None, typer.Option(help="The organisation's tenant id; default: as before.")
    ] = None,
    other_organisation: Annotated[
        bool, typer.Option("--other-organisation", help="It is meant to be another organisation.")
    ] = False,
    json: AsJson = False,
    who: Who,
) -> None:
    """Give a lost or disconnected connection new tokens; everything that waited goes on.

    Another organisation is taken only with --other-organisation, and never once documents of
    the connection are in the first.
    """
    from workers.cli import connecting
    from workers.cli.session import connection_of, database, load_settings

    tokens = connecting.read_tokens(token_file)
    fernet = load_settings().fernet
    with database() as conn:
        row = connection_of(conn, connection)
        connecting.restore(conn, row, tokens, fernet, tenant_id, who, other=other_organisation)
        row = connection_of(conn, connection)
    _show(row, json)
    if not json:
        output.note("Documents that waited are sent by the running fleet.")


@app.command("draft-first")
def draft_first(
    *,
    connection: ConnectionId,
    count: Annotated[int, typer.Argument(min=0, max=1000, help="Documents; 0: none.")],
    json: AsJson = False,
    who: Who,
) -> None:
    """Send the next documents of a connection as drafts and hold the others until go-on."""
    from workers.cli.session import connection_of, database
    from workers.store import drafts

    with database() as conn:
        connection_of(conn, connection)
        drafts.begin(conn, connection, count, who)
        row = connection_of(conn, connection)
    _show(row, json)


@app.command("go-on")
def go_on(*, connection: ConnectionId, json: AsJson = False, who: Who) -> None:
    """Say that the drafts are as they should be: documents go as the settings say from now on."""
    from workers.cli.session import connection_of, database
    from workers.store import drafts

    with database() as conn:
        connection_of(conn, connection)
        waited = drafts.confirm(conn, connection, who)
        if waited is None:
            raise Problem(f"Connection {connection} sends no drafts first: nothing waits for you.")
    if json:
        output.as_json({"connection": connection, "going": waited})
    else:
        output.note(f"{waited} documents go on; the drafts themselves are approved in Xero.")


@app.command("connect-url")
def connect_url(connection: ConnectionId, json: AsJson = False) -> None:
    """Print the address at which a browser connects this connection to Xero.

    Whoever opens it signs in to the console first.
    """
    from workers.cli.session import connection_of, database, load_settings

    with database() as conn:
        row = connection_of(conn, connection)
    if row.status == "active":
        raise Problem(f"Connection {connection} is connected already: disconnect it first.")
    url = f"{load_settings().public_url}/xero/connect?connection={row.id}"
    if json:
        output.as_json({"url": url})
    else:
        typer.echo(url)


def _check(mode: ModeName, account: str, client_id: int | None) -> None:
    """Refuse as wrong usage what no connection can be."""
    if not ACCOUNT.fullmatch(account):
        raise typer.BadParameter(
            f"{account!r}: an account has letters, digits, '.', '_' and '-'", param_hint="--account"
        )
    if mode is ModeName.ACCOUNTING and client_id is None:
        raise typer.BadParameter("needed with --mode accounting", param_hint="--client-id")
    if mode is ModeName.FULFILMENT and client_id is not None:
        raise typer.BadParameter(
            "a fulfilment connection serves all clients: leave it out", param_hint="--client-id"
        )


def _cells(row: "ConnectionRow") -> tuple[object, ...]:
    return (
        row.id,
        row.mode.value,
        row.account,
        row.client_id,
        row.organisation,
        row.status,
        row.mapping_revision or "none",
    )


def _show(row: "ConnectionRow", json: bool, more: "Mapping[str, object] | None" = None) -> None:
    from workers.cli.connecting import described

    known = described(row) | dict(more or {})
    if json:
        output.as_json(known)
        return
    settings = known.pop("settings")
    assert isinstance(settings, dict)
    pairs = [*known.items(), *((f"settings.{name}", value) for name, value in settings.items())]
    output.facts(f"Connection {row.id}", pairs)

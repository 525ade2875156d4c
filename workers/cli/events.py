"""``mintsoft-xero event``: events published by hand, and those that could not be read."""

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, Who

if TYPE_CHECKING:
    from events.envelope import Message
    from workers.store.parked import Parked

app = typer.Typer(help="Events from Mintsoft (MX_AMQP_URL).", no_args_is_help=True)

HEADS = ("Id", "Parked (UTC)", "Routing key", "Code", "Reason", "Replayed (UTC)")

BROKERS_OWN = ("x-death", "x-delivery-count", "x-first-death", "x-last-death")
"""Beginnings of headers that RabbitMQ adds itself and counts anew."""


@app.command()
def publish(
    file: Annotated[Path, typer.Argument(help="A JSON document, or one a line; - for input.")],
    type_: Annotated[str | None, typer.Option("--type", help="For bare data: its event.")] = None,
    account: Annotated[str | None, typer.Option(help="For bare data: Mintsoft account.")] = None,
    force: Annotated[bool, typer.Option(help="Publish even what can't be read.")] = False,
    json: AsJson = False,
) -> None:
    """Publish CloudEvents, or bare data with --type and --account, to mintsoft.events.

    Returns when RabbitMQ has confirmed every one of them.
    """
    from workers.cli import publishing
    from workers.cli.session import read_file

    found = publishing.pieces(read_file(file, "event"))
    messages = [publishing.message_of(each, type_, account, force=force) for each in found]
    publishing.publish(messages)
    if json:
        output.as_json({"published": len(messages)})
    else:
        output.note(f"{len(messages)} published and confirmed.")


@app.command()
def parked(
    all_: Annotated[bool, typer.Option("--all", help="Those replayed already, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    json: AsJson = False,
) -> None:
    """Show messages that could not be read, with the reason, the newest first."""
    from workers.cli.session import database
    from workers.store.parked import listed

    with database() as conn:
        found = listed(conn, page=limit, replayed_too=all_)
    if json:
        output.as_json([_described(each) for each in found])
    else:
        output.table("Parked messages", HEADS, map(_cells, found))


@app.command()
def replay(
    *,
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID...", help="From parked.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All not replayed yet.")] = False,
    body: Annotated[Path | None, typer.Option(help="An edited body, for one message.")] = None,
    json: AsJson = False,
    who: Who,
) -> None:
    """Publish parked messages again, with their own routing key, headers and body."""
    from workers.cli import publishing
    from workers.cli.session import database, read_file
    from workers.store import parked as store

    if all_ == bool(ids):
        raise typer.BadParameter("name messages, or give --all", param_hint="ID...")
    if body and len(ids or []) != 1:
        raise typer.BadParameter("an edited body is for one message", param_hint="--body")
    edited = read_file(body, "--body") if body else None
    with database() as conn:
        wanted = store.open_ids(conn) if all_ else ids or []
        found = store.find(conn, wanted)
        _all_there(wanted, found)
        publishing.publish([message_of(each, edited) for each in found])
        store.replayed(conn, [each.id for each in found], who)
    if json:
        output.as_json({"replayed": [each.id for each in found]})
    else:
        output.note(f"{len(found)} published again; what still can't be read is parked anew.")


def message_of(found: "Parked", edited: bytes | None) -> "Message":
    """Return the message as it came, or with an *edited* body."""
    from events.envelope import Message
    from schemas.catalogue import MINTSOFT_EVENTS

    headers = {
        name: value
        for name, value in found.headers.items()
        if value is not None and not name.startswith(BROKERS_OWN)
    }
    return Message(
        MINTSOFT_EVENTS,
        found.routing_key,
        found.body if edited is None else edited,
        found.content_type or "",
        headers=headers,
    )


def _all_there(wanted: list[int], found: "list[Parked]") -> None:
    missing = sorted(set(wanted) - {each.id for each in found})
    if missing:
        raise Problem(f"No message is parked as {', '.join(map(str, missing))}: see event parked.")


def _cells(each: "Parked") -> tuple[object, ...]:
    return (
        each.id,
        each.parked_at,
        each.routing_key,
        each.code,
        each.reason,
        each.replayed_at,
    )


def _described(each: "Parked") -> dict[str, object]:
    """Return a message for programs; a body that is no UTF-8 as base64."""
    known = {name: getattr(each, name) for name in type(each).__slots__ if name != "body"}
    try:
        return {**known, "body": each.body.decode()}
    except UnicodeDecodeError:
        return {**known, "body_base64": base64.b64encode(each.body).decode()}

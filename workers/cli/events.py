"""``mintsoft-xero event``: events published by hand, and those that could not be read."""

import base64
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, Who

if TYPE_CHECKING:
    from workers.cli.validating import Verdict
    from workers.replaying import Edit
    from workers.store.parked import Parked, Replay

app = typer.Typer(help="Events from Mintsoft (MX_AMQP_URL).", no_args_is_help=True)

HEADS = ("Id", "Parked (UTC)", "Routing key", "Code", "Reason", "Replayed (UTC)", "Discarded (UTC)")

WHOLE = frozenset({"body", "body_base64"})
"""What is shown by itself."""


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
    with output.busy(f"Publishing {len(messages)}"):
        publishing.publish(messages)
    if json:
        output.as_json({"published": len(messages)})
    else:
        output.note(f"{len(messages)} published and confirmed.")


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="One message, or one a line; - for input.")],
    type_: Annotated[str | None, typer.Option("--type", help="For bare data: its event.")] = None,
    json: AsJson = False,
) -> None:
    """Say what would become of a message: a CloudEvent, MassTransit's, or bare data with --type.

    NServiceBus's meaning is in headers: give the message as RabbitMQ's management interface
    does. Nothing is published or asked. Exit code 1 when something would be parked.
    """
    from schemas.catalogue import INCOMING
    from workers.cli import validating
    from workers.cli.session import read_file

    if str(file) != "-" and not file.is_file():
        raise typer.BadParameter(f"{file} is no file", param_hint="FILE")
    if type_ is not None and type_ not in INCOMING:
        raise typer.BadParameter(f"{type_!r}: one of {', '.join(INCOMING)}", param_hint="--type")
    found = [validating.verdict(each, type_) for each in validating.pieces(read_file(file, "FILE"))]
    if json:
        output.as_json([{**_plain(each), "accepted": each.code is None} for each in found])
    else:
        for number, each in enumerate(found, 1):
            _tell(number, each)
    if any(each.code for each in found):
        raise typer.Exit(1)


def _plain(verdict: "Verdict") -> dict[str, object]:
    shown = output.plain(verdict)
    assert isinstance(shown, dict)
    return shown


def _tell(number: int, verdict: "Verdict") -> None:
    if verdict.code is None:
        known = (verdict.type, verdict.account and f"account {verdict.account}", verdict.id)
        said = ", ".join(filter(None, known))
        typer.echo(output.harmless(f"{number}: accepted ({verdict.envelope}): {said}"))
    else:
        typer.echo(f"{number}: refused ({verdict.envelope}), {verdict.code}")
    typer.echo(output.harmless(f"   {verdict.what}"))
    for each in verdict.wrong:
        typer.echo(output.harmless(f"   {each.field}: {each.problem}; {each.remedy}"))


@app.command()
def kit(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made if it is not there.")],
    json: AsJson = False,
) -> None:
    """Write the contract for another service's CI: JSON Schemas, examples, a runner, a README.

    Files of an earlier kit are overwritten, others are left alone.
    """
    from schemas.kit import write

    try:
        number = write(folder)
    except OSError as error:
        raise Problem(f"DIR: {folder} can't be written ({error.strerror}).") from None
    if json:
        output.as_json({"folder": str(folder), "files": number})
    else:
        output.note(f"{number} files in {folder}; its README.md says how to use them.")


@app.command()
def bind(
    exchanges: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="EXCHANGE...", show_default="those of the namespace Mintsoft.Events"
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Take in what MassTransit or NServiceBus publish to exchanges of their own.

    Once is enough: the binding stays in RabbitMQ. The user of MX_AMQP_URL must be allowed to
    read those exchanges, and to configure them where they are not there yet.
    """
    from events.dotnet import TYPE_EXCHANGES
    from workers.cli import publishing

    bound = exchanges or list(TYPE_EXCHANGES)
    publishing.bind(bound)
    if json:
        output.as_json({"bound": bound})
    else:
        output.note(f"Bound to the queue ingress: {', '.join(bound)}.")


@app.command()
def parked(
    all_: Annotated[bool, typer.Option("--all", help="Those settled already, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    json: AsJson = False,
) -> None:
    """Show messages that could not be read, with the reason, the newest first."""
    from workers.cli.session import database
    from workers.store.parked import listed

    with database() as conn:
        found = listed(conn, page=limit, settled_too=all_)
    if json:
        output.as_json([_described(each) for each in found])
    else:
        output.table("Parked messages", HEADS, map(_cells, found))


@app.command("parked-show")
def parked_show(
    *, id_: Annotated[int, typer.Argument(metavar="ID")], json: AsJson = False, who: Who
) -> None:
    """Show one parked message whole, and what was published of it. It is written down who looks."""
    from workers.cli.session import database
    from workers.store import parked as store

    with database() as conn:
        found = store.find(conn, [id_])
        _all_there([id_], found)
        store.looked_at(conn, id_, who)
        replays = store.replays(conn, id_)
    [message] = found
    published = [_replay(each) for each in replays]
    if json:
        output.as_json({**_described(message), "replays": published})
        return
    known = _described(message).items()
    output.facts(f"Parked message {id_}", [(k, v) for k, v in known if k not in WHOLE])
    body = message.body.decode(errors="backslashreplace")
    typer.echo(output.harmless(body) if sys.stdout.isatty() else body)
    for each in published:
        output.facts("Published again", each.items())


@app.command()
def replay(
    *,
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID...", help="From parked.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All not settled yet.")] = False,
    code: Annotated[str | None, typer.Option(help="With --all: only those with this code.")] = None,
    body: Annotated[Path | None, typer.Option(help="An edited body, for one message.")] = None,
    routing_key: Annotated[
        str | None, typer.Option(help="Another routing key, for one message.")
    ] = None,
    json: AsJson = False,
    who: Who,
) -> None:
    """Publish parked messages again, as they came or with what was mended.

    What was mended is checked first; the message itself stays as it came. Nothing is
    published while what was mended can't be read.
    """
    from workers.cli import publishing
    from workers.cli.session import database, fleet_pool, read_file
    from workers.replaying import Edit
    from workers.replaying import replay as publish_again
    from workers.store import parked as store

    if all_ == bool(ids):
        raise typer.BadParameter("name messages, or give --all", param_hint="ID...")
    if (body or routing_key) and len(ids or []) != 1:
        raise typer.BadParameter("what is edited is one message", param_hint="--body")
    edit = Edit(routing_key, read_file(body, "--body") if body else None)
    with database() as conn:
        wanted = store.open_ids(conn, code) if all_ else ids or []
        found = store.find(conn, wanted)
        _all_there(wanted, found)
    _check_edit(found, edit)
    with output.busy(f"Publishing {len(found)} again"), fleet_pool() as pool:
        publish_again(pool, publishing.publish, found, who, edit)
    if json:
        output.as_json({"replayed": [each.id for each in found]})
    else:
        output.note(f"{len(found)} published again; what still can't be read is parked anew.")


@app.command()
def discard(
    *,
    ids: Annotated[list[int], typer.Argument(metavar="ID...", help="From parked.")],
    why: Annotated[str, typer.Option(help="The reason, for whoever asks later.")],
    json: AsJson = False,
    who: Who,
) -> None:
    """Decide that parked messages are of no use. Exit code 1 when one was settled already."""
    from workers.cli.session import database
    from workers.store import parked as store

    if not why.strip():
        raise typer.BadParameter("say why, for whoever asks later", param_hint="--why")
    with database() as conn:
        _all_there(ids, store.find(conn, ids))
        done = store.discard(conn, ids, who, why.strip())
    left = sorted(set(ids) - set(done))
    if json:
        output.as_json({"discarded": done, "settled_before": left})
    else:
        output.note(f"{len(done)} discarded.")
        for each in left:
            output.note(f"Message {each}: it was replayed or discarded before.")
    if left:
        raise typer.Exit(1)


def _check_edit(found: "list[Parked]", edit: "Edit") -> None:
    """Raises Problem for a mended message that could not be read either."""
    from workers.replaying import AS_IT_CAME, problem

    if edit == AS_IT_CAME:
        return
    for each in found:
        why = problem(each, edit)
        if why is not None:
            raise Problem(f"The edited message can't be read either: {why}.")


def _replay(each: "Replay") -> dict[str, object]:
    body = None if each.body is None else each.body.decode(errors="backslashreplace")
    return {"at": each.at, "who": each.who, "routing_key": each.routing_key, "body": body}


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
        each.discarded_at,
    )


def _described(each: "Parked") -> dict[str, object]:
    """Return a message for programs; a body that is no UTF-8 as base64."""
    known = {name: getattr(each, name) for name in type(each).__slots__ if name != "body"}
    try:
        return {**known, "body": each.body.decode()}
    except UnicodeDecodeError:
        return {**known, "body_base64": base64.b64encode(each.body).decode()}

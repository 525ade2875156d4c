"""``mintsoft-xero notice``: what people are told about connections, and when they want none."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, ConnectionId, Who

if TYPE_CHECKING:
    from workers.store.notices import Past

app = typer.Typer(help="Notices to people, by mail and web hook.", no_args_is_help=True)

HEADS = ("Way", "Subject", "Decided (UTC)", "Sent (UTC)", "Tries", "Last failure")

SHOWN = 20


@app.command()
def show(connection: ConnectionId, json: AsJson = False) -> None:
    """Show a connection's last notices, and whether somebody wants silence."""
    from workers.cli.session import connection_of, database
    from workers.store import notices

    with database() as conn:
        connection_of(conn, connection)
        standing = notices.standing(conn, connection)
        past = notices.last(conn, connection, SHOWN)
    if json:
        output.as_json({"standing": standing, "notices": past})
        return
    names = ("silent_until", "silenced_by", "said_at", "flowed_at", "quiet_at")
    output.facts(
        f"Notices of connection {connection}", [(name, getattr(standing, name)) for name in names]
    )
    output.table("Last notices", HEADS, map(_cells, past))


@app.command()
def silence(
    *,
    connection: ConnectionId,
    hours: Annotated[int, typer.Option(min=1, max=2160, help="For how long.")] = 8,
    json: AsJson = False,
    who: Who,
) -> None:
    """Say nothing of a connection for some hours; what is still true then is said then."""
    from workers.cli.session import connection_of, database
    from workers.clock import SYSTEM
    from workers.store import notices

    now = SYSTEM.now()
    until = now + timedelta(hours=hours)
    with database() as conn:
        connection_of(conn, connection)
        notices.silence(conn, connection, until, who, now)
    if json:
        output.as_json({"connection": connection, "silent_until": until})
    else:
        output.note(f"Silence until {until:%Y-%m-%d %H:%M} UTC.")


@app.command()
def resume(*, connection: ConnectionId, json: AsJson = False, who: Who) -> None:
    """End the silence of a connection."""
    from workers.cli.session import connection_of, database
    from workers.store import notices

    with database() as conn:
        connection_of(conn, connection)
        if not notices.resume(conn, connection, who):
            raise Problem(f"Nobody has asked for silence about connection {connection}.")
    if json:
        output.as_json({"connection": connection, "silent_until": None})
    else:
        output.note("Notices are sent again.")


@app.command("test")
def try_out(json: AsJson = False) -> None:
    """Send a test notice by every way that is set. Needs no database."""
    from uuid import uuid4

    from workers.cli.session import load_settings
    from workers.notices.sending import NotSent
    from workers.notices.wording import Digest
    from workers.runtime import Runtime

    settings = load_settings()
    channels = Runtime(settings).channels
    if not channels:
        raise Problem(
            "No way is set: set MX_NOTICE_SMTP_URL, MX_NOTICE_FROM and MX_NOTICE_TO, or "
            "MX_NOTICE_HOOK_URL."
        )
    message = Digest("a test", f"A test\n\nNotices arrive here.\n\nLook: {settings.public_url}\n")
    failed = {}
    for way, channel in channels.items():
        try:
            channel.send(message, uuid4())
        except NotSent as error:
            failed[way] = str(error)
    if json:
        output.as_json({"sent": [way for way in channels if way not in failed], "failed": failed})
    if failed:
        raise Problem("; ".join(f"{way}: {why}" for way, why in failed.items()) + ".")
    if not json:
        output.note(f"Sent by {' and '.join(channels)}.")


def _cells(past: "Past") -> tuple[object, ...]:
    sent = past.sent_at or ("given up" if past.given_up_at else None)
    return (past.channel, past.subject, past.created_at, sent, past.tries, past.last_error)

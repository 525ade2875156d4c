"""Commands about a connection's own Mintsoft account: its key, and the address of its web hooks.

A secret is read from a file or from standard input, never from an argument: arguments show in
the list of processes and in a shell's history.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, ConnectionId, Who

if TYPE_CHECKING:
    from pydantic import SecretStr

    from workers.store.mintsoft_keys import Credentials

LONGEST = 1000
"""Characters; a key of Mintsoft's has 36."""


def mintsoft_key(
    *,
    connection: ConnectionId,
    key_file: Annotated[
        Path | None, typer.Option(help="File with the API key (ms-apikey); - for input.")
    ] = None,
    username: Annotated[str, typer.Option(help="Mintsoft user, where there is no key.")] = "",
    password_file: Annotated[
        Path | None, typer.Option(help="File with that user's password; - for input.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Use the fleet's key again.")] = False,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Keep it without asking Mintsoft.")
    ] = False,
    json: AsJson = False,
    who: Who,
) -> None:
    """Give a connection its own way into Mintsoft: an API key, or user name and password.

    It is tried before it is kept, encrypted. What waited for it goes on by itself.
    """
    from workers.cli.session import connection_of, fleet_parts
    from workers.store import connections, mintsoft_keys

    given = _given(key_file, username, password_file, remove=remove)
    with fleet_parts() as runtime:
        settings = runtime.settings
        with runtime.pool.connection() as conn:
            connection_of(conn, connection)
        if given is not None and not unchecked:
            _try_out(settings.mintsoft_api_url, given)
        with runtime.pool.connection() as conn:
            if given is None:
                mintsoft_keys.remove(conn, connection)
            else:
                mintsoft_keys.save(conn, settings.fernet, connection, given, who)
            mintsoft_keys.resume(conn, connection)
            uses = mintsoft_keys.described(conn, connection)
            connections.audit(conn, who, "mintsoft key changed", connection, details={"uses": uses})
    if json:
        output.as_json({"id": connection, "mintsoft_key": uses})
    else:
        output.note(f"Connection {connection} opens Mintsoft with {uses}.")


def _given(
    key_file: Path | None, username: str, password_file: Path | None, *, remove: bool
) -> "Credentials | None":
    """Return a key, or somebody who logs in; None to *remove*. Raises typer.BadParameter."""
    from workers.store.mintsoft_keys import Credentials

    ways = (remove, key_file is not None, bool(username))
    if sum(ways) != 1 or bool(username) != (password_file is not None):
        raise typer.BadParameter(
            "give --key-file, or --username with --password-file, or --remove",
            param_hint="--key-file",
        )
    if remove:
        return None
    if key_file is not None:
        return Credentials(key=_secret(key_file, "--key-file"))
    assert password_file is not None, "checked above"
    return Credentials(username=username, password=_secret(password_file, "--password-file"))


def _secret(path: Path, what: str) -> "SecretStr":
    from pydantic import SecretStr

    from workers.cli.session import read_file

    try:
        text = read_file(path, what).decode().strip()
    except UnicodeDecodeError:
        raise Problem(f"{what}: {path} is no text.") from None
    if not text or len(text) > LONGEST or not text.isprintable():
        raise Problem(f"{what}: {path} must hold one line, the secret and nothing else.")
    return SecretStr(text)


def _try_out(url: str, given: "Credentials") -> None:
    """Make one call. Raises Problem when Mintsoft does not let it in, or does not answer."""
    from workers.clock import SYSTEM
    from workers.errors import AccessRefused, Failure
    from workers.mintsoft.gateway import MintsoftGateway

    gateway = MintsoftGateway(
        url,
        SYSTEM,
        key=given.key,
        username=given.username,
        password=given.password,
        remedy="check it in Mintsoft, under the user's API settings",
    )
    try:
        gateway.ping()
    except AccessRefused as refusal:
        raise Problem(f"Nothing was changed. {refusal}.") from None
    except Failure as failure:
        raise Problem(f"Nothing was changed. {failure}; or use --unchecked.") from None
    finally:
        gateway.close()


def webhook_url(
    *,
    connection: ConnectionId,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new address; the old one stops at once.")
    ] = False,
    json: AsJson = False,
    who: Who,
) -> None:
    """Print the addresses at which Mintsoft tells of this connection's orders.

    They hold a secret that is kept as a digest only, so they are shown once. Give them to
    Mintsoft as the despatched and the cancelled URL of its orders.
    """
    from workers.cli.session import connection_of, database, load_settings
    from workers.store import connections, mintsoft_hooks

    with database() as conn:
        row = connection_of(conn, connection)
        if row.client_id is None:
            raise Problem(
                "3PL invoices have no web hook at Mintsoft: use connection mintsoft-poll."
            )
        if (since := mintsoft_hooks.made_at(conn, connection)) and not rotate:
            raise Problem(
                f"The addresses were made on {since:%Y-%m-%d} and can't be shown again; "
                "--rotate makes new ones."
            )
        secret = mintsoft_hooks.make(conn, connection, who)
        connections.audit(conn, who, "mintsoft web hook address made", connection)
    start = f"{load_settings().public_url}/mintsoft/webhooks/{secret}"
    urls = {name: f"{start}/{name}" for name in ("order-despatched", "order-cancelled")}
    if json:
        output.as_json({name.replace("-", "_"): url for name, url in urls.items()})
        return
    for url in urls.values():
        typer.echo(url)


def mintsoft_poll(
    *,
    connection: ConnectionId,
    on: Annotated[bool, typer.Option("--on/--off", help="Look in Mintsoft, or do not.")],
    json: AsJson = False,
    who: Who,
) -> None:
    """Look in Mintsoft itself for despatched orders or new 3PL invoices, at every interval.

    For customers whose Mintsoft publishes no events. Sets mintsoft_poll and its schedule.
    """
    from workers.cli.session import connection_of, database
    from workers.store import connections, incoming, schedules

    with database() as conn:
        incoming.set_polling(conn, connection_of(conn, connection).id, on=on)
        row = connection_of(conn, connection)
        kind = schedules.MINTSOFT_KINDS[row.mode]
        if row.status == "active":
            schedules.follow(conn, connection, row.mode, row.parsed_settings)
        schedules.change(conn, connection, kind, enabled=on)
        details = {"mintsoft_poll": on}
        connections.audit(conn, who, "mintsoft poll switched", connection, details=details)
    if json:
        output.as_json({"id": connection, "mintsoft_poll": on})
    else:
        output.note(f"Connection {connection} looks in Mintsoft itself: {output.words(on)}.")

"""``mintsoft-xero operator``: who may sign in to the console."""

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, Who

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

app = typer.Typer(help="People who may sign in to the console.", no_args_is_help=True)

HEADS = ("Name", "Role", "Status", "Signs in with", "Password set", "Added")

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
"""An account's name; upper and lower case are the same person."""

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Account, such as ada or ada@acme.example.")
]

PasswordFile = Annotated[
    Path | None,
    typer.Option(help="File with the password in its first line, or -; asked for without it."),
]


class RoleName(StrEnum):
    """The roles, as an option's choices."""

    VIEWER = "viewer"
    BOOKKEEPER = "bookkeeper"
    OPERATOR = "operator"


@app.command()
def add(
    *,
    name: Name,
    role: Annotated[
        RoleName, typer.Option(help="viewer looks; bookkeeper connects and maps; operator all.")
    ],
    password_file: PasswordFile = None,
    json: AsJson = False,
    who: Who,
) -> None:
    """Add an account."""
    from workers.cli.session import database
    from workers.store import operators
    from workers.store.connections import audit

    checked = _name(name)
    hashed = _hashed(password_file)
    with database() as conn:
        if not operators.add(conn, checked, operators.Role.named(role), hashed):
            raise Problem(
                f"There is an account {checked} already: mintsoft-xero operator password {checked}."
            )
        audit(conn, who, "operator added", details={"name": checked, "role": role.value})
    _tell(checked, "was added", json)


@app.command("list")
def list_(json: AsJson = False) -> None:
    """Show all accounts."""
    from workers.cli.session import database
    from workers.store.operators import every

    with database() as conn:
        found = every(conn)
    if json:
        output.as_json(found)
        return
    rows = [
        (
            each.name,
            each.role,
            "disabled" if each.disabled_at else "enabled",
            urlsplit(each.issuer).hostname if each.issuer else "password",
            each.password_set_at,
            each.created_at,
        )
        for each in found
    ]
    output.table("Operators", HEADS, rows)


@app.command()
def password(
    *, name: Name, password_file: PasswordFile = None, json: AsJson = False, who: Who
) -> None:
    """Set an account's password and sign it out everywhere."""
    from workers.cli.session import database
    from workers.store import operators
    from workers.store.connections import audit

    checked = _name(name)
    hashed = _hashed(password_file)
    with database() as conn:
        if not operators.set_password(conn, checked, hashed):
            raise _unknown(checked)
        audit(conn, who, "operator password set", details={"name": checked})
    _tell(checked, "has a new password and is signed out everywhere", json)


@app.command()
def disable(*, name: Name, json: AsJson = False, who: Who) -> None:
    """Let an account sign in no more, and end its sessions at once."""
    from workers.store import operators

    _switch(name, who, operators.disable, "disabled", "unknown or disabled already")
    _tell(_name(name), "can't sign in any more", json)


@app.command()
def enable(*, name: Name, json: AsJson = False, who: Who) -> None:
    """Let a disabled account sign in again."""
    from workers.store import operators

    _switch(name, who, operators.enable, "enabled", "unknown or not disabled")
    _tell(_name(name), "can sign in again", json)


def _switch(
    name: str, who: str, act: "Callable[[Connection, str], bool]", done: str, unless: str
) -> None:
    """Let or don't let somebody in, and write it down. Raises Problem when nothing changes."""
    from workers.cli.session import database
    from workers.store.connections import audit

    checked = _name(name)
    with database() as conn:
        if not act(conn, checked):
            raise Problem(f"{checked} is {unless}: mintsoft-xero operator list.")
        audit(conn, who, f"operator {done}", details={"name": checked})


def _name(text: str) -> str:
    name = text.strip().lower()
    if not NAME.fullmatch(name):
        raise typer.BadParameter(
            f"{text!r}: a name has letters, digits, '.', '_', '@', '+' and '-', at most 100",
            param_hint="NAME",
        )
    return name


def _hashed(path: Path | None) -> str:
    """Return what is stored of the password that is typed or stands in *path*. Raises Problem."""
    from workers.console.passwords import Passwords, WeakPassword

    try:
        return Passwords().hashed(_asked() if path is None else _read(path))
    except WeakPassword as error:
        raise Problem(f"{error}.") from None


def _asked() -> str:
    if not sys.stdin.isatty():
        raise Problem("No terminal to ask for the password on: give --password-file FILE, or -.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _read(path: Path) -> str:
    from workers.cli.session import read_file

    try:
        text = read_file(path, "--password-file").decode()
    except UnicodeDecodeError:
        raise Problem(f"--password-file: {path} is no text.") from None
    return text.splitlines()[0] if text else ""


def _unknown(name: str) -> Problem:
    return Problem(f"No account {name} signs in with a password: see mintsoft-xero operator list.")


def _tell(name: str, what: str, json: bool) -> None:
    if json:
        output.as_json({"name": name})
    else:
        output.note(f"{name} {what}.")

"""Options and arguments that several commands share."""

import getpass
from typing import Annotated
from uuid import UUID

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def os_user() -> str:
    """Return who is at the keyboard, as the operating system knows them."""
    try:
        return getpass.getuser()
    except OSError:
        return "unknown"


Who = Annotated[
    str,
    typer.Option(
        "--who",
        envvar="MX_WHO",
        default_factory=os_user,
        show_default="your user name",
        help="Who does this, for the audit trail.",
    ),
]

ConnectionId = Annotated[
    UUID, typer.Argument(metavar="CONNECTION", help="Id, from `connection list`.")
]

Host = Annotated[
    str | None,
    typer.Option(
        "--host",
        show_default="MX_CONSOLE_HOST, else 127.0.0.1",
        help="Address the console listens on.",
    ),
]

Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        show_default="MX_CONSOLE_PORT, else 8000",
        min=0,
        max=65535,
        help="Port the console listens on; 0: any free.",
    ),
]

DocumentIds = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID...", help="Ledger id, or order:123, or invoice:45."),
]

DocumentId = Annotated[
    str, typer.Argument(metavar="ID", help="Ledger id, or order:123, or invoice:45.")
]

"""``mintsoft-xero audit``: who did what, and when."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from workers.cli import output
from workers.cli.options import AsJson

if TYPE_CHECKING:
    from workers.store.audit import Act

app = typer.Typer(help="Who did what, and when.", no_args_is_help=True)

HEADS = ("Id", "When (UTC)", "Who", "What", "Organisation", "Document", "Details")

AsCsv = Annotated[bool, typer.Option("--csv", help="A sheet on standard output (UTF-8).")]


@app.callback()
def _audit() -> None:
    """Keep ``list`` a sub-command, the only one there is."""


@app.command("list")
def list_(
    person: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this, such as 'mapping saved'.")] = None,
    connection: Annotated[UUID | None, typer.Option(help="Only with this connection.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Acts on a page.")] = 50,
    after: Annotated[int | None, typer.Option(help="Next page: the last id shown.")] = None,
    csv: AsCsv = False,
    json: AsJson = False,
) -> None:
    """List what people did, the newest first; --csv gives all of it, whatever --limit says."""
    from workers.cli.session import database, fleet_pool
    from workers.store import audit

    wanted = audit.Filter(person, action, connection, after, limit)
    if csv:
        with fleet_pool() as pool:
            output.sheet(HEADS, map(_cells, audit.every(pool, wanted)))
        return
    with database() as conn:
        found = audit.listed(conn, wanted)
    output.page("Audit trail", HEADS, found, _cells, limit=limit, json=json)


def _cells(act: "Act") -> tuple[object, ...]:
    details = ", ".join(f"{name}: {value}" for name, value in act.details.items())
    named = act.organisation or act.account
    return (act.id, act.at, act.who, act.action, named, act.document_id, details)

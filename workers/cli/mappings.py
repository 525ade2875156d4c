"""``mintsoft-xero mapping``: where each kind of value goes in the organisation's books."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, ConnectionId, Who

if TYPE_CHECKING:
    from uuid import UUID

    from workers.cli.checking import Checked
    from workers.store.mappings import Revision

app = typer.Typer(help="Account mappings.", no_args_is_help=True)


@app.command()
def show(connection: ConnectionId, json: AsJson = False) -> None:
    """Show the mapping in force, as YAML that `mapping load` takes."""
    import yaml

    from workers.cli.checking import stored_mapping
    from workers.cli.session import connection_of, database

    with database() as conn:
        connection_of(conn, connection)
        content = stored_mapping(conn, connection)
    if json:
        output.as_json(content)
    else:
        typer.echo(yaml.safe_dump(content, sort_keys=False, allow_unicode=True).rstrip())


@app.command()
def load(
    *,
    connection: ConnectionId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="mapping.yaml, or -.")],
    json: AsJson = False,
    who: Who,
) -> None:
    """Check a mapping's form and put it in force as a new revision."""
    from workers.cli.session import connection_of, database, read_yaml

    with database() as conn:
        base = connection_of(conn, connection).mapping_revision
    _save(connection, read_yaml(file, "mapping"), str(file), who, base, json=json)


@app.command("set")
def set_(
    *,
    connection: ConnectionId,
    key: Annotated[str, typer.Argument(help="Such as defaults.sales, tax.20, skus.GIFT-01.sales.")],
    value: Annotated[str, typer.Argument(help="The new value; an empty text takes it out.")],
    json: AsJson = False,
    who: Who,
) -> None:
    """Change one value of the mapping in force."""
    from workers.cli.checking import stored_mapping, with_value
    from workers.cli.session import connection_of, database

    with database() as conn:
        base = connection_of(conn, connection).mapping_revision
        content = stored_mapping(conn, connection, empty=True)
    _save(connection, with_value(content, key, value), key, who, base, json=json)


@app.command()
def check(connection: ConnectionId, json: AsJson = False) -> None:
    """Read the chart of accounts from Xero anew and name everything that would stop documents.

    Exit code 1 when there is a problem. Documents that wait for something to be mended in Xero
    are tried again.
    """
    from workers.cli.checking import check_connection
    from workers.cli.session import connection_of, fleet_parts

    with fleet_parts() as runtime:
        with runtime.pool.connection() as conn:
            row = connection_of(conn, connection)
        found = check_connection(runtime, row)
    if json:
        output.as_json(found.described())
    else:
        _tell(found)
    if found.problems:
        raise typer.Exit(1)


@app.command()
def history(connection: ConnectionId, json: AsJson = False) -> None:
    """Show who changed the mapping when, and each value from what to what, newest first."""
    from workers.cli.session import connection_of, database
    from workers.store import mappings

    with database() as conn:
        connection_of(conn, connection)
        found = mappings.history(conn, connection)
    if json:
        output.as_json([_described(each) for each in found])
        return
    for each in found:
        rows = [(c.described()["key"], c.before, c.after) for c in each.changes]
        title = f"Revision {each.revision}: {each.who}, {output.words(each.at)} UTC"
        output.table(title, ("Key", "From", "To"), rows)
    if not found:
        output.note("Nothing was mapped yet.")


def _described(each: "Revision") -> dict[str, object]:
    changed = [change.described() for change in each.changes]
    when = each.at.isoformat()
    return {"revision": each.revision, "at": when, "who": each.who, "changes": changed}


def _save(
    connection: "UUID",
    content: dict[str, object],
    source: str,
    who: str,
    base: int | None,
    *,
    json: bool,
) -> None:
    from workers.cli.checking import parsed
    from workers.cli.session import connection_of, database
    from workers.store import mappings

    mapping = parsed(content, source)
    with database() as conn:
        if connection_of(conn, connection).status == "disconnected":
            raise Problem(f"Connection {connection} is disconnected: add a new one.")
        try:
            saved = mappings.save(conn, connection, mapping, who, base)
        except mappings.Stale as stale:
            raise Problem(f"Somebody changed the mapping meanwhile: {stale}.") from None
    if json:
        output.as_json({"revision": saved.revision, "released": saved.released})
    else:
        output.note(f"Revision {saved.revision} is in force; {saved.going} documents go on.")


def _tell(found: "Checked") -> None:
    if found.problems:
        rows = [(each.code, each.message, each.remedy) for each in found.problems]
        output.table(f"{len(rows)} problems", ("Code", "What is wrong", "What to do"), rows)
    else:
        output.note(f"{found.organisation}: everything that is mapped can be posted.")
    for warning in found.warnings:
        output.note(f"Note: {warning.message}")
    if found.released:
        output.note(f"{len(found.released)} documents that waited for Xero are tried again.")

"""``mintsoft-xero db``: the database's own upkeep."""

import typer

from workers.cli import output
from workers.cli.options import AsJson

app = typer.Typer(help="The database (MX_DATABASE_URL).", no_args_is_help=True)


@app.callback()
def _noun() -> None:
    """The database (MX_DATABASE_URL)."""


@app.command()
def upgrade(json: AsJson = False) -> None:
    """Bring the database up to date; doing it again changes nothing."""
    from workers.cli.session import load_settings
    from workers.store.migrate import upgrade as apply

    url = load_settings().database_url.get_secret_value()
    with output.busy("Bringing the database up to date"):
        applied = apply(url)
    if json:
        output.as_json({"applied": applied})
    else:
        output.note(f"Applied: {', '.join(applied)}." if applied else "Up to date already.")


@app.command()
def tidy(json: AsJson = False) -> None:
    """Delete now what MX_KEEP_..._DAYS no longer keeps; the scheduler does so every hour.

    Documents, the audit trail, mappings and parked messages that nobody replayed are never
    deleted.
    """
    from workers.cli.session import fleet_parts

    with output.busy("Deleting what is old"), fleet_parts() as runtime:
        deleted = runtime.housekeeper.all()
    if json:
        output.as_json({"deleted": deleted})
    else:
        told = ", ".join(f"{rows} of {table}" for table, rows in deleted.items() if rows)
        output.note(f"Deleted: {told}." if told else "Nothing is older than it is kept.")

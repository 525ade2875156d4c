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

    applied = apply(load_settings().database_url.get_secret_value())
    if json:
        output.as_json({"applied": applied})
    else:
        output.note(f"Applied: {', '.join(applied)}." if applied else "Up to date already.")

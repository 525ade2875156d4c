"""``mintsoft-xero keys``: the keys that protect tokens at rest."""

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, Who

app = typer.Typer(help="Keys that encrypt tokens at rest.", no_args_is_help=True)


@app.command()
def rotate(*, json: AsJson = False, who: Who) -> None:
    """Encrypt all tokens and Mintsoft keys anew under the first key of MX_SECRET_KEYS.

    First put the new key in front of the old one and restart the fleet, so that every process
    can open what this command writes; then run it; then take the old key away. It may be
    interrupted and run again, and the fleet may be at work meanwhile.
    """
    from workers.cli.session import fleet_parts
    from workers.store import rotation

    with output.busy("Encrypting anew"), fleet_parts() as runtime:
        settings = runtime.settings
        done = rotation.rotate(runtime.pool, settings.fernet, settings.fernets[0], who)
    if json:
        output.as_json({"rotated": done.rotated, "unreadable": done.unreadable})
    else:
        output.note(f"{done.rotated} secrets were encrypted anew under the first key.")
    if done.unreadable:
        named = ", ".join(map(str, done.unreadable))
        raise Problem(
            f"No key in MX_SECRET_KEYS opens the token sets or Mintsoft keys {named}: put the key "
            "they were written with behind the others and run this again, or reconnect their "
            "connections and give their Mintsoft keys anew."
        )

"""``mintsoft-xero``: what operators and containers call.

Data goes to standard output, diagnostics to standard error. Exit codes: 0 done, 1 failed,
2 wrong usage. Heavy modules are loaded by the command that needs them, so ``--help`` is quick.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from workers.cli import (
    audit,
    connections,
    console,
    db,
    demo,
    doctor,
    events,
    exports,
    health,
    imports,
    keys,
    mappings,
    notices,
    operators,
    output,
    privacy,
    reconcile,
    roles,
    schedules,
)

EPILOG = (
    "Settings are environment variables (MX_DATABASE_URL, MX_AMQP_URL, MX_SECRET_KEYS, "
    "MX_XERO_CLIENT_ID, ...); `mintsoft-xero doctor` shows each with its source. "
    "Exit codes: 0 done, 1 failed, 2 wrong usage."
)

app = typer.Typer(
    name="mintsoft-xero",
    help="Keeps Mintsoft and Xero in step.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(db.app, name="db")
app.add_typer(connections.app, name="connection")
app.add_typer(keys.app, name="keys")
app.add_typer(mappings.app, name="mapping")
app.add_typer(exports.app, name="export")
exports.app.command("reconcile")(reconcile.reconcile)
app.add_typer(imports.app, name="import")
app.add_typer(schedules.app, name="schedule")
app.add_typer(events.app, name="event")
app.add_typer(notices.app, name="notice")
app.add_typer(audit.app, name="audit")
app.add_typer(operators.app, name="operator")
app.add_typer(privacy.app, name="privacy")
for command in (roles.run, roles.ingress, roles.worker, roles.scheduler, roles.relay):
    app.command()(command)
app.command()(console.console)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(health.health)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit; failures that a person can mend are told in a sentence."""
    try:
        app(None if arguments is None else list(arguments))
    except Exception as error:
        from workers.cli.errors import explain

        sentence = explain(error)
        if sentence is None:
            raise
        output.note(f"mintsoft-xero: {sentence}")
        sys.exit(1)
    sys.exit(0)

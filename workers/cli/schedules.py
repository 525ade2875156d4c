"""``mintsoft-xero schedule``: what is polled for each connection, and when."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, ConnectionId, Who

if TYPE_CHECKING:
    from psycopg import Connection

    from workers.store.schedules import Listed

app = typer.Typer(help="What is polled for each connection, and when.", no_args_is_help=True)

HEADS = ("Connection", "Organisation", "Kind", "Every", "Next (UTC)", "Last (UTC)", "Result")


class KindName(StrEnum):
    """What can be polled, as an argument's choices."""

    SALES_ORDERS = "sales_orders"
    PURCHASE_ORDERS = "purchase_orders"
    MINTSOFT_ORDERS = "mintsoft_orders"
    MINTSOFT_INVOICES = "mintsoft_invoices"
    XERO_TOTALS = "xero_totals"


@app.command("list")
def list_(
    connection: Annotated[UUID | None, typer.Option(help="Only of this connection.")] = None,
    json: AsJson = False,
) -> None:
    """List schedules: how often, when next, how far they have come, what the last run gave."""
    from workers.cli.session import database
    from workers.store.schedules import listed

    with database() as conn:
        found = listed(conn, connection)
    if json:
        output.as_json(found)
    else:
        output.table("Schedules", HEADS, map(_cells, found))


@app.command("set")
def set_(
    *,
    connection: ConnectionId,
    kind: Annotated[KindName, typer.Argument(help="What is polled.")],
    every: Annotated[
        int | None, typer.Option(min=1, max=1440, help="Minutes from one run to the next.")
    ] = None,
    enabled: Annotated[
        bool | None, typer.Option("--on/--off", help="Run by itself, or only when asked.")
    ] = None,
    json: AsJson = False,
    who: Who,
) -> None:
    """Change how often something is polled, or switch it on or off. The cursor stays."""
    from workers import timetable
    from workers.cli.session import connection_of, database
    from workers.store.schedules import ScheduleKind

    if every is None and enabled is None:
        raise typer.BadParameter("give --every, --on or --off", param_hint="--every")
    with database() as conn:
        connection_of(conn, connection)
        wanted = ScheduleKind(kind)
        if not timetable.change(conn, connection, wanted, who, minutes=every, enabled=enabled):
            raise _no_schedule(conn, connection, kind)
        found = _of_kind(conn, connection, kind)
    _shown(found, json=json)


@app.command()
def run(
    *,
    connection: ConnectionId,
    kind: Annotated[
        KindName | None, typer.Argument(help="What to poll; default: all that is switched on.")
    ] = None,
    json: AsJson = False,
    who: Who,
) -> None:
    """Ask for a run at once; a worker takes it within seconds. The next one stays as planned."""
    from workers import timetable
    from workers.cli.session import connection_of, database

    with database() as conn:
        row = connection_of(conn, connection)
        if row.status != "active":
            raise Problem(f"Connection {row.id} is {row.status}: connect the organisation again.")
        found = [each for each in _of_kind(conn, connection, kind) if kind or each.enabled]
        if not found:
            raise _no_schedule(conn, connection, kind)
        timetable.ask(conn, connection, found, who)
        kinds = [each.kind for each in found]
        asked = [each for each in _of_kind(conn, connection, kind) if each.kind in kinds]
    _shown(asked, json=json)


def _of_kind(conn: "Connection", connection: UUID, kind: KindName | None) -> "list[Listed]":
    from workers.store.schedules import listed

    return [each for each in listed(conn, connection) if kind in (None, each.kind.value)]


def _no_schedule(conn: "Connection", connection: UUID, kind: KindName | None) -> Problem:
    """Say that nothing is polled, or that something else is."""
    kinds = ", ".join(each.kind.value for each in _of_kind(conn, connection, None))
    wanted = kind.value if kind else "anything"
    return Problem(
        f"Connection {connection} is not polled for {wanted}, only for: {kinds or 'nothing'}. "
        "Its mode and the settings import_sales_orders, import_purchase_orders and mintsoft_poll "
        "decide."
    )


def _shown(found: "list[Listed]", *, json: bool) -> None:
    if json:
        output.as_json(found)
        return
    for each in found:
        words = "asked for" if each.due_at else ("on" if each.enabled else "off")
        output.note(f"{each.kind.value}: {words}, every {each.interval_minutes} minutes.")


def _cells(row: "Listed") -> tuple[object, ...]:
    return (
        row.connection_id,
        row.organisation,
        row.kind.value,
        f"{row.interval_minutes} min" if row.enabled else "off",
        row.due_at or row.next_run_at,
        row.last_run_at,
        row.last_outcome,
    )

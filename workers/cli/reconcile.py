"""``mintsoft-xero export reconcile``: Mintsoft's totals beside Xero's."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, ConnectionId

if TYPE_CHECKING:
    from decimal import Decimal

    from workers.store.balances import Balance, Line, Period

HEADS = ("Finding", "Date", "Mintsoft", "Xero", "Mintsoft total#", "Xero total#", "Reason")
SUMS = ("Currency", "Mintsoft#", "Documents#", "Xero#", "Invoices#", "Difference#")


def reconcile(
    *,
    connection: ConnectionId,
    first: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day; default: of this month."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day; default: today."),
    ] = None,
    finding: Annotated[
        list[str] | None,
        typer.Option(
            help="Only these: missing, different, edited, withdrawn, voided, gone, extra, agrees."
        ),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="A sheet of all documents (UTF-8).")] = False,
    json: AsJson = False,
) -> None:
    """Put Mintsoft's totals beside Xero's: sums by currency, and documents that differ.

    Xero's figures are those last read: once a day, or by `schedule run CONNECTION xero_totals`.
    """
    from workers.cli.session import connection_of, database, fleet_pool
    from workers.comparing_sheet import HEADS as COLUMNS
    from workers.comparing_sheet import cells
    from workers.store import balances

    period = _period(connection, first, last, finding, everything=csv)
    with database() as conn:
        connection_of(conn, connection)
        read_at = balances.read_at(conn, connection)
        compared = balances.compare(conn, period)
    sums, found = compared.sums, compared.lines
    if csv:
        with fleet_pool() as pool:
            output.sheet(COLUMNS, map(cells, balances.every_line(pool, period)))
    elif json:
        output.as_json({"read_at": read_at, "sums": sums, "lines": found})
    else:
        output.table(f"{period.first} to {period.last}", SUMS, map(_sum, sums))
        output.table("Documents", HEADS, map(_cells, found))
        when = f"{read_at:%Y-%m-%d %H:%M} UTC" if read_at else "never"
        output.note(
            f"Xero's figures were read: {when}. At most {period.page} lines; --csv has all."
        )


def _period(
    connection: UUID,
    first: datetime | None,
    last: datetime | None,
    findings: list[str] | None,
    *,
    everything: bool,
) -> "Period":
    """Return what is asked for; by default this month, and of the documents those that differ."""
    from workers.store.balances import FINDINGS, Period, known_findings

    ends = last.date() if last else datetime.now(UTC).date()
    begins = first.date() if first else ends.replace(day=1)
    if ends < begins:
        raise Problem(f"--first {begins} is after --last {ends}: give the earlier day first.")
    try:
        named = known_findings(findings or [])
    except ValueError as error:
        raise Problem(f"--{error}.") from None
    differing = tuple(each for each in FINDINGS if each != "agrees")
    return Period(connection, begins, ends, named if findings or everything else differing)


def _sum(each: "Balance") -> tuple[object, ...]:
    return (
        each.currency,
        each.mintsoft_total,
        each.mintsoft_documents,
        each.xero_total,
        each.xero_documents,
        each.difference,
    )


def _cells(line: "Line") -> tuple[object, ...]:
    return (
        line.finding,
        line.day,
        line.number,
        line.xero_number,
        _money(line.mintsoft_currency, line.mintsoft_total),
        _money(line.xero_currency, line.xero_total),
        line.reason_message,
    )


def _money(currency: str | None, amount: "Decimal | None") -> str:
    return "" if amount is None else f"{currency} {amount:,f}"

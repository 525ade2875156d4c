"""The reconciliation as a sheet: one line for each document, the same from page and command."""

from workers.store.balances import Line

HEADS = (
    "Finding",
    "Date",
    "Kind",
    "Number in Mintsoft",
    "Mintsoft id",
    "Status here",
    "Mintsoft currency",
    "Mintsoft total",
    "Number in Xero",
    "Xero status",
    "Xero currency",
    "Xero total",
    "Difference",
    "Changed in Xero (UTC)",
    "Read from Xero (UTC)",
    "Reason",
)


def cells(line: Line) -> tuple[object, ...]:
    """Return what stands in each column; a difference only within one currency."""
    return (
        line.finding,
        line.day,
        line.kind,
        line.number,
        line.mintsoft_id,
        line.status,
        line.mintsoft_currency,
        line.mintsoft_total,
        line.xero_number,
        line.xero_status,
        line.xero_currency,
        line.counted,
        difference(line),
        line.xero_updated_at,
        line.read_at,
        line.reason_message,
    )


def difference(line: Line) -> object:
    """Return Xero's total less Mintsoft's; None where either is missing or currencies differ."""
    if line.counted is None or line.mintsoft_total is None:
        return None
    if line.mintsoft_currency != line.xero_currency:
        return None
    return line.counted - line.mintsoft_total

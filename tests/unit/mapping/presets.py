"""The charts that new organisations start with, as the simulator of Xero has them."""

from datetime import UTC, datetime

from tests.simulators.xero.organisation import organisation
from workers.mapping.chart import Chart


def preset(name: str) -> Chart:
    """Return the chart of a new organisation in the United Kingdom (uk) or Australia (au)."""
    books = organisation(name, "Sample Ltd", datetime(2026, 11, 1, tzinfo=UTC))
    return Chart.from_xero(
        {"Name": books.name, "BaseCurrency": books.preset.base_currency},
        books.accounts.values(),
        books.tax_rates.values(),
        books.tracking,
        [{"Code": code} for code in books.currencies],
    )


UK = preset("uk")
AU = preset("au")

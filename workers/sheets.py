"""Rows as CSV for spreadsheets, one at a time, so that a long list is never in memory whole.

UTF-8 with a byte-order mark, because Excel reads anything else as the machine's own code page;
commas and CRLF (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe
in front: whoever names a customer ``=cmd|...`` must not reach the bookkeeper's machine. So does one
behind a semicolon or a tab, since where people write ``1,5`` a spreadsheet begins a cell there.
Numbers keep their own digits and a point; times are UTC, as ISO 8601 writes them.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import StringIO

MARK = "\ufeff"

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
"""What a cell begins with that a spreadsheet would calculate, or read on behind."""

_BEGINS = re.compile("([;\t|][\\s\"']*)(?=[=+@＝＋－＠-])")  # noqa: RUF001
"""Where another spreadsheet's cell would begin with one of them."""


def written(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a sheet, the heads first."""
    yield MARK + _line(heads)
    for row in rows:
        yield _line([cell(each) for each in row])


def cell(value: object) -> str:
    """Return what stands in a cell."""
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value:f}"
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")
    return harmless(str(value))


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    text = _BEGINS.sub(r"\1'", text)
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()

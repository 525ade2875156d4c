"""Data to standard output, everything else to standard error.

Programs get one JSON document in which every amount keeps its own digits; people get tables.
"""

import dataclasses
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

import typer


class Numbered(Protocol):
    """A row of a list that goes on below an id."""

    @property
    def id(self) -> int:
        """Its key in the ledger."""


Row = TypeVar("Row", bound=Numbered)

STYLES = {
    "In Xero": "green",
    "In Mintsoft": "green",
    "In Xero with warnings": "yellow",
    "Needs attention": "red",
    "Waiting": "yellow",
    "Sending": "yellow",
    "Placing": "yellow",
    "Ready": "cyan",
    "Skipped": "dim",
    "Withdrawn": "dim",
    "active": "green",
    "lost": "red",
    "disconnected": "dim",
    "ok": "green",
    "failed": "red",
}
"""Colours of the words that say how something stands."""

_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that a terminal obeys instead of showing them, or that turn the text behind them."""

WHOLE = frozenset({"Id", "Setting", "Status", "Check", "Result"})
"""Columns to copy from: they are never broken into lines."""

FILE_WIDTH = 160
"""Characters of a line where no terminal says how wide it is."""


def as_json(value: object) -> None:
    """Write *value* as one line of JSON."""
    from events.exact_json import dumps

    typer.echo(dumps(plain(value)))


def plain(value: object) -> object:
    """Return *value* with dataclasses and tuples as JSON's own shapes."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {each.name: plain(getattr(value, each.name)) for each in fields}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(each) for each in value]
    return value


def harmless(text: str) -> str:
    """Return *text* with what a terminal would obey written out: it may be a stranger's.

    A number of an order can hold the sequence that clears a screen, or writes into the clipboard.
    """
    return _ACTS.sub(lambda found: ascii(found[0])[1:-1], text)


def note(text: str) -> None:
    """Tell people something that is no data."""
    typer.echo(harmless(text), err=True)


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; a head that ends in ``#`` aligns its column to the right."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    shown = Table(title=escape(harmless(title)), title_justify="left", header_style="bold")
    for head in heads:
        shown.add_column(
            head.rstrip("#"),
            justify="right" if head.endswith("#") else "left",
            overflow="fold",
            no_wrap=head in WHOLE,
        )
    for row in rows:
        shown.add_row(*(styled(each) for each in row))
    Console(width=None if sys.stdout.isatty() else FILE_WIDTH).print(shown)


def page(
    title: str,
    heads: Sequence[str],
    found: Sequence[Row],
    cells: Callable[[Row], Sequence[object]],
    *,
    limit: int,
    json: bool,
) -> None:
    """Write one page of a list: for programs, or as a table with the way to the next page."""
    if json:
        as_json(found)
        return
    table(title, heads, map(cells, found))
    if len(found) == limit:
        note(f"More: add --after {found[-1].id}")


def sheet(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a sheet (CSV) to standard output, line by line as it is made."""
    from workers.sheets import written

    for line in written(heads, rows):
        sys.stdout.buffer.write(line.encode())
    sys.stdout.flush()


def facts(title: str, pairs: Iterable[tuple[str, object]]) -> None:
    """Print what is known of one thing, a line each; what is not known is left out."""
    table(title, ("", ""), [(name, value) for name, value in pairs if value not in (None, "")])


def styled(value: object) -> str:
    """Return a cell's text in rich's markup."""
    from rich.markup import escape

    text = words(value)
    style = STYLES.get(text)
    return f"[{style}]{escape(text)}[/{style}]" if style else escape(text)


_NUMBER = re.compile(r'"\\u0000([^"\\]+)\\u0000"')


def pretty(value: object) -> None:
    """Print *value* as indented JSON, for people; amounts keep their own digits."""
    marked = json.dumps(value, indent=2, ensure_ascii=False, default=lambda each: f"\0{each}\0")
    typer.echo(harmless(_NUMBER.sub(r"\1", marked)))


def words(value: object) -> str:
    """Return *value* as people read it; times in UTC, amounts with their own digits."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:,f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
    return harmless(str(value))


@contextmanager
def busy(doing: str) -> Iterator[None]:
    """Show on a terminal that *doing* takes its time, and for how long by now.

    For work that one statement of the database or one answer does: how far it has come nobody
    knows. It is on standard error, and silent where no person sees it.
    """
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(file=sys.stderr)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        progress.add_task(doing, total=None)
        yield

"""A part of a run's figures that is one table: for people as it stands, for programs as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

Value = float | int | str


@dataclass
class Section:
    """A table: ``headings`` name the values of each row, the first value says what it is."""

    title: str
    headings: Sequence[str]
    rows: list[Sequence[Value]] = field(default_factory=list)
    digits: int = 2
    """Decimals of fractions, for people."""

    def table(self) -> Table:
        """What people read."""
        table = Table(title=self.title)
        for number, heading in enumerate(self.headings):
            table.add_column(heading, justify="right" if number else "left")
        for row in self.rows:
            table.add_row(*(self._written(value) for value in row))
        return table

    def as_json(self) -> list[dict[str, Any]]:
        """What programs read."""
        return [dict(zip(self.headings, row, strict=True)) for row in self.rows]

    def _written(self, value: Value) -> str:
        match value:
            case float():
                return f"{value:,.{self.digits}f}"
            case int():
                return f"{value:,}"
        return value

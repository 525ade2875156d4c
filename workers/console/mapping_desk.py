"""What the mapping page is made from, read from PostgreSQL in one go."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

from workers import books
from workers.console import mapping_fields, mapping_view
from workers.console.choices import Choices
from workers.console.mapping_fields import Fields
from workers.console.mapping_view import Checked
from workers.console.refusals import Refused
from workers.console.visits import Visit
from workers.mapping.keys import Content, flat, nested
from workers.mapping.suggesting import suggestions
from workers.store import connections, mappings
from workers.store.connections import ConnectionRow, StoredChart
from workers.store.mappings import Revision


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page is made from. ``base`` is the revision that was changed, ``in_force`` the
    one that counts; ``chart`` and ``known`` are None before Xero's accounts were read.
    """

    row: ConnectionRow
    chart: StoredChart | None
    known: Choices | None
    base: Revision | None
    in_force: Revision | None
    history: Sequence[Revision]
    models: Sequence[mappings.Model]

    @property
    def choices(self) -> Choices:
        """What the organisation has."""
        assert self.known is not None, "looked at before"
        return self.known

    @property
    def content(self) -> Content:
        """The mapping that was changed."""
        return dict(self.base.content) if self.base else {}

    def filled(self, content: Content) -> Fields:
        """Return the fields that show *content*."""
        return mapping_fields.filled(content, self.row.mode, self.choices)

    def suggestion(self) -> Fields:
        """Return the fields as they are suggested while nothing is mapped."""
        if self.in_force:
            return {}
        found = suggestions(self.row.mode, self.row.parsed_settings, self.choices.chart)
        return self.filled(nested(found))

    def check(self, fields: Fields) -> Checked:
        """Check what stands in the fields."""
        return mapping_view.check(fields, self.row.mode, self.choices, self.content)


def desk_of(
    conn: Connection, row: ConnectionRow, base: int | None = None, *, is_shown: bool = True
) -> Desk:
    """Return what the page of *row* is made from; *base* is the revision in force unless said.

    What is not *is_shown* needs neither the history nor what could be copied.
    """
    latest = mappings.revision(conn, row.id, row.mapping_revision)
    changed = mappings.revision(conn, row.id, base) if base is not None else latest
    chart = connections.chart(conn, row.id)
    return Desk(
        row,
        chart,
        choices_of(row, chart, changed),
        changed,
        latest,
        mappings.history(conn, row.id) if is_shown else [],
        mappings.models(conn, row.id) if is_shown else [],
    )


def choices_of(
    row: ConnectionRow, chart: StoredChart | None, base: Revision | None
) -> Choices | None:
    """Return what the organisation has, and what the mapping names besides; None before its
    accounts were read.
    """
    if chart is None:
        return None
    named = [each for each in flat(base.content).values() if isinstance(each, list)] if base else []
    kept = tuple(choice for tracking in named for choice in tracking)
    return Choices(books.chart_of(chart), row.parsed_settings, kept)


def base_of(visit: Visit) -> int:
    """Return the revision that the form was made from; 0: nothing was mapped then."""
    text = visit.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def check_open(row: ConnectionRow) -> None:
    """Raise Refused when the connection takes no mapping any more."""
    if row.status == "disconnected":
        raise Refused(
            409,
            "This connection is disconnected",
            "Its mapping is kept as it was; nothing was saved.",
            "Reconnect it first, then save.",
            [("Show the connection", f"/connections/{row.id}")],
        )

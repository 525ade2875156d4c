"""How the fleet stands, as figures for Prometheus: all of it by partial indexes.

What is settled is never counted here, so the cost follows what is under way, not what there is.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from psycopg import Connection
from psycopg.rows import dict_row

from workers.metrics.standing import FIGURES, Sample, labels_of
from workers.store.sql import queries

SQL = queries("measures")

PATIENCE_MS = 5_000
"""A look that takes longer is given up: it must not be a burden to those at work."""

COUNTED = {
    "documents": "documents",
    "held": "documents_held",
    "oldest_waiting": "document_oldest_waiting_seconds",
    "imports": "imports",
    "connections": "connections",
    "poll_lag": "poll_lag_seconds",
    "attempts": "attempts_open",
    "notices_given_up": "notices_given_up",
    "notice_oldest": "notice_oldest_seconds",
}
"""The figure that each of the queries by group is about."""

Row = dict[str, object]


def standing(conn: Connection, day_limit: int, minute_limit: int) -> list[Sample]:
    """Return how the fleet stands. Raises psycopg.Error, also when it takes too long."""
    conn.execute("select set_config('statement_timeout', %s, true)", [str(PATIENCE_MS)])
    samples = [
        (figure, labels_of(figure, row), _number(row["value"]))
        for query, figure in COUNTED.items()
        for row in _rows(conn, query)
    ]
    limits = {"day_limit": day_limit, "minute_limit": minute_limit}
    for row in _rows(conn, "each_connection", limits):
        samples += _named(row, (str(row["connection"]),))
    for row in _rows(conn, "fleet"):
        samples += _named(row, ())
    return samples


def server_time(conn: Connection) -> float:
    """Return PostgreSQL's clock, in seconds since 1970."""
    row = conn.execute("select extract(epoch from clock_timestamp())").fetchone()
    assert row is not None, "a select without a table gives one row"
    return float(row[0])


def _named(row: Row, labels: tuple[str, ...]) -> Iterator[Sample]:
    """Yield the figures that the columns of *row* are named after; null is no figure."""
    for name, value in row.items():
        if name in FIGURES and value is not None:
            yield name, labels, _number(value)


def _rows(conn: Connection, query: str, values: Mapping[str, object] | None = None) -> list[Row]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL[query], values).fetchall()


def _number(value: object) -> float:
    assert isinstance(value, int | float | Decimal), f"{value!r} is no number"
    return float(value)

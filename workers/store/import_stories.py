"""Why imports wait; what was said about one, and what people did with it."""

from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from workers.store.documents import Act, Said
from workers.store.reports import Cause
from workers.store.sql import queries

SQL = queries("import_stories")


def events(conn: Connection, import_id: int) -> list[Said]:
    """Return what was said about an import, oldest first."""
    with conn.cursor(row_factory=class_row(Said)) as cursor:
        return cursor.execute(SQL["events"], {"id": import_id}).fetchall()


def audit_trail(conn: Connection, import_id: int) -> list[Act]:
    """Return what people did with an import, oldest first."""
    with conn.cursor(row_factory=class_row(Act)) as cursor:
        return cursor.execute(SQL["audit_trail"], {"id": import_id}).fetchall()


def causes(conn: Connection, connection_id: UUID | None) -> list[Cause]:
    """Return why imports wait for a person, the most frequent cause first."""
    with conn.cursor(row_factory=class_row(Cause)) as cursor:
        return cursor.execute(SQL["causes"], {"connection_id": connection_id}).fetchall()

"""What was said about an import, and what people did with it: for whoever asks afterwards."""

from psycopg import Connection
from psycopg.rows import class_row

from workers.store.documents import Act, Said
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

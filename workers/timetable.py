"""What people decide about schedules: how often, on or off, now. Each act is written down."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import Connection

from workers.store import connections, schedules
from workers.store.schedules import Listed, ScheduleKind


def change(
    conn: Connection,
    connection_id: UUID,
    kind: ScheduleKind,
    who: str,
    *,
    minutes: int | None = None,
    enabled: bool | None = None,
) -> bool:
    """Set interval (1 to 1440 minutes) or switch; False when there is no such schedule."""
    if not schedules.change(conn, connection_id, kind, minutes=minutes, enabled=enabled):
        return False
    details = {"kind": kind.value, "minutes": minutes, "enabled": enabled}
    connections.audit(conn, who, "schedule set", connection_id, details=details)
    return True


def ask(conn: Connection, connection_id: UUID, wanted: Sequence[Listed], who: str) -> None:
    """Ask for runs at once; a worker takes them within seconds."""
    for each in wanted:
        schedules.ask(conn, connection_id, each.kind)
    kinds = [each.kind.value for each in wanted]
    connections.audit(conn, who, "run asked for", connection_id, details={"kinds": kinds})

"""Which queue serves what: wake-ups for imports and polls."""

from events import topology
from schemas.imports import ImportKind
from workers.store.schedules import ScheduleKind

IMPORT_QUEUES = {
    ImportKind.SALES_ORDER: topology.IMPORTS_SALES_ORDERS,
    ImportKind.PURCHASE_ORDER: topology.IMPORTS_PURCHASE_ORDERS,
}
"""Where a connection is woken that has imports to place."""

POLL_QUEUES = {
    ScheduleKind.SALES_ORDERS: topology.IMPORTS_SALES_ORDERS,
    ScheduleKind.PURCHASE_ORDERS: topology.IMPORTS_PURCHASE_ORDERS,
    ScheduleKind.MINTSOFT_ORDERS: topology.POLLS_MINTSOFT,
    ScheduleKind.MINTSOFT_INVOICES: topology.POLLS_MINTSOFT,
    ScheduleKind.XERO_TOTALS: topology.TOTALS,
}
"""Where a connection is woken whose schedule is due."""

SCHEDULES = {
    ImportKind.SALES_ORDER: ScheduleKind.SALES_ORDERS,
    ImportKind.PURCHASE_ORDER: ScheduleKind.PURCHASE_ORDERS,
}
"""What is polled for each kind of import."""

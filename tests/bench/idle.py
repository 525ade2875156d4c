"""What 10,000 idle connections cost in an hour on the default schedule, beside the plain way.

One connection is polled for real; its calls and bytes times polls and connections is the hour's.
The plain way lists every invoice and purchase order each time. The scheduler's ticks are timed on
schedules of connections that exist in the database, once nothing is due and once all are.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import Any

import httpx

from tests.bench import samples
from tests.support.documents import delivery
from tests.support.fleet import Fleet
from workers.starting import start

CLIENT = 78
INVOICES = 1000
"""Exports that the organisation holds; the plain way reads them all, each time."""

POLLS = 4
"""Of each kind in an hour, at 15 minutes."""

CONNECTIONS = 10_000
FEW = 10
TICKS_AN_HOUR = 1800
PAGE = 100


@dataclass(frozen=True)
class Idle:
    """Calls to Xero and bytes of bodies received, for all connections and an hour."""

    name: str
    calls: int
    bytes_received: int


@dataclass(frozen=True)
class Ticks:
    """Milliseconds of one tick of the scheduler, with as many connections as there are."""

    connections: int
    nothing_due: float
    all_due: float
    started: int

    @property
    def seconds_an_hour(self) -> float:
        """What all ticks of an hour take: the empty ones, and what starts every run."""
        return (TICKS_AN_HOUR * self.nothing_due + POLLS * self.all_due) / 1000


def costs(fleet: Fleet) -> list[Idle]:
    """Ours and the plain way; of this connection alone, whatever others there are."""
    fleet.execute("update connections set status = 'lost', lost_reason = 'bench'")
    tenant = fleet.organisation(limits={"enabled": False})["tenant_id"]
    settings = {"import_filters": {"not_before": "2020-01-01"}}
    fleet.connect(client_id=CLIENT, tenant_id=tenant, settings=settings)
    for number in range(1, INVOICES + 1, 200):
        fleet.send(*_deliveries(10_000_000 + number))
    fleet.drain()
    _polled(fleet)
    fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": 400}).raise_for_status()
    _polled(fleet)
    fleet.xero.admin.delete("/_sim/calls")
    _polled(fleet)
    ours = _counted(fleet, "ours: what is newer, once nothing can be late")
    return [ours, _plain(fleet, tenant)]


def ticks(fleet: Fleet) -> list[Ticks]:
    """A tick with few connections and with many."""
    return [_ticks(fleet, FEW), _ticks(fleet, CONNECTIONS)]


def _deliveries(first: int) -> list[Any]:
    messages = (
        samples.message(body, f"idle-{body['ID']}") for body in samples.orders(first, 200, CLIENT)
    )
    return [delivery(message.body, message.routing_key) for message in messages]


def _polled(fleet: Fleet) -> None:
    fleet.execute("delete from budget_calls")
    fleet.poll()


def _counted(fleet: Fleet, name: str) -> Idle:
    report = fleet.xero.admin.get("/_sim/calls").json()
    times = POLLS * CONNECTIONS
    return Idle(name, report["total"] * times, report["bytes_out"] * times)


def _plain(fleet: Fleet, tenant: str) -> Idle:
    token = fleet.xero.admin.post("/_sim/tokens", json={"tenant_ids": [tenant]}).json()
    headers = {"Authorization": f"Bearer {token['access_token']}", "Xero-Tenant-Id": tenant}
    fleet.xero.admin.delete("/_sim/calls")
    with httpx.Client(base_url=fleet.xero.url, headers=headers, timeout=30) as api:
        for what in ("Invoices", "PurchaseOrders"):
            page = 1
            while _read(api, what, page) == PAGE:
                page += 1
    return _counted(fleet, "the plain way: the full list each time")


def _read(api: httpx.Client, what: str, page: int) -> int:
    query = {"page": page, "pageSize": PAGE}
    answer = api.get(f"/api.xro/2.0/{what}", params=query, headers={"Accept": "application/json"})
    return len(answer.raise_for_status().json()[what])


def _ticks(fleet: Fleet, connections: int) -> Ticks:
    fleet.execute("update connections set status = 'lost', lost_reason = 'bench'")
    fleet.execute("delete from schedules")
    fleet.execute(
        "insert into connections (mode, account, client_id, tenant_id, status, token_set_id)"
        " select 'accounting', 'bench', (select coalesce(max(client_id), 0) from connections) + n,"
        " gen_random_uuid(), 'active', (select id from token_sets limit 1)"
        " from generate_series(1, %s) as n",
        [connections],
    )
    fleet.execute(
        "insert into schedules (connection_id, kind, interval_minutes, next_run_at)"
        " select id, kind, 15, schedule_slot(id, kind, 15, now() + interval '1 hour')"
        " from connections, unnest(array['sales_orders', 'purchase_orders']) as kinds (kind)"
        " where status = 'active'"
    )
    fleet.execute("analyze schedules")
    empty = median(_tick(fleet)[0] for _ in range(50))
    fleet.execute("update schedules set next_run_at = now()")
    full, started = _tick(fleet)
    fleet.execute("delete from wakeups")
    return Ticks(connections, empty, full, started)


def _tick(fleet: Fleet) -> tuple[float, int]:
    """Return milliseconds, and how many runs were started."""
    with fleet.runtime.pool.connection() as conn:
        begun, started = time.perf_counter(), 0
        while True:
            batch = start(conn)
            conn.commit()
            started += batch.started
            if not batch.is_full:
                return (time.perf_counter() - begun) * 1000, started

"""What grows with the number of connections: clocks, budget, figures, the console's lists.

A database is filled by SQL with connections as the fleet leaves them: mapped, with a chart, tokens,
schedules spread over their intervals, a used budget and one document in Xero each. One in a
hundred has a document that waits for a person. Nothing here calls Xero but the last table: what a
chart costs that is read again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID

import httpx

from tests.bench.place import Place
from tests.bench.section import Section
from tests.support import databases
from tests.support.console import Browser, serving_console
from tests.support.fleet import Fleet, make_fleet
from tests.support.processes import settings_of
from workers.clock import SYSTEM
from workers.starting import start
from workers.store import measures
from workers.store.operators import Role
from workers.store.wakeups import Wakeup, wake
from workers.xero.budget import MINUTE_LIMIT

SIZES = (1_000, 10_000, 100_000)
TIMES = 5
VISITS = 3
HOPELESS = 5_000.0
"""Milliseconds."""

TURN = 450
"""Turns of the scheduler in the 15 minutes of a poll: what falls to one of them is due at once."""

PATIENCE = "10min"

ID = "('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid"
FILL = [
    """
insert into token_sets (access_token, refresh_token, digest, expires_at)
select '', '', int8send(n), now() + interval '30 minutes'
from generate_series(1, {most}) n
""",
    """
insert into connections (id, mode, account, client_id, tenant_id, organisation, status,
                         token_set_id)
select {id}, 'accounting', 'crowd' || n / 50, 1000 + n, gen_random_uuid(), 'Organisation ' || n,
       'active', t.id
from generate_series(1, {most}) n join token_sets t on t.digest = int8send(n)
""",
    """
insert into mappings (connection_id, revision, content, saved_by)
select id, 1, '{{}}', 'bench' from connections where account like 'crowd%'
""",
    "update connections set mapping_revision = 1 where account like 'crowd%'",
    """
insert into charts (connection_id, organisation, accounts, tax_rates, tracking, currencies, due_at)
select id, '{{}}', '[]', '[]', '[]', '[]', now() + interval '4 hours'
from connections where account like 'crowd%'
""",
    """
insert into budgets (tenant_id, day, day_used)
select tenant_id, (now() at time zone 'UTC')::date, 200
from connections where account like 'crowd%'
""",
    """
insert into schedules (connection_id, kind, interval_minutes, next_run_at, complete_at)
select id, kind, 15, schedule_slot(id, kind, 15, now() + interval '15 minutes'), now()
from connections, unnest(array['sales_orders', 'purchase_orders']) as kinds (kind)
where account like 'crowd%'
""",
    """
insert into schedules (connection_id, kind, interval_minutes, next_run_at, complete_at)
select id, 'xero_totals', 1440, now() + interval '12 hours', now()
from connections where account like 'crowd%'
""",
    """
insert into documents (connection_id, kind, mintsoft_id, client_id, number, status, version,
                       payload, total, currency, reason_code, reason_message, reason_remedy,
                       reason_cure, xero_id, xero_number, xero_total, posted_at)
select {id}, 'order', n, 1000 + n, 'ORD-' || n,
       case when held then 'needs_attention' else 'posted' end, now(), '{{}}', 12.00, 'GBP',
       case when held then 'totals_differ' end, case when held then 'Something is wrong.' end,
       case when held then 'Mend it.' end, case when held then 'mintsoft' end,
       case when not held then gen_random_uuid() end, case when not held then 'MS-ORD-' || n end,
       case when not held then 12.00 end, case when not held then now() end
from generate_series(1, {most}) n cross join lateral (select n % 100 = 0 as held) as facts
""",
]
"""``{{}}`` stands for an empty JSON object: the statements are formatted with numbers of ours."""

PAGES = (
    "/",
    "/connections",
    "/documents",
    "/imports",
    "/schedules",
    "/audit",
    "/reconciliation",
)

COMMANDS = (("doctor",), ("connection", "list"), ("schedule", "list"))


def measure(place: Place, sizes: Sequence[int], say: Callable[[str], None]) -> dict[str, Section]:
    """Milliseconds of each, with as many connections as *sizes*."""
    heads = [f"{size:,}" for size in sizes]
    jobs = Section("Milliseconds with as many connections", ["what", *heads], digits=1)
    pages = Section("Pages: milliseconds, and kilobytes", ["page", *heads, "kB"], digits=0)
    commands = Section("Commands: seconds, the start of Python included", ["command", *heads])
    found = []
    for most in sizes:
        with databases.migrated_database(place.database_url) as url:
            fleet = make_fleet(url, place.fleet.xero, place.fleet.mintsoft, SYSTEM)
            try:
                fill(fleet, most)
                say(f"{most:,} connections")
                jobs_of = _jobs(fleet, most)
                say(str(jobs_of))
                found.append((jobs_of, _pages(fleet), _commands(fleet, place.amqp_url)))
            finally:
                fleet.runtime.close()
    _columns(jobs, [each[0] for each in found])
    _columns(commands, [each[2] for each in found])
    for page in PAGES:
        visits = [each[1][page] for each in found]
        pages.rows.append([page, *(took for took, _ in visits), visits[-1][1] / 1000])
    return {"crowd_jobs": jobs, "crowd_pages": pages, "crowd_commands": commands}


def fill(fleet: Fleet, most: int) -> None:
    """Add *most* connections and what belongs to them."""
    with fleet.runtime.pool.connection() as conn:
        conn.execute(f"set local statement_timeout = '{PATIENCE}'")
        for statement in FILL:
            conn.execute(statement.format(most=most, id=ID))
    while fleet.runtime.summer.once():
        pass
    fleet.execute("analyze")


def chart(fleet: Fleet) -> Section:
    """Calls and bytes of a chart that is read again, as each connection's is every four hours."""
    section = Section("A chart's calls to Xero", ["what", "calls", "bytes received"])
    [row] = fleet.rows("select id from connections order by created_at limit 1")
    for what in ("read for the first time", "read again, unchanged"):
        fleet.execute("update charts set due_at = now() - interval '1 second'")
        fleet.xero.admin.delete("/_sim/calls")
        fleet.runtime.keeper.keep(row["id"])
        report = fleet.xero.admin.get("/_sim/calls").json()
        section.rows.append([what, report["total"], report["bytes_out"]])
    return section


def _columns(section: Section, found: list[dict[str, float]]) -> None:
    section.rows += [[name, *(each[name] for each in found)] for name in found[0]]


def _jobs(fleet: Fleet, most: int) -> dict[str, float]:
    """Milliseconds of what the fleet does by the clock, and of what every call to Xero asks."""
    fleet.runtime.starter.once()
    found = {
        "scheduler: a look, nothing due": _timed(fleet, lambda conn: start(conn)),
        "scheduler: a turn's share of polls": _turn(fleet, most),
        "scheduler: every poll at once": _all_polls(fleet),
    }
    fleet.execute("update schedules set due_at = null")
    fleet.execute("delete from wakeups")
    fleet.execute("analyze schedules")
    return found | {
        "sweep, nothing due": _often(lambda: fleet.runtime.sweep.once()),
        "metrics: how the fleet stands": _timed(
            fleet, lambda conn: measures.standing(conn, 5000, MINUTE_LIMIT)
        ),
        "tallies: nothing to fold": _often(lambda: fleet.runtime.summer.once()),
        "notices: a look": _often(lambda: fleet.runtime.notifier.once()),
        "budget: take and give back": _budget(fleet),
        "500 wake-ups": _wake(fleet),
    }


def _timed(fleet: Fleet, act: Callable[[Any], object]) -> float:
    def once() -> None:
        with fleet.runtime.pool.connection() as conn:
            act(conn)

    return _often(once)


def _often(act: Callable[[], object]) -> float:
    """Return the median in milliseconds."""
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def _turn(fleet: Fleet, most: int) -> float:
    """Return the milliseconds of a turn that finds its share of both kinds of poll due."""
    share = max(2 * most // TURN, 1)
    fleet.execute(
        "update schedules set next_run_at = now() where (connection_id, kind) in ("
        "select connection_id, kind from schedules where kind <> 'xero_totals' limit %s)",
        [share],
    )
    return _once(lambda: fleet.runtime.starter.once())


def _all_polls(fleet: Fleet) -> float:
    fleet.execute("delete from wakeups")
    fleet.execute("update schedules set due_at = null, next_run_at = now()")
    return _once(lambda: fleet.runtime.starter.once())


def _once(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _budget(fleet: Fleet) -> float:
    [row] = fleet.rows("select tenant_id from connections where account like 'crowd%%' limit 1")
    tenant: UUID = row["tenant_id"]

    def call() -> None:
        taken = fleet.runtime.budget.take(tenant, "export")
        fleet.runtime.budget.settle(taken, {}, 200)

    return _often(call)


def _wake(fleet: Fleet) -> float:
    ids = [row["id"] for row in fleet.rows("select id from connections limit 500")]
    return _timed(fleet, lambda conn: wake(conn, [Wakeup(each, "upkeep") for each in ids]))


def _pages(fleet: Fleet) -> dict[str, tuple[float, int]]:
    """Milliseconds and bytes of each page."""
    with serving_console(fleet) as console:
        browser = console.signed_in("bench", Role.BOOKKEEPER)
        browser.client.timeout = httpx.Timeout(600)
        return {path: _visited(browser, path) for path in PAGES}


def _visited(browser: Browser, path: str) -> tuple[float, int]:
    """Visit once to compile the template, then for the median; what is hopeless only once."""
    times, size = [], 0
    for visit in range(VISITS + 1):
        began = time.perf_counter()
        answer = browser.get(path)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
        size = len(answer.content)
        if visit == 0 and times[0] > HOPELESS:
            return times[0], size
    return median(times[1:]), size


def _commands(fleet: Fleet, amqp_url: str) -> dict[str, float]:
    environment = os.environ | settings_of(fleet, amqp_url)
    return {" ".join(each): _once(partial(_run, environment, each)) / 1000 for each in COMMANDS}


def _run(environment: Mapping[str, str], command: Sequence[str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "workers", *command, "--json"],
        check=False,  # a doctor without a fleet finds something
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

"""Whether anything costs more because the ledger is large, or because there are many connections.

Each operation is timed by turns on a small and on a large database, and the fastest of its
repetitions is taken: growth shows in it, and whatever else the machine does hardly does.
Rows that are there already are as the fleet leaves them, posted and tagged, but for their
payload, which is short: nothing reads the payload of what is in Xero.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psycopg

from schemas.exports import Kind
from tests.bench import samples
from tests.bench.grounds import Ground, prepared
from tests.bench.place import CLIENTS, Place
from tests.bench.section import Section
from tests.bench.stopwatch import Stopwatch
from tests.support.documents import delivery
from workers.actors.orders import export_orders
from workers.store import documents, ledger, overview
from workers.store.documents import Filter

FEW, MANY = 1_000, 1_000_000
FEW_CONNECTIONS, MANY_CONNECTIONS = 1, 1_000
TIMES = 12

Operations = dict[str, Callable[[], float]]
"""Each returns the seconds it took."""

FILL = """
with numbers as (select %(first)s::bigint + n as id from generate_series(1, %(count)s) as n),
attempt as (
    insert into attempts (connection_id, kind, state, lease_until, tries, outcome, finished_at)
    select %(connection)s, 'order', 'done', now(), 1, 'answered', now()
    returning id
), document as (
    insert into documents (connection_id, kind, mintsoft_id, client_id, number, status, version,
        payload, total, currency, xero_id, xero_number, xero_total, exported_total,
        exported_currency, posted_at)
    select %(connection)s, 'order', id, 3, 'ORD-' || id, 'posted', now(), '{}', 12, 'GBP',
        gen_random_uuid(), 'MS-ORD-' || id, 12, 12, 'GBP', now()
    from numbers
    returning id, number
), member as (
    insert into attempt_members (attempt_id, position, document_id, version, invoice_number, url,
        expected_total, currency, mintsoft_total)
    select attempt.id, row_number() over (), document.id, now(), 'MS-' || number, '', 12, 'GBP', 12
    from document, attempt
), tag as (
    insert into tags (document_id, connection_id, done_at)
    select id, %(connection)s, now() from document
), said as (
    insert into outbox (type, account, subject, data, published_at)
    select 'document.posted.v1', 'acme', id::text, '{}', now() from numbers
)
insert into inbox (source, event_id, type, outcome)
select '/mintsoft/acme', 'filled-' || id, 'order.dispatched.v1', 'accepted' from numbers
"""


def rows(place: Place, most: int) -> Section:
    """Milliseconds of what the fleet does all day, with few rows in the ledger and with many."""
    section = Section(
        "Milliseconds with as many documents in the ledger",
        ["operation", f"{FEW:,}", f"{most:,}", "times"],
    )
    with prepared(place) as small, prepared(place) as large:
        _fill(small, FEW)
        _fill(large, most)
        _compared(section, small, large)
    return section


def connections(place: Place) -> Section:
    """The same with one connection and with many, all of one Mintsoft account."""
    section = Section(
        "Milliseconds with as many connections",
        ["operation", f"{FEW_CONNECTIONS:,}", f"{MANY_CONNECTIONS:,}", "times"],
    )
    with prepared(place) as small, prepared(place) as large:
        for ground in (small, large):
            _leave_one(ground)
        _connect(large, MANY_CONNECTIONS - FEW_CONNECTIONS)
        _compared(section, small, large)
    return section


def _compared(section: Section, small: Ground, large: Ground) -> None:
    """Each operation by turns here and there: what slows the machine down slows both."""
    few, many = _operations(small), _operations(large)
    for name in few:
        pairs = [(few[name](), many[name]()) for _ in range(TIMES)]
        before, after = (min(times) * 1000 for times in zip(*pairs, strict=True))
        section.rows.append([name, before, after, after / before])


def _operations(ground: Ground) -> Operations:
    """What is timed, in an order in which each finds what it needs."""
    fleet, pool = ground.fleet, ground.fleet.runtime.pool
    return {
        "take in 200 events": lambda: _intake(ground),
        "claim 50": lambda: _claim(ground),
        "export 50, without Xero's time": lambda: _export(ground),
        "relay's look at the outbox": lambda: _timed(lambda: fleet.relay.once()),
        "sweep": lambda: _timed(lambda: fleet.runtime.sweep.once()),
        "list: first page": lambda: _list(ground, Filter()),
        "list: what needs attention": lambda: _list(ground, Filter(status="needs_attention")),
        "list: a connection's": lambda: _list(ground, Filter(connection_id=_connection(ground))),
        "one document": lambda: _timed(lambda: _in(pool, lambda conn: documents.find(conn, 1))),
        "count by status": lambda: _timed(lambda: _in(pool, overview.counts)),
    }


def _in(pool: Any, act: Callable[[psycopg.Connection], object]) -> None:
    with pool.connection() as conn:
        act(conn)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _intake(ground: Ground) -> float:
    messages = ground.place.events(200)
    batch = [delivery(each.body, samples.TYPE) for each in messages]
    return _timed(lambda: ground.fleet.send(*batch))


def _claim(ground: Ground) -> float:
    connection = _connection(ground)
    with ground.fleet.runtime.pool.connection() as conn:
        seconds = _timed(lambda: ledger.claim(conn, connection, Kind.ORDER))
        conn.rollback()
    return seconds


def _export(ground: Ground) -> float:
    """Seconds of one batch; what the simulated Xero takes is left out."""
    fleet, called = ground.fleet, Stopwatch()
    fleet.runtime.around_gateway = called.around
    return _timed(lambda: export_orders(fleet.runtime, str(_connection(ground)))) - called.seconds


def _list(ground: Ground, wanted: Filter) -> float:
    pool = ground.fleet.runtime.pool
    return _timed(lambda: _in(pool, lambda conn: documents.listed(conn, wanted)))


def _connection(ground: Ground) -> Any:
    [row] = ground.fleet.rows("select id from connections where client_id = %s", [CLIENTS[0]])
    return row["id"]


def _fill(ground: Ground, count: int) -> None:
    """Add documents that are in Xero already, with all that goes with them."""
    url = ground.fleet.runtime.settings.database_url.get_secret_value()
    [row] = ground.fleet.rows("select coalesce(max(mintsoft_id), 0) as n from documents")
    values = {"first": int(row["n"]) + 10**9, "count": count, "connection": _connection(ground)}
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("set session_replication_role = replica")  # five million keys are not checked
        conn.execute(FILL, values)
        conn.execute("reset session_replication_role")
        conn.execute("vacuum analyze")


def _leave_one(ground: Ground) -> None:
    ground.fleet.execute(
        "update connections set status = 'lost', lost_reason = 'bench' where client_id <> %s",
        [CLIENTS[0]],
    )


def _connect(ground: Ground, count: int) -> None:
    ground.fleet.execute(
        "insert into connections (mode, account, client_id, tenant_id, status, token_set_id,"
        " mapping_revision, settings)"
        " select 'accounting', account, 100000 + n, gen_random_uuid(), 'active', token_set_id,"
        " mapping_revision, settings"
        " from connections, generate_series(1, %s) as n where client_id = %s",
        [count, CLIENTS[0]],
    )
    ground.fleet.execute(
        "insert into charts (connection_id, organisation, accounts, tax_rates, tracking,"
        " currencies, due_at)"
        " select c.id, '{}', '[]', '[]', '[]', '[]', now() + interval '1 day'"
        " from connections c where c.client_id > 100000"
    )
    ground.fleet.execute("analyze")

"""What nobody can be faster than here: each part alone, with nothing of ours around it.

A goal in times of the plain way is a goal for a machine as well. These floors tell one from the
other: what a queue, a table and the two systems on the other side take when they are all there is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID, uuid4

import pika
import psycopg
from psycopg import sql

from events.envelope import Event
from events.topology import INGRESS
from tests.bench import samples, ways
from tests.bench.grounds import Ground, id_of, prepared
from tests.bench.place import CLIENTS, Place
from tests.bench.section import Section
from tests.bench.spent import spending
from workers.broker import Waker, open_broker
from workers.intake import Intake
from workers.mapping.arrivals import Arrival
from workers.mintsoft.gateway import TAG
from workers.routing import Directory, arrivals_of, clients_of
from workers.store import inbox
from workers.xero.gateway import BATCH

THREADS = 8
PLAIN = 5
"""The plain way gets so many times fewer."""

ACK = 100
PREFETCH = 500
COMMIT = 200
"""Rows in one transaction, as in the ingress's own batch."""

COLUMNS = ("connection_id", "kind", "mintsoft_id", "client_id", "number", "status", "version")
AMOUNTS = ("payload", "total", "currency")


def floors(place: Place, count: int) -> Section:
    """Each floor with *count* things: how many a second, and what each took of a core."""
    section = Section(
        "Each part alone, beside ours and the plain way into the ledger",
        ["what", "a second", "milliseconds of a core each, all processes"],
        digits=3,
    )
    with prepared(place) as servers:
        for name, number, act in _parts(servers, count):
            with spending(servers.families) as cost:
                began = time.perf_counter()
                act()
                seconds = time.perf_counter() - began
            section.rows.append([name, round(number / seconds), cost.total(number)])
    return section


def _parts(ground: Ground, count: int) -> Iterator[tuple[str, int, Any]]:
    """Yield what is measured; preparing it is not."""
    messages = ground.orders(count)
    with ground.place.broker(messages[: count // PLAIN]) as url:
        few = count // PLAIN
        yield "the plain way: one by one to Dramatiq", few, lambda: ways.plain(url, few)
    with ground.place.broker(messages) as url, closing(open_broker(url)) as broker:
        take_in = Intake(ground.fleet.runtime.pool, Waker(broker)).handle
        yield "ours: from the queue to the ledger", count, lambda: ways.batched(url, take_in, count)
    with ground.place.broker(messages) as url:
        yield "pika: consume, one ack for 100", count, lambda: _consume(url, count)
    bodies = [each.body for each in messages]
    events = ways.events_of(ways.deliveries(bodies, samples.TYPE, "application/cloudevents+json"))
    rows = _rows(ground, events)
    with _bare_table(ground) as conn:
        yield "PostgreSQL: COPY, no key, no index, 200 a commit", count, lambda: _copy(conn, rows)
    known = [id_of(each) for each in messages]
    yield "Mintsoft: tags alone, eight threads", count, lambda: _tags(ground, known)
    batches = _batches(ground, count)
    yield "Xero: batches of 50 alone", count, lambda: _put(ground, batches)


def _consume(url: str, count: int) -> None:
    left = count

    def arrived(channel: Any, method: Any, _properties: Any, _body: bytes) -> None:
        nonlocal left
        left -= 1
        if left % ACK == 0:
            channel.basic_ack(method.delivery_tag, multiple=True)
        if not left:
            channel.stop_consuming()

    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=PREFETCH)
        channel.basic_consume(INGRESS, arrived)
        channel.start_consuming()


def _rows(ground: Ground, events: Sequence[Event]) -> list[tuple[Any, ...]]:
    with ground.fleet.runtime.pool.connection() as conn:
        directory = Directory(
            inbox.routes(conn, {event.account for event in events}, clients_of(events))
        )
    arrivals = [each for event in events for each in arrivals_of(event, directory)]
    return [_row(each) for each in arrivals]


def _row(each: Arrival) -> tuple[Any, ...]:
    key, amounts = each.key, (each.payload, each.total, each.currency)
    identity = (key.connection_id, key.kind.value, key.mintsoft_id, each.client_id, each.number)
    return (*identity, "waiting", each.version, *amounts)


@contextmanager
def _bare_table(ground: Ground) -> Iterator[psycopg.Connection]:
    """A table of the ledger's columns and nothing else, for the length of a block."""
    url = ground.fleet.runtime.settings.database_url.get_secret_value()
    names = sql.SQL(", ").join(map(sql.Identifier, [*COLUMNS, *AMOUNTS]))
    with psycopg.connect(url) as conn:
        conn.execute(sql.SQL("create table bare as select {} from documents limit 0").format(names))
        conn.execute("alter table bare alter column payload set storage external")
        conn.commit()
        yield conn
        conn.execute("drop table bare")


def _copy(conn: psycopg.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, [*COLUMNS, *AMOUNTS]))
    statement = sql.SQL("copy bare ({}) from stdin").format(columns)
    for start in range(0, len(rows), COMMIT):
        with conn.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows[start : start + COMMIT]:
                copy.write_row(row)
        conn.commit()


def _tags(ground: Ground, ids: Sequence[int]) -> None:
    [row] = ground.fleet.rows("select id from connections limit 1")
    mintsoft = ground.fleet.runtime.mintsoft_for(row["id"])
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda order: mintsoft.tag_order(order, TAG), ids))


def _batches(ground: Ground, count: int) -> list[bytes]:
    """Bodies of 50 invoices as the fleet sends them, of numbers that Xero has never seen."""
    invoice = {
        "Type": "ACCREC",
        "Contact": {"Name": "Sam Buyer"},
        "Date": "2026-11-02",
        "DueDate": "2026-11-02",
        "LineAmountTypes": "Exclusive",
        "Status": "AUTHORISED",
        "CurrencyCode": "GBP",
        "LineItems": [
            {
                "Description": "Enamel mug, navy",
                "Quantity": 1,
                "UnitAmount": 10,
                "AccountCode": "200",
                "TaxType": "OUTPUT2",
            }
        ]
        * 2,
    }
    numbers = [f"FLOOR-{uuid4().hex[:6]}-{n}" for n in range(count)]
    return [
        json.dumps(
            {
                "Invoices": [
                    invoice | {"InvoiceNumber": number, "Url": f"https://mintsoft.example/{number}"}
                    for number in numbers[start : start + BATCH]
                ]
            }
        ).encode()
        for start in range(0, count, BATCH)
    ]


def _put(ground: Ground, batches: Sequence[bytes]) -> None:
    with ground.fleet.runtime.pool.connection() as conn:
        api, tenant, token = _access(ground, conn)
    headers = {
        "Authorization": f"Bearer {token}",
        "Xero-Tenant-Id": str(tenant),
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    for body in batches:
        answer = api.send(
            "PUT",
            f"{ground.fleet.xero.url}/api.xro/2.0/Invoices",
            query=[("summarizeErrors", False), ("unitdp", 4)],
            headers=headers,
            body=body,
        )
        if answer.status != 200 or b'"HasErrors":true' in answer.body:
            raise SystemExit(f"the floor of Xero was not measured: {answer.body[:500]!r}")


def _access(ground: Ground, conn: psycopg.Connection) -> tuple[Any, UUID, str]:
    runtime = ground.fleet.runtime
    row = conn.execute(
        "select tenant_id, token_set_id from connections where client_id = %s", [CLIENTS[0]]
    ).fetchone()
    assert row is not None
    return runtime.transport, row[0], runtime.tokens.of(row[1]).access_token()

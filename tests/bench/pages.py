"""The console's pages over a large ledger: what a visitor waits for, p50 and p95.

The ledger is filled by SQL, unevenly: a third of the documents are one connection's, most are in
Xero, what waits is the newest, and what needs somebody is spread over all of it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import parse_qsl

from httpx import Response

from tests.bench.section import Section
from tests.support.console import Browser, hidden_fields, serving_console
from tests.support.fleet import Fleet
from workers.store.operators import Role

VISITS = 20
GOAL = 300.0
"""Milliseconds, p95."""

SLICE = 100_000
"""Rows of one statement; a statement has a time limit."""

CONNECTIONS = """
insert into connections (id, mode, account, client_id, status, lost_reason, tenant_id, organisation)
select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       case when n > 48 then 'fulfilment' else 'accounting' end, 'account' || n,
       case when n > 48 then null else 1000 + n end, 'lost', 'bench', gen_random_uuid(),
       'Organisation ' || n
from generate_series(1, 50) n
"""

FILL = """
insert into documents (connection_id, kind, mintsoft_id, client_id, number, status, version,
                       payload, total, currency, reason_code, reason_message, reason_remedy,
                       reason_cure, warnings, xero_id, xero_number, xero_total, posted_at,
                       created_at)
select ('00000000-0000-4000-8000-' || lpad(place::text, 12, '0'))::uuid,
       case when place > 48 then 'invoice' else 'order' end, n,
       case when place > 48 then n %% 300 + 1 else 1000 + place end, 'ORD-' || n, stands, now(),
       json_build_object('ExternalOrderReference', 'WEB-' || n, 'Rest', repeat('x', 600)), 12.00,
       'GBP', case when held then (array['account_archived', 'currency_not_enabled',
                                         'totals_differ'])[1 + n %% 3] end,
       case when held then 'Something is wrong.' end, case when held then 'Mend it.' end,
       case when held then 'xero' end,
       case when n %% 500 = 0 and done then '[{"code": "a", "message": "b"}]'::jsonb else '[]' end,
       case when done then gen_random_uuid() end, case when done then 'MS-ORD-' || n end,
       case when done then 12.00 end, case when done then at end, at
from (
    select n, case when n %% 97 = 0 then 49 + n / 97 %% 2 when n %% 3 = 0 then 1
                   else 1 + n %% 48 end as place,
           now() - interval '300 days' + n * interval '25 seconds' as at,
           case when n > %(most)s * 0.97 then 'waiting' when n %% 400 = 0 then 'needs_attention'
                when n %% 900 = 0 then 'skipped' when n %% 5000 = 1 then 'withdrawn'
                else 'posted' end as stands
    from generate_series(%(first)s::bigint, %(last)s) n) as each_one
cross join lateral (
    select stands = 'posted' as done, stands in ('needs_attention', 'skipped') as held) as facts
"""

BESIDE = (
    """
insert into xero_totals (tenant_id, xero_id, number, status, day, currency, net, total, updated_at,
                         made_by_app)
select c.tenant_id, d.xero_id, d.xero_number, case when d.id %% 3000 = 0 then 'VOIDED'
            else 'PAID' end,
       d.posted_at::date, 'GBP', 10.00, case when d.id %% 700 = 0 then 13.00 else 12.00 end,
       d.posted_at, true
from documents d join connections c on c.id = d.connection_id
where d.xero_id is not null and d.id between %(first)s and %(last)s
""",
    """
insert into imports (connection_id, tenant_id, account, client_id, kind, xero_id, number, status,
                     xero_updated_at, payload, placed, delivery, mintsoft_id, mintsoft_number,
                     imported_at, reason_code, reason_message, reason_remedy, reason_cure)
select c.id, c.tenant_id, c.account, 1,
       case when n %% 7 = 0 then 'purchase_order' else 'sales_order' end, gen_random_uuid(),
       'INV-' || n, case when held then 'needs_attention' else 'imported' end, now(), '{}',
       case when not held then '{}'::json end, case when not held then 'api' end,
       case when not held then n end, case when not held then 'SO-' || n end,
       case when not held then now() end,
       case when held then (array['sku_unknown', 'currency_unknown'])[1 + n %% 2] end,
       case when held then 'Something is wrong.' end, case when held then 'Mend it.' end,
       case when held then 'mintsoft' end
from generate_series(%(first)s::bigint, %(last)s, 5) n
join connections c on c.account = 'account' || 1 + n %% 50
cross join lateral (select n %% 201 = 0 as held) as facts
""",
    """
insert into audit (who, action, connection_id, document_id, at)
select 'person' || n %% 9, (array['retried', 'skipped', 'mapping saved'])[1 + n %% 3],
       d.connection_id, d.id, d.created_at
from generate_series(%(first)s::bigint, %(last)s, 5) n join documents d on d.id = n
""",
    """
insert into parked (routing_key, body, code, reason)
select 'order.dispatched.v1', '{}', (array['not-json', 'wrong-data', 'unknown-type'])[1 + n %% 3],
       'Something can''t be read.'
from generate_series(%(first)s::bigint, %(last)s, 50) n
""",
)
"""What lies beside so many documents: Xero's figures of each, a fifth as many imports and acts."""

SCHEDULES = """
insert into schedules (connection_id, kind, interval_minutes, complete_at)
select c.id, kind, 60, now()
from connections c
cross join unnest(array['sales_orders', 'purchase_orders', 'mintsoft_orders', 'xero_totals']) kind
"""

HERE = "00000000-0000-4000-8000-000000000001"
PAGES = (
    "/",
    "/connections",
    f"/connections/{HERE}",
    f"/connections/{HERE}/preview",
    f"/connections/{HERE}/drafts",
    f"/connections/{HERE}/backfill",
    f"/connections/{HERE}/mapping",
    f"/connections/{HERE}/mapping/import",
    f"/connections/{HERE}/notices",
    f"/connections/{HERE}/disconnect",
    "/connections/new",
    "/documents",
    "/documents?below={middle}",
    "/documents?status=waiting",
    "/documents?status=posted",
    "/documents?status=posted_with_warnings",
    "/documents?status=withdrawn",
    "/documents?reason=totals_differ",
    f"/documents?connection={HERE}",
    f"/documents?connection={HERE}&status=skipped",
    "/documents?client=211",
    "/documents?kind=invoice",
    "/documents?from=2026-05-01&to=2026-05-02",
    "/documents?q=ord-555555",
    "/documents?q=web-12",
    "/documents?q=o",
    "/documents/{middle}",
    "/imports",
    "/imports?status=needs_attention",
    "/imports?reason=sku_unknown",
    f"/imports?connection={HERE}&kind=purchase_order",
    "/imports?text=inv-55555",
    "/imports?text=nothing",
    "/imports/1",
    "/imports/retry?status=needs_attention",
    "/parked",
    "/parked?code=not-json",
    "/parked?text=nothing",
    "/parked/1",
    "/parked/replay",
    "/schedules",
    f"/reconciliation?connection={HERE}&first={{month}}&last={{end}}",
    f"/reconciliation?connection={HERE}&first={{month}}&last={{end}}&finding=all",
    f"/reconciliation?connection={HERE}&first={{year}}&last={{end}}",
    "/audit",
    "/audit?who=person3",
    f"/audit?connection={HERE}",
    "/reasons",
    "/reasons/totals_differ",
    "/events-reference",
)
"""``month`` and ``year`` begin spans that end at ``end``; ``middle`` is a document."""

PREVIEWS = (
    "/documents?verb=retry",
    "/documents?verb=retry&status=needs_attention",
    "/documents?verb=retry&reason=totals_differ",
    f"/documents?verb=skip&connection={HERE}",
    "/documents?verb=skip&client=211",
    "/documents?verb=skip&q=web-12",
)
"""What would be done with all that fit, as the list's form asks it."""

ACT = "/acts/{id}"


@dataclass(frozen=True)
class Page:
    """How long a page took, in milliseconds."""

    path: str
    times: Sequence[float]

    @property
    def p50(self) -> float:
        """Half of the visits took no longer."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """Nineteen of twenty visits took no longer."""
        return statistics.quantiles(self.times, n=20, method="inclusive")[-1]


def measure(fleet: Fleet, documents: int, say: Callable[[str], None]) -> list[Page]:
    """Fill the fleet's ledger up to *documents*, visit each page, and return the times."""
    fill(fleet, documents, say)
    with serving_console(fleet) as console:
        browser = console.signed_in("bench", Role.OPERATOR)
        named = days(fleet) | {"middle": documents // 2}
        found = [_visited(path, partial(browser.get, path)) for path in addresses(**named)]
        found += [_previewed(browser, address) for address in PREVIEWS]
        return [*found, _visited(ACT, partial(browser.get, _acted(browser)))]


def addresses(**named: object) -> list[str]:
    """Return the pages' addresses with the days that they name."""
    return [path.format(**named) for path in PAGES]


def fill(fleet: Fleet, documents: int, say: Callable[[str], None]) -> None:
    """Add *documents* and give them their search terms."""
    fleet.execute(CONNECTIONS)
    for first in range(1, documents + 1, SLICE):
        last = min(first + SLICE - 1, documents)
        _fill(fleet, first, last, documents)
        say(f"{last:,} documents")
    fleet.execute(SCHEDULES)
    while fleet.runtime.summer.once():
        pass
    say("search terms")
    fleet.execute("analyze")


def days(fleet: Fleet) -> dict[str, object]:
    """Return the days that addresses name: the documents' last month and their last year."""
    [row] = fleet.rows("select max(day) as last from xero_totals")
    end = row["last"]
    return {"end": end, "month": end - timedelta(days=30), "year": end - timedelta(days=365)}


def _fill(fleet: Fleet, first: int, last: int, most: int) -> None:
    with fleet.runtime.pool.connection() as conn:
        conn.execute("set local statement_timeout = '10min'")
        conn.execute(FILL, {"first": first, "last": last, "most": most})
        for statement in BESIDE:
            conn.execute(statement, {"first": first, "last": last})


def _previewed(browser: Browser, address: str) -> Page:
    path, _, asked = address.partition("?")
    fields = hidden_fields(browser.get(path).text) | dict(parse_qsl(asked)) | {"scope": "all"}
    send = partial(browser.client.post, path, data=fields)
    return _visited(f"preview of {address}", send)


def _acted(browser: Browser) -> str:
    """Retry what one reason holds; return the address that says what became of it."""
    asked = {"verb": "retry", "scope": "all", "reason": "totals_differ"}
    hidden = hidden_fields(browser.get("/documents").text)
    preview = browser.client.post("/documents", data=hidden | asked)
    done = browser.client.post("/acts", data=hidden_fields(preview.text))
    if done.status_code != 303:
        raise SystemExit(f"the act was answered {done.status_code}")
    return done.headers["location"]


def _visited(path: str, visit: Callable[[], Response]) -> Page:
    times = []
    for _ in range(VISITS + 1):
        began = time.perf_counter()
        answer = visit()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
    return Page(path, times[1:])  # the first visit compiles the template


def section(found: Sequence[Page], documents: int) -> Section:
    """Return the times as a table; what is later than the goal says so."""
    table = Section(
        f"Pages over {documents:,} documents, milliseconds (goal: p95 {GOAL:.0f})",
        ["page", "p50", "p95", "goal"],
        digits=0,
    )
    for page in found:
        reached = "reached" if page.p95 <= GOAL else "missed"
        table.rows.append((page.path.replace(HERE, "{id}"), page.p50, page.p95, reached))
    return table

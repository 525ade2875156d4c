"""The console's pages over a large ledger: what a visitor waits for, p50 and p95.

The ledger is filled by SQL, unevenly: a third of the documents are one connection's, most are in
Xero, what waits is the newest, and what needs somebody is spread over all of it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.table import Table

from tests.support.console import Browser, serving_console
from tests.support.fleet import Fleet
from workers.store.operators import Role

DOCUMENTS = 1_000_000
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

HERE = "00000000-0000-4000-8000-000000000001"
PAGES = (
    "/",
    "/connections",
    f"/connections/{HERE}",
    "/documents",
    "/documents?below=500000",
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
    "/documents/500000",
)


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
        browser = console.signed_in("bench", Role.BOOKKEEPER)
        return [_visited(browser, path) for path in PAGES]


def fill(fleet: Fleet, documents: int, say: Callable[[str], None]) -> None:
    """Add *documents* and give them their search terms."""
    fleet.execute(CONNECTIONS)
    for first in range(1, documents + 1, SLICE):
        last = min(first + SLICE - 1, documents)
        _fill(fleet, first, last, documents)
        say(f"{last:,} documents")
    while fleet.runtime.summer.once():
        pass
    say("search terms")
    fleet.execute("analyze")


def _fill(fleet: Fleet, first: int, last: int, most: int) -> None:
    with fleet.runtime.pool.connection() as conn:
        conn.execute("set local statement_timeout = '10min'")
        conn.execute(FILL, {"first": first, "last": last, "most": most})


def _visited(browser: Browser, path: str) -> Page:
    times = []
    for _ in range(VISITS + 1):
        began = time.perf_counter()
        answer = browser.get(path)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
    return Page(path, times[1:])  # the first visit compiles the template


def table(pages: Sequence[Page]) -> Table:
    """Return the times for people."""
    found = Table(title=f"Pages over {DOCUMENTS:,} documents, milliseconds (goal: p95 {GOAL:.0f})")
    found.add_column("page")
    found.add_column("p50", justify="right")
    found.add_column("p95", justify="right")
    for page in pages:
        late = "" if page.p95 <= GOAL else "[bold red]"
        found.add_row(page.path, f"{page.p50:.0f}", f"{late}{page.p95:.0f}")
    return found

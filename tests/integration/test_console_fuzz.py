"""Whatever is sent to the console, it answers with a page or a refusal, never with a defect."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.console import Browser, ConsoleUnderTest, serving_console
from tests.support.fleet import Fleet
from workers.store import connections
from workers.store.operators import Role

KNOWN = "00000000-0000-4000-8000-000000000001"
PATHS = st.sampled_from(
    [
        "/",
        "/sign-in",
        "/sign-out",
        "/connections",
        "/connections/new",
        f"/connections/{KNOWN}",
        f"/connections/{KNOWN}/disconnect",
        f"/connections/{KNOWN}/mapping.yaml",
        f"/connections/{KNOWN}/mapping",
        f"/connections/{KNOWN}/mapping/check",
        f"/connections/{KNOWN}/mapping/import",
        "/connections/{0}",
        "/imports",
        "/imports/1",
        "/parked",
        "/parked/replay",
        "/parked/1",
        "/schedules",
        "/reconciliation",
        "/reconciliation.csv",
        "/audit",
        "/audit.csv",
        "/documents",
        "/documents/1",
        "/acts",
        "/acts/1",
        "/acts/1/undo",
        "/reasons",
        "/reasons/account_archived",
        f"/connections/{KNOWN}/preview",
        f"/connections/{KNOWN}/drafts",
        f"/connections/{KNOWN}/drafts/go-on",
        f"/connections/{KNOWN}/backfill",
        "/xero/connect",
        "/xero/callback",
        "/xero/choose",
        "/xero/webhooks",
        "/health/ready",
        "/static/style.css",
        "/static/..%2f..%2fapp.py",
    ]
)
FIELD_NAMES = """
name password next state code error connection another reason mode account client_id
organisation done tenant do revision copy file text defaults.sales defaults.rounding tax.0.rate
status kind below import-1 why back first last finding before before_day who action body
routing_key code minutes settled tax.0.type channels.0.key channels.1.tracking1 skus.0.key
skus.0.sales skus.00.key skus.x.key
scope verb last ids pick.1 q from to client number act count since until
"""
NAMES = st.sampled_from(FIELD_NAMES.split())
BOOKS = {"Name": "Acme Ltd", "BaseCurrency": "GBP"}
ACCOUNTS = [{"Code": "200", "Name": "Sales", "Class": "REVENUE", "AccountID": "1"}]
TAX = [{"TaxType": "OUTPUT2", "Name": "20%", "EffectiveRate": 20, "CanApplyToRevenue": True}]
TRACKING = [{"Name": "Channel", "Options": [{"Name": "Fax"}]}]

BUTTONS = ["save", "save anyway", "check", "add:skus", "add:x", "remove:skus.0", "Channel: Fax"]
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "\0", KNOWN, "fulfilment", "accounting", "yes", "9" * 40, "²", "{}", "%", *BUTTONS]
    ),
)
FIELDS = st.dictionaries(NAMES, TEXTS, max_size=6)
METHODS = st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE"])


@pytest.fixture
def browser(fleet: Fleet) -> Iterator[Browser]:
    with serving_console(fleet) as console:
        yield prepared(console)


def prepared(console: ConsoleUnderTest) -> Browser:
    """Somebody who may do everything, and a connection to do it with."""
    console.fleet.execute(
        "insert into connections (id, mode, account, client_id, status)"
        " values (%s, 'accounting', 'acme', 1, 'pending')",
        [KNOWN],
    )
    console.fleet.execute(
        "insert into imports (connection_id, tenant_id, account, client_id, kind, xero_id, number,"
        " status, xero_updated_at, payload)"
        " values (%s, %s, 'acme', 1, 'sales_order', %s, 'INV-1', 'waiting', now(), '{}')",
        [KNOWN, KNOWN, KNOWN],
    )
    console.fleet.execute(
        "insert into parked (routing_key, body, code, reason)"
        " values ('order.dispatched.v1', '{\"a\": 1}', 'not-cloudevent', 'no event')"
    )
    with console.fleet.runtime.pool.connection() as conn:
        connections.save_chart(conn, UUID(KNOWN), BOOKS, ACCOUNTS, TAX, TRACKING, [])
    return console.signed_in("root", Role.OPERATOR)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(METHODS, PATHS, FIELDS, FIELDS, st.booleans())
def test_nothing_that_is_sent_is_a_defect(
    browser: Browser,
    method: str,
    path: str,
    query: dict[str, str],
    fields: dict[str, str],
    is_ours: bool,
) -> None:
    """With and without the token that makes a form ours."""
    form = fields | ({"csrf": csrf(browser)} if is_ours else {})
    answer = browser.client.request(
        method, path, params=query, data=form if method == "POST" else None
    )
    assert answer.status_code < 500, (method, path, query, fields)
    assert "nosniff" in answer.headers["x-content-type-options"]


def csrf(browser: Browser) -> str:
    """The form token of the session, new when one of the requests has signed out."""
    page = browser.get("/connections")
    if page.is_redirect:
        browser.sign_in("root")
        page = browser.get("/connections")
    return page.text.split('name="csrf" value="')[1].split('"')[0]

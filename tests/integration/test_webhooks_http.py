"""Xero's web hooks over HTTP: 200 or 401 with nothing in it, at once, whatever is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from tests.support.console import ConsoleUnderTest, serving_console
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet

KEY = "web-hook-key"
INTENT = b'{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"ABCDEFGHIJ"}'


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet, xero_webhook_key=SecretStr(KEY)) as running:
        yield running


def signed(body: bytes) -> str:
    return base64.b64encode(hmac.new(KEY.encode(), body, hashlib.sha256).digest()).decode()


def deliver(console: ConsoleUnderTest, body: bytes, signature: str | None = None) -> httpx.Response:
    headers = {"x-xero-signature": signed(body) if signature is None else signature}
    return httpx.post(f"{console.url}/xero/webhooks", content=body, headers=headers, timeout=30)


def hook(tenant: object, *invoices: object) -> bytes:
    events: list[dict[str, Any]] = [
        {
            "resourceUrl": f"https://api.xero.com/api.xro/2.0/Invoices/{invoice}",
            "resourceId": str(invoice),
            "eventDateUtc": "2026-11-02T00:44:09.923",
            "eventType": "UPDATE",
            "eventCategory": "INVOICE",
            "tenantId": str(tenant),
            "tenantType": "ORGANISATION",
        }
        for invoice in invoices
    ]
    sequence = {"firstEventSequence": 1, "lastEventSequence": len(events), "entropy": "x"}
    return json.dumps({"events": events, **sequence}).encode()


@pytest.mark.parametrize(
    ("body", "signature", "status"),
    [
        (INTENT, None, 200),
        (INTENT, "wrong", 401),
        (INTENT, "", 401),
        (b"", "", 401),
        (b"no hook at all", None, 200),
        (b"x" * 1_200_000, None, 401),
    ],
)
def test_intent_to_receive(
    console: ConsoleUnderTest, body: bytes, signature: str | None, status: int
) -> None:
    """Xero sends right and wrong signatures; neither answer has a body, cookies or redirects."""
    answer = deliver(console, body, signature)
    assert (answer.status_code, answer.content) == (status, b"")
    assert "set-cookie" not in answer.headers


def test_other_methods_are_refused(console: ConsoleUnderTest) -> None:
    """A browser that strays here learns nothing."""
    assert httpx.get(f"{console.url}/xero/webhooks").status_code == 405


def test_nobody_is_believed_without_a_key(fleet: Fleet) -> None:
    """A console that was not told the key takes no hook, not even one signed with none."""
    with serving_console(fleet) as console:
        unsigned = base64.b64encode(hmac.new(b"", INTENT, hashlib.sha256).digest()).decode()
        assert deliver(console, INTENT, unsigned).status_code == 401


def test_a_hook_of_a_known_organisation_is_noted(fleet: Fleet, console: ConsoleUnderTest) -> None:
    """The exported invoice is to be looked up; strangers leave nothing."""
    connection = fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    tenant, invoice = fleet.connection(connection).tenant_id, fleet.document(1)["xero_id"]
    assert deliver(console, hook(tenant, invoice)).status_code == 200
    assert deliver(console, hook(uuid4(), uuid4())).status_code == 200
    [noted] = fleet.rows("select * from xero_events")
    assert noted["invoice_id"] == invoice
    assert noted["check_due_at"] is not None


def test_under_load_every_answer_is_within_five_seconds(
    fleet: Fleet, console: ConsoleUnderTest
) -> None:
    """A bookkeeper's bulk change: 200 hooks of 50 invoices, 16 at a time."""
    tenant = fleet.connection(fleet.connect()).tenant_id
    bodies = [hook(tenant, *(uuid4() for _ in range(50))) for _ in range(200)]

    def timed(body: bytes) -> tuple[int, float]:
        began = time.perf_counter()
        status = deliver(console, body).status_code
        return status, time.perf_counter() - began

    with ThreadPoolExecutor(16) as senders:
        answers = list(senders.map(timed, bodies))
    assert {status for status, _ in answers} == {200}
    assert max(seconds for _, seconds in answers) < 5
    assert fleet.rows("select count(*) as n from xero_events")[0]["n"] == 200 * 50


def test_while_the_database_is_away_xero_is_asked_to_tell_again(fleet: Fleet) -> None:
    """An answer of 200 would lose the hook."""
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    key = SecretStr(KEY)
    with serving_console(fleet, database_url=nowhere, xero_webhook_key=key) as console:
        answer = deliver(console, INTENT)
    assert (answer.status_code, answer.content) == (503, b"")

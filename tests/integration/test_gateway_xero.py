"""The gateway against the simulator and PostgreSQL: what Xero did is told as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet, MultiFernet
from psycopg_pool import ConnectionPool
from pydantic import SecretStr

from tests.support.simulators import Simulator
from workers.clock import Clock
from workers.errors import AuthorisationLost, Permanent, Throttled, Transient, Uncertain
from workers.store import vault
from workers.store.vault import TokenSet
from workers.transport import Transport
from workers.xero import wire
from workers.xero.auth import Tokens, TokensOf
from workers.xero.budget import Budget
from workers.xero.gateway import XeroGateway
from workers.xero.identity import Identity
from workers.xero.sdk import XeroApi

CLOCK = Clock()


@dataclass(frozen=True)
class Xero:
    """One organisation, a gateway to it, and the simulator behind both."""

    sim: Simulator
    pool: ConnectionPool
    tenant: UUID
    transport: Transport
    tokens: TokensOf
    gateway: XeroGateway

    def fault(self, **order: object) -> None:
        self.sim.admin.post("/_sim/faults", json=order).raise_for_status()

    def admin(self, path: str, **body: object) -> None:
        self.sim.admin.post(
            f"/_sim/organisations/{self.tenant}/{path}", json=body
        ).raise_for_status()

    def invoices(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sim.admin.get("/_sim/invoices").json()
        return found


@pytest.fixture
def xero(xero_sim: Simulator, database_url: str) -> Iterator[Xero]:
    org = xero_sim.admin.post("/_sim/organisations", json={"preset": "uk"}).json()
    tenant = UUID(org["tenant_id"])
    answer = xero_sim.admin.post("/_sim/tokens", json={"tenant_ids": [str(tenant)]}).json()
    fernet = MultiFernet([Fernet(Fernet.generate_key())])
    transport = Transport(read_seconds=1)
    with ConnectionPool(database_url, min_size=1, max_size=4) as pool:
        with pool.connection() as conn:
            now = datetime.now(UTC)
            token_set = vault.store_token_set(conn, fernet, TokenSet.from_answer(answer, now), now)
        secret = SecretStr("demo-secret")
        identity = Identity(transport, xero_sim.url, "demo-client", secret, CLOCK)
        tokens = Tokens(pool, fernet, identity, CLOCK).of(token_set)
        api = XeroApi(transport, xero_sim.url)
        budget = Budget(pool, CLOCK, 5000)
        gateway = XeroGateway(api, tenant, tokens, budget, CLOCK)
        yield Xero(xero_sim, pool, tenant, transport, tokens, gateway)
    transport.close()


def invoice(number: str, **changes: object) -> dict[str, object]:
    line = {
        "Description": "Tea & biscuits \u2615",
        "Quantity": Decimal("3"),
        "UnitAmount": Decimal("0.3333"),
        "AccountCode": "200",
        "TaxType": "OUTPUT2",
    }
    return {
        "Type": "ACCREC",
        "Contact": {"Name": "Corner Caf\u00e9"},
        "Date": "2026-11-20",
        "DueDate": "2026-12-20",
        "LineAmountTypes": "Exclusive",
        "InvoiceNumber": number,
        "Url": f"https://om.example/Order/{number}",
        "CurrencyCode": "GBP",
        "Status": "AUTHORISED",
        "LineItems": [line],
    } | changes


def batch(*invoices: dict[str, object]) -> bytes:
    return wire.encode({"Invoices": invoices})


def test_a_batch_is_told_element_by_element(xero: Xero) -> None:
    """One bad invoice among three stops neither of the others, and says why."""
    bad = invoice("MS-2", CurrencyCode="JPY")
    body = batch(invoice("MS-1"), bad, invoice("MS-3"))

    outcomes = xero.gateway.put_invoices(body, uuid4())

    assert [(each.number, each.ok) for each in outcomes] == [
        ("MS-1", True),
        ("MS-2", False),
        ("MS-3", True),
    ]
    first, refused, last = (each.in_xero for each in outcomes)
    assert first is not None
    assert last is not None
    assert (first.total, first.currency) == (Decimal("1.20"), "GBP")
    assert first.contact_id == last.contact_id is not None
    assert refused is None
    assert "JPY" in outcomes[1].errors[0]


def test_the_same_key_and_body_create_once(xero: Xero) -> None:
    """A repeated attempt gets the first answer again."""
    body, key = batch(invoice("MS-1")), uuid4()
    first = xero.gateway.put_invoices(body, key)
    assert xero.gateway.put_invoices(body, key) == first
    assert len(xero.invoices()) == 1


def test_a_used_number_is_refused_not_overwritten(xero: Xero) -> None:
    """PUT never overwrites: the second invoice of a number is told as in error."""
    xero.gateway.put_invoices(batch(invoice("MS-1")), uuid4())
    (again,) = xero.gateway.put_invoices(batch(invoice("MS-1", Reference="other")), uuid4())
    assert not again.ok
    assert "unique" in again.errors[0]
    assert len(xero.invoices()) == 1


@pytest.mark.parametrize(
    ("kind", "created"), [("timeout_after_write", 1), ("timeout_before_write", 0), ("cut", 1)]
)
def test_silence_after_a_write_is_uncertain(xero: Xero, kind: str, created: int) -> None:
    """Whether Xero wrote or not can't be told from silence, so it is never called a failure."""
    xero.fault(kind=kind, method="PUT", path="/Invoices", seconds=5)
    body, key = batch(invoice("MS-1")), uuid4()

    with pytest.raises(Uncertain):
        xero.gateway.put_invoices(body, key)

    assert len(xero.invoices()) == created
    assert xero.gateway.put_invoices(body, key)[0].ok
    assert len(xero.invoices()) == 1


@pytest.mark.parametrize(
    "fault", [{"kind": "malformed"}, {"kind": "status", "status": 500, "after_write": True}]
)
def test_a_broken_answer_to_a_write_is_uncertain(xero: Xero, fault: dict[str, object]) -> None:
    """The write was carried out although the answer says nothing of use."""
    xero.fault(method="PUT", path="/Invoices", **fault)
    with pytest.raises(Uncertain):
        xero.gateway.put_invoices(batch(invoice("MS-1")), uuid4())
    assert len(xero.invoices()) == 1


def test_numbers_are_looked_up_in_one_call(xero: Xero) -> None:
    """Fifty numbers cost one call; what proves that an invoice is ours comes with it."""
    xero.gateway.put_invoices(batch(invoice("MS-1"), invoice("MS-2")), uuid4())
    before = xero.transport.traffic.calls
    found = xero.gateway.invoices_by_number([f"MS-{number}" for number in range(50)])
    assert xero.transport.traffic.calls == before + 1
    assert sorted(found) == ["MS-1", "MS-2"]
    assert found["MS-1"].in_xero.total == Decimal("1.20")
    assert found["MS-1"].url == "https://om.example/Order/MS-1"
    assert found["MS-1"].live


def test_items_that_exist_are_known(xero: Xero) -> None:
    """A code that is there already is as good as one just made; another error is told."""
    good = {"Code": "TEA", "Name": "Tea", "SalesDetails": {"AccountCode": "200"}}
    bad = {"Code": "BAD", "Name": "Bad", "SalesDetails": {"AccountCode": "nope"}}
    first = xero.gateway.put_items([good], uuid4())
    again = xero.gateway.put_items([good, bad], uuid4())
    assert [(each.code, each.known, each.created) for each in first] == [("TEA", True, True)]
    assert [(each.code, each.known, each.created) for each in again] == [
        ("TEA", True, False),
        ("BAD", False, False),
    ]
    assert again[1].errors


def test_the_chart_costs_five_calls(xero: Xero) -> None:
    """Everything the mapping checks against, each call counted in the budget."""
    chart = xero.gateway.read_chart()
    assert xero.transport.traffic.calls == 5
    assert chart.organisation["BaseCurrency"] == "GBP"
    assert "200" in {account["Code"] for account in chart.accounts}
    assert "OUTPUT2" in {rate["TaxType"] for rate in chart.tax_rates}
    assert chart.tracking
    assert chart.currencies
    with xero.pool.connection() as conn:
        assert conn.execute("select day_used from budgets").fetchall() == [(5,)]


def test_bytes_are_counted_as_xero_bills_them(xero: Xero) -> None:
    """What Xero sends out costs money: our figure is its own, packed as on the wire."""
    xero.gateway.connections()
    xero.sim.admin.delete("/_sim/calls")
    before = xero.transport.traffic
    chart = xero.gateway.read_chart()
    xero.gateway.put_invoices(batch(invoice("MS-1")), uuid4())
    after, told = xero.transport.traffic, xero.sim.admin.get("/_sim/calls").json()
    assert after.calls - before.calls == told["total"] == 6
    assert after.bytes_in - before.bytes_in == told["bytes_out"]
    assert after.bytes_out - before.bytes_out == told["bytes_in"]
    assert told["bytes_out"] < len(wire.encode(chart.accounts))


def test_a_429_closes_the_organisation_for_everyone(xero: Xero) -> None:
    """After Xero's refusal the next call does not even leave."""
    xero.admin("limits", minute=1)
    xero.gateway.invoices_by_number(["MS-1"])
    with pytest.raises(Throttled) as refused:
        xero.gateway.invoices_by_number(["MS-1"])
    assert refused.value.problem == "minute"
    assert refused.value.until > datetime.now(UTC)
    before = xero.transport.traffic.calls
    with pytest.raises(Throttled):
        xero.gateway.invoices_by_number(["MS-1"])
    assert xero.transport.traffic.calls == before


def test_an_expired_token_is_renewed_unseen(xero: Xero) -> None:
    """A 401 costs one refresh and the call goes through; its place in the budget is free again."""
    xero.sim.admin.post("/_sim/tokens/expire").raise_for_status()
    assert xero.gateway.put_invoices(batch(invoice("MS-1")), uuid4())[0].ok
    assert xero.sim.admin.get("/_sim/state").json()["refreshes"] == 1
    with xero.pool.connection() as conn:
        under_way = conn.execute("select count(*) from budget_calls where finished_at is null")
        assert under_way.fetchone() == (0,)


def test_a_revoked_consent_is_authorisation_lost(xero: Xero) -> None:
    """Nothing but reconnecting helps, and that is what the failure says."""
    xero.sim.admin.delete("/_sim/tokens").raise_for_status()
    with pytest.raises(AuthorisationLost, match="connect the organisation again"):
        xero.gateway.read_chart()


def test_connections_are_listed_and_ended(xero: Xero) -> None:
    """Disconnecting ends the app's access; doing it again is told, not raised."""
    assert [each.tenant_id for each in xero.gateway.connections()] == [xero.tenant]
    assert xero.gateway.delete_connection(xero.tenant)
    assert not xero.gateway.delete_connection(xero.tenant)
    with pytest.raises(AuthorisationLost):
        xero.gateway.read_chart()


def test_a_refused_request_as_a_whole_is_permanent(xero: Xero) -> None:
    """A key used for another body is told in Xero's words, not as an error of an invoice."""
    key = uuid4()
    xero.gateway.put_invoices(batch(invoice("MS-1")), key)
    with pytest.raises(Permanent) as refused:
        xero.gateway.put_invoices(batch(invoice("MS-2")), key)
    assert refused.value.reason.code == "xero_key_reused"
    assert "Idempotency Key" in refused.value.detail


def test_nobody_there_is_transient(xero: Xero) -> None:
    """A connection refused means that nothing left: a plain retry is safe."""
    api = XeroApi(xero.transport, "http://127.0.0.1:9")
    gateway = XeroGateway(api, xero.tenant, xero.tokens, Budget(xero.pool, CLOCK, 5000), CLOCK)
    with pytest.raises(Transient) as failure:
        gateway.put_invoices(batch(invoice("MS-1")), uuid4())
    assert not isinstance(failure.value, Uncertain)

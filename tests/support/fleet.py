"""The fleet in one thread: real database, real HTTP, wake-ups kept in a list.

A test sends events and calls :meth:`Fleet.drain`, which does what workers, sweep and relay
would do, until nothing is due: no waiting, and the same order every time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import dramatiq
from cryptography.fernet import Fernet
from psycopg import Connection
from psycopg.rows import dict_row
from pydantic import SecretStr

from events.delivery import Delivery
from events.envelope import Message
from schemas.connections import ConnectionSettings, Mapping, Mode
from tests.support.documents import ACCOUNT, CLIENT
from tests.support.simulators import Simulator
from workers.actors import FUNCTIONS
from workers.broker import ACTOR_OF
from workers.clock import Clock
from workers.entrance import Entrance
from workers.mintsoft.gateway import MintsoftGateway
from workers.relay import Relay
from workers.runtime import Runtime
from workers.settings import Settings
from workers.store import connections, vault
from workers.store.connections import ConnectionRow, NewConnection
from workers.store.wakeups import Wakeup
from workers.xero.gateway import XeroGateway

ACTORS = {function.__name__: function for function in FUNCTIONS}

ACCOUNTING_MAPPING: dict[str, Any] = {
    "defaults": {
        "sales": "200",
        "purchases": "310",
        "shipping": "425",
        "discount": "270",
        "rounding": "860",
    },
    "tax": {"20": "OUTPUT2", "5": "RROUTPUT", "0": "ZERORATEDOUTPUT"},
}

FULFILMENT_MAPPING: dict[str, Any] = {
    "cost_centres": {
        "PickingCost": {"account": "200", "tax_type": "OUTPUT2"},
        "PostageCost": {"account": "425", "tax_type": "OUTPUT2"},
        "VatFreePostageCost": {"account": "425", "tax_type": "ZERORATEDOUTPUT"},
        "StorageCost": {"account": "200"},
        "AdminFee": {"account": "260"},
    },
    "rounding": "860",
}


AGED = (
    "update attempts set lease_until = lease_until - %s, sealed_at = sealed_at - %s",
    "update documents set due_at = due_at - %s where status = 'waiting'",
    "update connections set paused_until = paused_until - %s, chart_retry_at = chart_retry_at - %s",
    "update connections set chart_lease_until = chart_lease_until - %s",
    "update tags set due_at = due_at - %s",
    "update charts set due_at = due_at - %s, whole_due_at = whole_due_at - %s",
    "update token_sets set keep_due_at = keep_due_at - %s",
    "update xero_events set check_due_at = check_due_at - %s",
    "update imports set due_at = due_at - %s",
    "update schedules set due_at = due_at - %s, running_until = running_until - %s",
    "update schedules set placing_after = placing_after - %s, next_run_at = next_run_at - %s",
    "update backfills set due_at = due_at - %s, lease_until = lease_until - %s",
    "update wakeups set woken_at = woken_at - %s",
)
"""What is due, and what is over, in the fleet's tables."""


@dataclass
class Fleet:
    """A fleet with its simulators. ``published`` is what the relay has put on the wire."""

    runtime: ListRuntime
    xero: Simulator
    mintsoft: Simulator
    pending: list[Wakeup] = field(default_factory=list)
    published: list[Message] = field(default_factory=list)

    def organisation(self, preset: str = "uk", **more: Any) -> dict[str, Any]:
        """A new organisation in the simulator of Xero."""
        answer = self.xero.admin.post("/_sim/organisations", json={"preset": preset, **more})
        return dict(answer.raise_for_status().json())

    def connect(
        self,
        mode: Mode = Mode.ACCOUNTING,
        *,
        tenant_id: str | None = None,
        settings: dict[str, Any] | None = None,
        mapping: dict[str, Any] | None = None,
        account: str = ACCOUNT,
        client_id: int = CLIENT,
        tokens_answer: dict[str, Any] | None = None,
    ) -> UUID:
        """A mapped connection to a (new) organisation, with tokens of its own or those given."""
        tenant = tenant_id or self.organisation()["tenant_id"]
        answer = tokens_answer or self.grant(tenant)
        default = ACCOUNTING_MAPPING if mode is Mode.ACCOUNTING else FULFILMENT_MAPPING
        now = self.runtime.clock.now()
        with self.runtime.pool.connection() as conn:
            tokens = vault.TokenSet.from_answer(answer, now)
            new = NewConnection(
                mode=mode,
                account=account,
                client_id=client_id if mode is Mode.ACCOUNTING else None,
                warehouse_id=5,
                channel_id=2,
                tenant_id=UUID(tenant),
                settings=ConnectionSettings.model_validate(settings or {}),
                token_set_id=vault.store_token_set(conn, self.runtime.settings.fernet, tokens, now),
            )
            connection_id = connections.add(conn, new, "test")
            if mapping is None or mapping:
                loaded = Mapping.model_validate(mapping or default)
                connections.save_mapping(conn, connection_id, loaded, "test")
        return connection_id

    def grant(self, *tenants: str) -> dict[str, Any]:
        """The token endpoint's answer to a consent for these organisations."""
        answer = self.xero.admin.post("/_sim/tokens", json={"tenant_ids": list(tenants)})
        return dict(answer.raise_for_status().json())

    def connection(self, connection_id: UUID) -> ConnectionRow:
        """A connection as the fleet sees it."""
        with self.runtime.pool.connection() as conn:
            found = connections.find(conn, connection_id)
        assert found is not None
        return found

    def send(self, *deliveries: Delivery) -> None:
        """Hand a batch to the intake, as the ingress would."""
        self.runtime.intake.handle(list(deliveries))

    def drain(self, turns: int = 200) -> None:
        """Do all that is due; fails the test if it never ends."""
        for _ in range(turns):
            self.runtime.sweep.once()
            while self.relay.once():
                pass
            if not self.pending:
                return
            wakeup = self.pending.pop(0)
            ACTORS[ACTOR_OF[wakeup.queue]](self.runtime, str(wakeup.connection_id))
        raise AssertionError(f"work is left after {turns} turns: {self.pending}")

    def tick(self) -> int:
        """Start the runs whose time has come, as the scheduler would."""
        return self.runtime.starter.once()

    def poll(self) -> None:
        """Do all that is due and every poll; Xero's totals are :meth:`compare`'s."""
        self.execute("update schedules set due_at = now() where enabled and kind <> 'xero_totals'")
        self.drain()

    def compare(self) -> None:
        """Read Xero's totals, as somebody asks for it."""
        self.execute("update schedules set due_at = now() where kind = 'xero_totals'")
        self.drain()

    @property
    def relay(self) -> Relay:
        """A relay whose broker is a list."""
        return Relay(self.runtime.pool, self.published.extend)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of the database, for a test's eyes."""
        with self.runtime.pool.connection() as conn:
            return _fetch(conn, query, values)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Change the database behind the fleet's back: a crash, the passing of time."""
        with self.runtime.pool.connection() as conn:
            conn.execute(statement, values)

    def document(self, mintsoft_id: int) -> dict[str, Any]:
        """One row of the ledger by Mintsoft's id."""
        found = self.rows("select * from documents where mintsoft_id = %s", [mintsoft_id])
        assert len(found) == 1, f"{len(found)} documents have the id {mintsoft_id}"
        return found[0]

    def statuses(self) -> dict[str, int]:
        """Number of documents by status."""
        found = self.rows("select status, count(*) as n from documents group by status")
        return {row["status"]: row["n"] for row in found}

    def invoices(self) -> list[dict[str, Any]]:
        """What Xero has, compact."""
        return list(self.xero.admin.get("/_sim/invoices").json())

    def xero_total(self) -> Decimal:
        """The sum of what Xero has."""
        return sum((Decimal(str(each["Total"])) for each in self.invoices()), Decimal(0))

    def calls(self, method: str, path: str) -> int:
        """How many calls of this kind Xero has had."""
        counts = self.xero.admin.get("/_sim/calls").json()["by_operation"]
        return int(counts.get(f"{method} {path}", 0))

    def fault(self, **fault: Any) -> None:
        """Have the simulator of Xero misbehave."""
        self.xero.admin.post("/_sim/faults", json=fault).raise_for_status()

    def age(self, by: timedelta) -> None:
        """Let time pass for leases and due times."""
        self.execute_all(AGED, by)

    def execute_all(self, statements: Sequence[str], value: Any) -> None:
        """Execute each in a transaction of its own, with *value* for each placeholder."""
        with self.runtime.pool.connection() as conn:
            conn.autocommit = True
            for statement in statements:
                conn.execute(statement.encode(), [value] * statement.count("%s"))
            conn.autocommit = False


def _fetch(conn: Connection[Any], query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchall()


class ListRuntime(Runtime):
    """A runtime whose wake-ups go into a list."""

    def __init__(self, settings: Settings, clock: Clock, pending: list[Wakeup]) -> None:
        super().__init__(settings, clock, pool_size=4)
        self._pending = pending
        self.around_gateway: Callable[[XeroGateway], Any] = lambda gateway: gateway
        self.around_mintsoft: Callable[[MintsoftGateway], Any] = lambda gateway: gateway

    @property
    def waker(self) -> Any:
        return self._pending.extend

    def gateway_for(self, connection: ConnectionRow) -> Any:
        """Xero as the connection sees it, perhaps with a crash around it."""
        return self.around_gateway(super().gateway_for(connection))

    def mintsoft_for(self, connection_id: UUID) -> Any:
        """Mintsoft as the connection sees it, perhaps with a crash around it."""
        return self.around_mintsoft(super().mintsoft_for(connection_id))

    @property
    def broker(self) -> dramatiq.Broker:
        raise AssertionError("this fleet has no broker")


def make_settings(database_url: str, xero: str, mintsoft: str, **more: Any) -> Settings:
    """Settings that point at simulators."""
    return Settings(
        database_url=SecretStr(database_url),
        secret_keys=[SecretStr(Fernet.generate_key().decode())],
        xero_client_id="demo-client",
        xero_client_secret=SecretStr("demo-secret"),
        xero_api_url=xero,
        xero_identity_url=xero,
        mintsoft_api_url=mintsoft,
        mintsoft_api_key=SecretStr("demo-key"),
        mintsoft_web_url="https://mintsoft.example",
        **more,
    )


def make_fleet(
    database_url: str, xero: Simulator, mintsoft: Simulator, clock: Clock, *, pooled: bool = False
) -> Fleet:
    """A fleet on this database, perhaps behind a pool, and these simulators."""
    pending: list[Wakeup] = []
    settings = make_settings(database_url, xero.url, mintsoft.url, database_pooled=pooled)
    runtime = ListRuntime(settings, clock, pending)
    runtime.parts["entrance"] = Entrance("memory://", lambda each: runtime.intake.handle(each))
    return Fleet(runtime, xero, mintsoft, pending)

"""Eight processes, one consent, expired tokens: one refresh, and no export fails."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from subprocess import PIPE
from uuid import UUID

import pytest

from tests.support.command import environment
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet

PROCESSES = 8

EXPORT = """
import sys, uuid
from schemas.exports import Kind
from workers.runtime import Runtime
from workers.settings import Settings

runtime = Runtime(Settings(), pool_size=1)
runtime.pool
exporter = runtime.exporter
print("ready", flush=True)
sys.stdin.readline()
exporter.export(uuid.UUID(sys.argv[1]), Kind.ORDER)
runtime.close()
"""


def on_one_consent(fleet: Fleet) -> list[UUID]:
    """Connections of eight clients to eight organisations, made by one consent."""
    tenants = [fleet.organisation()["tenant_id"] for _ in range(PROCESSES)]
    answer = fleet.grant(*tenants)
    return [
        fleet.connect(tenant_id=tenant, client_id=client, tokens_answer=answer)
        for client, tenant in enumerate(tenants, start=1)
    ]


def export_at_once(fleet: Fleet, connections: list[UUID]) -> list[int]:
    """One process for each connection; all begin in the same moment. Their exit codes."""
    variables = {**os.environ, **environment(fleet.runtime.settings), "MX_AMQP_URL": "memory://"}
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", EXPORT, str(each)],
                    stdin=PIPE,
                    stdout=PIPE,
                    text=True,
                    env=variables,
                )
            )
            for each in connections
        ]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline().strip() == "ready"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        return [worker.wait(timeout=60) for worker in workers]


@pytest.mark.proof
@pytest.mark.parametrize("known", [True, False], ids=["we know it", "only Xero knows it"])
def test_eight_processes_with_expired_tokens(fleet: Fleet, known: bool) -> None:
    """Exactly one refresh, no invalid_grant, nobody lost, every document posted at once."""
    connections = on_one_consent(fleet)
    fleet.drain()
    fleet.send(*(dispatched(order(each, ClientId=each)) for each in range(1, PROCESSES + 1)))
    fleet.xero.admin.post("/_sim/tokens/expire")
    if known:
        fleet.execute("update token_sets set expires_at = now()")

    assert export_at_once(fleet, connections) == [0] * PROCESSES

    assert fleet.calls("POST", "/connect/token") == 1
    assert fleet.xero.admin.get("/_sim/state").json()["refreshes"] == 1
    assert fleet.statuses() == {"posted": PROCESSES}
    assert len(fleet.invoices()) == PROCESSES
    assert not fleet.rows("select * from documents where failures > 0 or crashes > 0")
    assert {row["status"] for row in fleet.rows("select status from connections")} == {"active"}

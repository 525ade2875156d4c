"""What each kind of fault does to the world."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import psutil

from tests.chaos import points
from tests.chaos.world import FADING_ACCOUNT, World
from workers.reconnecting import reconnect
from workers.store import vault
from workers.store.vault import TokenSet

INVOICES = points.INVOICES
ANY = "^/api.xro/2.0"
LEAP = timedelta(minutes=10)
"""Longer than a lease and than an Idempotency-Key lives."""

Act = Callable[[World, random.Random], None]


def pass_time(place: World, leap: timedelta = LEAP) -> None:
    """Let time go by in the ledger and at Xero, and two hours for wake-ups."""
    fleet = place.fleet
    fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": leap.total_seconds()})
    fleet.execute("delete from budget_calls where finished_at is not null")
    fleet.execute("update budget_calls set lease_until = lease_until - %s", [leap])
    fleet.execute("update budgets set blocked_until = null, blocked_by = null")
    fleet.execute("update wakeups set woken_at = woken_at - interval '2 hours'")
    fleet.age(leap)


def _pass_time(place: World, rng: random.Random) -> None:
    pass_time(place)


def _kill(role: str) -> Act:
    return lambda place, rng: place.parts.kill_one(role, rng)


def _kill_master(place: World, rng: random.Random) -> None:
    orphans = place.parts.kill_master(rng)
    gone = points.came_about(lambda: not any(psutil.pid_exists(each) for each in orphans), 60.0)
    if not gone:
        place.parts.ended.append("workers outlive Dramatiq's master")
        for each in orphans:
            if psutil.pid_exists(each):
                psutil.Process(each).kill()


def _kill_child(place: World, rng: random.Random) -> None:
    place.parts.kill_child(rng)


def _sigterm(place: World, rng: random.Random) -> None:
    place.parts.terminate_one(rng)


def _restart(server: str, how: str) -> Act:
    def act(place: World, rng: random.Random) -> None:
        getattr(place.engine, how)(server)
        place.engine.start(server)

    return act


def _terminate_backends(place: World, rng: random.Random) -> None:
    place.fleet.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )


def _some_lines(place: World, rng: random.Random) -> list[Any]:
    """All lines to one kind of server, or one line alone."""
    if rng.random() < 0.5:
        server = rng.choice(("RabbitMQ", "PostgreSQL", "Xero"))
        return [lines[server] for lines in place.lines.values()]
    return [rng.choice(place.all_lines())]


def _cut(place: World, rng: random.Random) -> None:
    for line in _some_lines(place, rng):
        line.cut()


def _hold(place: World, rng: random.Random) -> None:
    """Let nothing pass for a while; then it goes on, or is found to be lost."""
    lines, way = _some_lines(place, rng), rng.choice((("up",), ("down",), ()))
    seconds, lost = rng.uniform(0.3, 2.5), rng.random() < 0.6
    for line in lines:
        line.hold(*way)
    threading.Event().wait(seconds)
    for line in lines:
        if lost:
            line.cut()
        line.release()


def _slow(place: World, rng: random.Random) -> None:
    lines, seconds = _some_lines(place, rng), rng.uniform(0.01, 0.1)
    for line in lines:
        line.slow(seconds)
    threading.Event().wait(rng.uniform(0.5, 2.0))
    for line in lines:
        line.slow(0)


def _truncate(place: World, rng: random.Random) -> None:
    for line in _some_lines(place, rng):
        line.cut_after(rng.randrange(1, 20_000))


def _fault(**fault: Any) -> Act:
    return lambda place, rng: place.fleet.fault(**{"times": rng.choice((1, 1, 2)), **fault})


def _throttled(problem: str, seconds: int) -> Act:
    headers = {"Retry-After": str(seconds), "X-Rate-Limit-Problem": problem}
    return _fault(kind="status", status=429, headers=headers, path=ANY)


def _forget_keys(place: World, rng: random.Random) -> None:
    """Xero forgets idempotency keys sooner than we count on."""
    admin = place.fleet.xero.admin
    admin.post("/_sim/idempotency", json={"seconds": rng.choice((0.5, 5, 60, 360))})


def _expire_tokens(place: World, rng: random.Random) -> None:
    place.fleet.xero.admin.post("/_sim/tokens/expire", json={})


def _revoke_tokens(place: World, rng: random.Random) -> None:
    """A user ends the app's access in Xero, works without it for a moment, and connects again."""
    place.fleet.xero.admin.delete("/_sim/tokens")
    threading.Event().wait(rng.uniform(0.5, 2.0))
    for connection, tenant in place.tenants.items():
        again(place, connection, tenant)


def again(place: World, connection: UUID, tenant: str) -> None:
    """Reconnect with a fresh consent, as the console would."""
    fleet, now = place.fleet, place.fleet.runtime.clock.now()
    tokens = TokenSet.from_answer(fleet.grant(tenant), now)
    with fleet.runtime.pool.connection() as conn:
        row = fleet.connection(connection)
        kept = vault.store_token_set(conn, fleet.runtime.settings.fernet, tokens, now)
        reconnect(conn, row, kept, UUID(tenant), "operator")


def _clock_ahead(place: World, rng: random.Random) -> None:
    """Xero's clock alone goes ahead: tokens and keys end there before we expect it."""
    seconds = rng.choice((90, 400, 2000))
    place.fleet.xero.admin.post("/_sim/clock", json={"advance_seconds": seconds})


def _archive(place: World, rng: random.Random) -> None:
    for tenant in place.tenants.values():
        path = f"/_sim/organisations/{tenant}/accounts/{FADING_ACCOUNT}"
        place.fleet.xero.admin.post(path, json={"Status": "ARCHIVED"}).raise_for_status()


def _mintsoft(**fault: Any) -> Act:
    def act(place: World, rng: random.Random) -> None:
        place.fleet.mintsoft.admin.post("/_sim/faults", json=fault).raise_for_status()

    return act


def _nothing(place: World, rng: random.Random) -> None:
    """What is harmful is what was published."""


ACTS: dict[str, Act] = {
    "kill ingress": _kill("ingress"),
    "kill worker": _kill("worker"),
    "kill scheduler": _kill("scheduler"),
    "kill relay": _kill("relay"),
    "kill worker's master": _kill_master,
    "kill worker's child": _kill_child,
    "sigterm": _sigterm,
    "inside intake": points.inside_intake,
    "after commit, before ack": points.before_ack,
    "after Xero's write, before its answer": points.before_answer,
    "after the answer, before the record": points.before_record,
    "between publish and mark": points.before_mark,
    "before the confirm": points.before_confirm,
    "repeated while the key lives": points.repeated_in_time,
    "late refusal": points.late_refusal,
    "restart RabbitMQ": _restart("rabbitmq", "stop"),
    "restart PostgreSQL": _restart("postgres", "stop"),
    "kill PostgreSQL": _restart("postgres", "kill"),
    "terminate backends": _terminate_backends,
    "cut network": _cut,
    "hold network": _hold,
    "slow network": _slow,
    "truncate network": _truncate,
    "Xero: time-out after the write": _fault(
        kind="timeout_after_write", seconds=1.5, method="PUT", path=INVOICES
    ),
    "Xero: time-out before the write": _fault(kind="timeout_before_write", seconds=1.5, path=ANY),
    "Xero: 500": _fault(kind="status", status=500, path=ANY),
    "Xero: 500 after the write": _fault(
        kind="status", status=500, after_write=True, method="PUT", path=INVOICES
    ),
    "Xero: 503": _fault(kind="status", status=503, path=".*"),
    "Xero: 429 minute": _throttled("minute", 2),
    "Xero: 429 concurrent": _throttled("concurrent", 1),
    "Xero: 429 day": _throttled("day", 3),
    "Xero: 429 appminute": _throttled("appminute", 2),
    "Xero: malformed JSON": _fault(kind="malformed", path=ANY),
    "Xero: slow": _fault(kind="slow", seconds=1.5, path=ANY),
    "Xero: connection cut": _fault(kind="cut", path=".*"),
    "Xero: keys forgotten": _forget_keys,
    "Xero: tokens expired": _expire_tokens,
    "Xero: tokens revoked": _revoke_tokens,
    "Xero: clock ahead": _clock_ahead,
    "Xero: account archived": _archive,
    "Mintsoft: 500": _mintsoft(kind="status", status=500, times=3),
    "Mintsoft: slow": _mintsoft(kind="slow", seconds=1.0, times=2),
    "time passes": _pass_time,
    "poison": _nothing,
    "dead letter": _nothing,
}


def calm(place: World) -> None:
    """Take back every fault that nobody has met yet."""
    for line in place.all_lines():
        line.calm()
    for admin in (place.fleet.xero.admin, place.fleet.mintsoft.admin):
        admin.delete("/_sim/faults")


def carry_out(place: World, kind: str, dice: int) -> None:
    """Do one fault; *dice* decides its particulars."""
    ACTS[kind](place, random.Random(dice))

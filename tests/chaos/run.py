"""One run: a schedule is carried out on a world, time passes until all is settled; then judged."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from events.delivery import Delivery
from events.egress import NotConfirmed
from events.topology import (
    EXPORTS_INVOICES,
    EXPORTS_ORDERS,
    INGRESS,
    INGRESS_DEAD,
    WORK_QUEUES,
)
from tests.chaos import acts
from tests.chaos.judge import Snapshot, violations
from tests.chaos.parts import EACH, ROLES
from tests.chaos.points import came_about
from tests.chaos.report import Result
from tests.chaos.schedule import Act, Schedule
from tests.chaos.world import World, connect_all, connect_late
from tests.support.processes import channel_to, consumers, depth, outgoing, publish
from workers.store import documents

PATIENCE_SECONDS = 90.0
"""How long a fleet may stand still before what is left counts as stuck, with time leaping on."""

TURN_SECONDS = 1.5
"""Time leaps on so often: what is under way has a moment to end before its lease does."""

POLL_SECONDS = 0.25
START_SECONDS = 300.0
"""For eight processes on a machine that is busy with other things."""

STAND_SECONDS = 30.0
"""The fleet has so long to stand again after a fault, before the next one hits it all the same."""

QUEUES = (INGRESS, *WORK_QUEUES)

THREADS_MORE = 12
"""So many threads a process may have more at the end than at the beginning: pools fill up."""


class Laps:
    """How long each stage of a run took; ``seconds`` by its name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began = time.monotonic()

    def end(self, stage: str) -> None:
        """A stage has ended, and the next begins."""
        now = time.monotonic()
        self.seconds[stage] = round(now - self._began, 1)
        self._began = now


def run(place: World, schedule: Schedule, *, patience: float = PATIENCE_SECONDS) -> Result:
    """Carry out *schedule*, settle, judge."""
    laps = Laps()
    threads = _begin(place, schedule)
    laps.end("starting")
    for act in schedule.acts:
        _step(place, act)
    acts.calm(place)
    laps.end("faults")
    left = settle(place, schedule, patience)
    laps.end("settling")
    if left and not place.parts.without:
        sys.stderr.write(place.parts.diagnosis())
    mishaps = [*_leaks(place, threads)]
    place.parts.stop_all()
    mishaps += [*place.parts.ended, *_leftovers(place)]
    laps.end("stopping")
    found = snapshot(place, left, mishaps)
    wrong = violations(schedule.cases, schedule.poison, found)
    figures = _figures(place, found) | {"seconds": laps.seconds}
    faults = dict(sorted(Counter(act.kind for act in schedule.acts).items()))
    return Result(wrong, faults, place.counts, place.fleet.statuses(), figures)


def _begin(place: World, schedule: Schedule) -> int:
    """Start everything; let the early events be wanted by nobody. Returns threads of a process."""
    connect_all(place)
    place.mintsoft_orders(iter(case.mintsoft_id for case in schedule.cases))
    send(place, [each for case in schedule.early for each in case.events])
    place.parts.start_all()
    known = "select count(*) as n from inbox"
    ready = came_about(
        lambda: place.fleet.rows(known)[0]["n"] == len(schedule.early), START_SECONDS
    )
    ready &= came_about(lambda: set(_readers(place)) == {EACH}, START_SECONDS)
    assert ready, f"the fleet does not start: {place.parts.running[0][1].err[-2000:]}"
    connect_late(place)
    return place.parts.threads()


def _readers(place: World) -> list[int]:
    return [consumers(place.amqp_url, queue) for queue in QUEUES]


def _stands(place: World) -> bool:
    """Whether each queue has a reader."""
    return 0 not in _readers(place)


def _step(place: World, act: Act) -> None:
    send(place, act.sent)
    if act.kind == "dead letter":
        bury(place, [each.message for each in act.poison])
    else:
        send(place, [each.message for each in act.poison])
    acts.carry_out(place, act.kind, act.dice)
    place.parts.supervise()
    threading.Event().wait(act.pause)
    if not act.at_once and not came_about(lambda: _stands(place), STAND_SECONDS, POLL_SECONDS):
        place.note("faults before the fleet stood again")


def send(place: World, deliveries: Sequence[Delivery]) -> None:
    """Publish as Mintsoft does: again until the broker confirms it."""
    deadline = time.monotonic() + 30
    while deliveries:
        try:
            publish(place.amqp_url, deliveries)
        except NotConfirmed:
            place.note("published again")
            assert time.monotonic() < deadline, "RabbitMQ confirms nothing"
            continue
        place.note("events published", len(deliveries))
        return


def bury(place: World, deliveries: Sequence[Delivery]) -> None:
    """Put messages where the broker puts those that ended their reader too often."""
    with channel_to(place.amqp_url) as channel:
        channel.confirm_delivery()
        for each in deliveries:
            channel.basic_publish("", INGRESS_DEAD, each.body)


def settle(place: World, schedule: Schedule, patience: float) -> dict[str, Any]:
    """Return what is left undone, nothing if all is well; time leaps on meanwhile."""
    deadline = time.monotonic() + patience
    before: dict[str, Any] = {}

    def done() -> bool:
        return not unfinished(place, schedule)

    came_about(done, TURN_SECONDS, POLL_SECONDS)
    while left := unfinished(place, schedule):
        if any(left.get(name, 0) < count for name, count in before.items()):
            deadline = time.monotonic() + patience
        if time.monotonic() > deadline:
            return left
        before = {name: min(count, left.get(name, 0)) for name, count in before.items()} or left
        place.parts.supervise()
        operate(place)
        acts.pass_time(place)
        came_about(done, TURN_SECONDS, POLL_SECONDS)
    return {}


def operate(place: World) -> None:
    """Do what an operator does: retry what was set aside after crashes, reconnect what is lost."""
    aside = "select id from documents where status = 'needs_attention' and reason_code = any(%s)"
    ids = [row["id"] for row in place.fleet.rows(aside, [["unexpected", "outcome_unknown"]])]
    with place.fleet.runtime.pool.connection() as conn:
        documents.release(conn, ids, "operator")
    if ids:
        place.note("documents set aside after crashes", len(ids))
    for row in place.fleet.rows("select id from connections where status = 'lost'"):
        place.note("connections lost")
        acts.again(place, row["id"], place.tenants[row["id"]])


def unfinished(place: World, schedule: Schedule) -> dict[str, Any]:
    """What is still to be done, by its name."""
    rows = place.fleet.rows
    counts = {
        "attempts": "select count(*) as n from attempts where state <> 'done'",
        "tags": "select count(*) as n from tags where done_at is null",
        "untold": "select count(*) as n from outbox where published_at is null",
        "wake-ups": "select count(*) as n from wakeups",
        "calls": "select count(*) as n from budget_calls where finished_at is null"
        " and lease_until > now()",
        "set aside": "select count(*) as n from documents "
        " where reason_code in ('unexpected', 'outcome_unknown')",
        "lost": "select count(*) as n from connections where status = 'lost'",
    }
    left: dict[str, Any] = {name: rows(query)[0]["n"] for name, query in counts.items()}
    for queue in (INGRESS, INGRESS_DEAD, EXPORTS_ORDERS, EXPORTS_INVOICES):
        left[queue] = depth(place.amqp_url, queue)
    statuses = place.fleet.statuses()
    left |= {status: statuses.get(status, 0) for status in ("ready", "waiting", "sending")}
    known = {(row["kind"], row["mintsoft_id"]) for row in rows("select * from documents")}
    wanted = {(each.kind.value, each.mintsoft_id) for each in schedule.cases if each.wanted}
    left["missing"] = len(wanted - known)
    events = sum(len(case.events) for case in schedule.cases)
    left["unread"] = max(0, events - rows("select count(*) as n from inbox")[0]["n"])
    parked = {bytes(row["body"]) for row in rows("select body from parked")}
    left["unparked"] = len({each.message.body for each in schedule.poison} - parked)
    return {name: found for name, found in left.items() if found}


def _leaks(place: World, threads: int) -> list[str]:
    """What a fleet that has settled holds on to."""
    idle = place.fleet.rows(
        "select count(*) as n from pg_stat_activity where datname = current_database()"
        " and state = 'idle in transaction' and now() - state_change > interval '5 seconds'"
    )[0]["n"]
    now = place.parts.threads()
    found = [f"{idle} transactions are left open"] if idle else []
    refreshing = place.fleet.rows(
        "select count(*) as n from token_sets where refreshing_until > now()"
    )[0]["n"]
    found += [f"{refreshing} tokens are still being refreshed"] if refreshing else []
    if now > threads + THREADS_MORE:
        found.append(f"a process has {now} threads, {threads} at the beginning")
    return found


def _leftovers(place: World) -> list[str]:
    """What outlives the fleet's processes."""
    query = (
        "select count(*) as n from pg_stat_activity"
        " where datname = current_database() and client_port > 0"
    )
    strangers = "select count(*) as n from pg_stat_activity where datname = current_database()"
    mine = place.fleet.runtime.pool.get_stats().get("pool_size", 0)
    gone = came_about(lambda: place.fleet.rows(strangers)[0]["n"] <= mine, 10.0)
    found = [] if gone else [f"{place.fleet.rows(query)} connections to PostgreSQL are left"]
    came_about(lambda: set(_readers(place)) == {0}, 10.0)
    return found + [f"a consumer of a queue is left: {n}" for n in _readers(place) if n]


def snapshot(place: World, left: dict[str, Any], mishaps: Sequence[str]) -> Snapshot:
    """How everything stands."""
    rows = place.fleet.rows
    tags = place.fleet.mintsoft.admin.get("/_sim/tags").json()["tags"]
    return Snapshot(
        invoices=place.fleet.invoices(),
        documents=rows(
            "select kind, mintsoft_id, status, reason_code, xero_id::text as xero_id, xero_total"
            " from documents"
        ),
        tags={int(number): found for number, found in tags.items()},
        outbox=rows("select event_id, type, data from outbox order by id"),
        heard=outgoing(place.amqp_url),
        parked=rows("select body, code from parked"),
        left=left,
        mishaps=mishaps,
    )


def _figures(place: World, found: Snapshot) -> dict[str, Any]:
    state = place.fleet.xero.admin.get("/_sim/state").json()
    outcomes = place.fleet.rows(
        "select outcome, count(*) as n from attempts group by outcome order by outcome"
    )
    return {
        "documents": len(found.documents),
        "in Xero": len(found.invoices),
        "events heard": len(found.heard),
        "events said": len(found.outbox),
        "parked": len(found.parked),
        "processes started": place.parts.starts,
        "restarts": place.parts.starts - EACH * len(ROLES),
        "starts that found a server away": place.parts.failed_starts,
        "slowest end on SIGTERM (s)": round(place.parts.slowest_end, 1),
        "attempts": {str(row["outcome"]): row["n"] for row in outcomes},
        "repeats that Xero answered by key": state["idempotent_replays"],
        "token refreshes": state["refreshes"],
        "calls to Xero": state["calls"]["total"],
    }

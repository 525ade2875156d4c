"""How many documents go in a call when orders come steadily, one event after the other, instead of
as a backlog; beside what the simulation of tests.scale says of the same.

Xero's own limits are out, as for the other rates. The simulation is given the time that an attempt
took here, from its claim to its record, which on a busy machine is far more than Xero's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from events.egress import Publisher
from tests.bench.grounds import Ground, id_of, prepared, way_of
from tests.bench.place import CLIENTS, Place
from tests.bench.section import Section
from tests.bench.spent import HERE, POSTGRES, XERO, spending
from tests.bench.unlimited import without_limits
from tests.scale.simulation import Scene, simulate
from tests.support.children import until

PACES = (5, 30, 120)
"""Orders a second, over three organisations."""

SECONDS = 15
CALL = 0.4
PATIENCE = 120
THREADS = 8

WHO = (HERE, POSTGRES, XERO)
ROUNDS = 20
KINDS = 2


def measure(place: Place, say: Callable[[str], None]) -> Section:
    """Orders a second, documents in a call and the median wait, measured and simulated."""
    section = Section(
        f"Documents in a call, {len(CLIENTS)} organisations, {CALL} s a call",
        ["orders/s", "an attempt, s", "measured", "simulated", "median wait, s", "simulated, s"],
    )
    with prepared(place) as ground:
        ground.fleet.xero.admin.post("/_sim/latency", json={"seconds": CALL}).raise_for_status()
        _paced(ground, 10)  # reads the charts and makes the items
        for pace in PACES:
            took, together, wait = _paced(ground, pace)
            model = simulate(scene(pace, took))
            section.rows.append([pace, took, together, model.a_call, wait, model.wait(50)])
            say(f"{pace} orders a second: {together:.1f} in a call, simulated {model.a_call:.1f}")
    return section


def idle(place: Place) -> Section:
    """Milliseconds of a core that a poll takes in which nothing is new, from start to finish."""
    section = Section("An idle poll, milliseconds of a core", ["what", *WHO])
    with prepared(place) as ground:
        fleet = ground.fleet
        fleet.runtime.parts["budget"] = without_limits(fleet.runtime)
        fleet.poll()
        with spending(ground.families) as cost:
            for _ in range(ROUNDS):
                fleet.poll()
        polls = ROUNDS * KINDS * len(CLIENTS)
        values = [cost.milliseconds(who, polls) for who in WHO]
        section.rows.append(["a poll of one kind", *values])
    return section


def scene(pace: float, attempt_seconds: float) -> Scene:
    """The same in the model: no polls, no limits that bind."""
    return Scene(
        organisations=len(CLIENTS),
        documents=pace * 3600,
        poll_minutes=None,
        threads=THREADS,
        call_seconds=attempt_seconds,
        preparing_seconds=0,
        is_limited=False,
        minutes=3,
        warm_minutes=1,
    )


def _paced(ground: Ground, pace: int) -> tuple[float, float, float]:
    """Return seconds of an attempt, documents in one, and the median wait from the ledger on."""
    first, messages = ground.orders(len(CLIENTS)), ground.orders(pace * SECONDS)
    ids = [id_of(each) for each in messages]
    known = ground.posted() + len(first)
    with ground.place.broker(first) as url, way_of(ground, url, "ours") as way:
        way.go()
        until("it is at work", lambda: ground.posted() == known, PATIENCE)
        began = time.perf_counter()
        with Publisher(url) as publisher:
            for number, message in enumerate(messages):
                time.sleep(max(0.0, began + number / pace - time.perf_counter()))
                publisher.publish_batch([message])
        until("all are in Xero", lambda: ground.posted() == known + len(messages), PATIENCE)
    [row] = ground.fleet.rows(
        "select count(distinct m.attempt_id) as calls,"
        " percentile_cont(0.5) within group"
        " (order by extract(epoch from a.finished_at - a.created_at)) as took,"
        " percentile_cont(0.5) within group"
        " (order by extract(epoch from d.posted_at - d.created_at)) as wait"
        " from documents d join attempt_members m on m.document_id = d.id"
        " join attempts a on a.id = m.attempt_id"
        " where d.mintsoft_id = any(%s)",
        [ids],
    )
    return float(row["took"]), len(messages) / row["calls"], float(row["wait"])

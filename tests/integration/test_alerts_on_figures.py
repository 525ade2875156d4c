"""The delivered rules, judged by Prometheus's own tool over the figures of a real ledger.

Names and labels of what is exported and of what rules expect meet here; the whole way, with
faults of real parts and Prometheus itself, is ``make alarms``.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from deploy.local import prometheus
from tests.support.documents import delivery, dispatched, order
from tests.support.figures import Told, look
from tests.support.fleet import Fleet
from tests.support.observability import RULES, rule_in
from tests.support.processes import channel_to, prepare_broker, publish

Rule = dict[str, Any]

COUNTED = ("_total", "up{")
"""Rules over what processes count need the processes: those are left to ``make alarms``."""


def firing(told: Told, folder: Path) -> set[str]:
    """The alerts that fire when things stay as they are told, by one run of promtool.

    It reports each expression that is not as expected; none is expected to hold.
    """
    rules = [rule for path in RULES if not _counts(rule := rule_in(path))]
    file = folder / "figures.yaml"
    file.write_text(yaml.safe_dump({"tests": [_test(told, rules)]}))
    program = prometheus.program("promtool")
    assert program is not None, prometheus.REMEDY
    command = [str(program), "test", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    found = set(re.findall(r'alert="(\w+)"} 1', said))
    assert bool(found) is bool(done.returncode), said
    return found


def _test(told: Told, rules: Sequence[Rule]) -> Rule:
    return {
        "interval": "1m",
        "input_series": [
            {"series": series, "values": f"{value}x240"} for series, value in told.series()
        ],
        "promql_expr_test": [_expected(rule["alert"], rule["expr"]) for rule in rules],
    }


def _expected(alert: str, expr: str) -> Rule:
    holds = f"clamp_max(count({expr}), 1) or vector(0)"
    named = f'label_replace({holds}, "alert", "{alert}", "", "")'
    never = [{"labels": f'{{alert="{alert}"}}', "value": 0}]
    return {"expr": named, "eval_time": "3h", "exp_samples": never}


def _counts(rule: Rule) -> bool:
    return any(word in rule["expr"] for word in COUNTED)


def test_figures_of_a_real_ledger_fire_the_alerts_they_should(
    fleet: Fleet, amqp_url: str, tmp_path: Path
) -> None:
    """Given a healthy fleet nothing fires; given everything wrong with it, each alert does."""
    prepare_broker(amqp_url)
    sound = fleet.connect(client_id=3)
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert firing(look(fleet, amqp_url), tmp_path) == set()

    fleet.connect(client_id=4)
    fleet.execute("update connections set status = 'lost', lost_reason = 'x' where client_id = 4")
    fleet.send(dispatched(order(2)), delivery(b"{", "order.dispatched.v1"))
    publish(amqp_url, [dispatched(order(3))])
    with channel_to(amqp_url) as channel:
        channel.basic_publish("", "ingress.dead", b"dead")
    for statement in (
        "update documents set created_at = now() - interval '2 hours' where status = 'waiting'",
        "update token_sets set refreshed_at = now() - interval '51 days'",
        "update schedules set complete_at = now() - interval '2 hours'",
        "update outbox set published_at = null, occurred_at = now() - interval '1 hour'",
        "update budgets set day_remaining = 10",
    ):
        fleet.execute(statement)
    fleet.execute(
        "insert into attempts (connection_id, kind, state, lease_until, tries, crashes)"
        " values (%s, 'order', 'claimed', now(), 3, 2)",
        [sound],
    )
    fleet.execute(
        "insert into notices"
        " (connection_id, channel, subject, body, created_at, due_at, given_up_at)"
        " values (%s, 'mail', 'x', 'x', now() - interval '5 hours', now(), now())",
        [sound],
    )
    told = look(fleet, amqp_url, ahead=timedelta(seconds=30))
    assert firing(told, tmp_path) == {
        *("OldestWaiting", "ConnectionLost", "TokenNearEnd", "EventsParked", "DeadLetters"),
        *("OutboxStuck", "QueueWithoutConsumer", "PollLag", "DayBudgetLow", "ClockSkew"),
        *("AttemptCrashLoop", "NoticesGivenUp"),
    }


def test_servers_that_are_away_fire_theirs(fleet: Fleet, tmp_path: Path) -> None:
    """Database and broker away, and so nobody who leads."""
    fleet.runtime.pool.close()
    told = look(fleet, "amqp://guest:guest@127.0.0.1:1/%2F", leads=False)
    away = {"DatabaseUnreachable", "BrokerUnreachable", "NoLeader"}
    assert firing(told, tmp_path) == away

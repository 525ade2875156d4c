"""What the doctor makes of what it found in the fleet: what is not well comes with what to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from events.depths import WATCHED, Depth
from workers.cli import fleet_checks
from workers.cli.findings import Finding
from workers.notices.places import LOOPBACK
from workers.settings import Settings
from workers.store.checkup import Overdue
from workers.store.notices import Health

THEN = datetime(2026, 11, 20, 12, tzinfo=UTC)

MAIL = {"mail": True, "hook": False}

ALL_READ = [Depth(name, 1, 1) for name in WATCHED]


def _health(**more: object) -> Health:
    plain = {"waiting": 0, "oldest": None, "given_up": 0, "last_sent": THEN, "last_error": None}
    return Health("mail", **(plain | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (fleet_checks.leader(True), ""),
        (fleet_checks.leader(False), "none leads"),
        (fleet_checks.schedules(Overdue(0, 0)), ""),
        (fleet_checks.schedules(Overdue(2, 1)), "2 not started"),
        (fleet_checks.schedules(Overdue(0, 1)), "1 wait for a worker"),
        (fleet_checks.standing(WATCHED, ALL_READ), ""),
        (fleet_checks.standing(WATCHED, ALL_READ[1:]), f"not there yet: {WATCHED[0]}"),
        (
            fleet_checks.standing(WATCHED, [Depth(name, 3, name != "ingress") for name in WATCHED]),
            "nobody reads ingress (3)",
        ),
        (
            next(fleet_checks.told({"mail": False, "hook": False}, [])),
            "nobody is told",
        ),
        (next(fleet_checks.told(MAIL, [])), ""),
        (next(fleet_checks.told(MAIL, [_health()])), ""),
        (next(fleet_checks.told(MAIL, [_health(last_error="451")])), ""),
        (
            next(fleet_checks.told(MAIL, [_health(waiting=1, oldest=THEN, last_error="451")])),
            "1 wait since 20 Nov 12:00 UTC: 451",
        ),
        (
            next(fleet_checks.told(MAIL, [_health(given_up=2, last_error="550")])),
            "2 given up since yesterday: 550",
        ),
        (next(fleet_checks.public_url(Settings(public_url=f"http://{LOOPBACK[0]}"))), ""),
        (next(fleet_checks.public_url(Settings(public_url="https://books.example"))), ""),
        (next(fleet_checks.public_url(Settings(public_url="http://books.example"))), "http://"),
    ],
)
def test_findings(finding: Finding, words: str) -> None:
    """Well (no words), or a warning with a remedy: the fleet may still run."""
    if not words:
        assert (finding.status, finding.remedy) == ("ok", "")
        return
    assert finding.status == "warning"
    assert words in finding.detail
    assert finding.remedy


def test_a_queue_that_nobody_has_to_read() -> None:
    """Dead letters are looked at now and then."""
    found = [Depth(name, 0, name != "ingress.dead") for name in WATCHED]
    assert fleet_checks.standing(WATCHED, found).status == "ok"

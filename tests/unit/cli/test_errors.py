"""Every failure that a person can mend is one sentence that names cause and remedy."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from pika.exceptions import AMQPConnectionError
from psycopg_pool import PoolTimeout
from pydantic import ValidationError

from events.egress import NotConfirmed
from schemas.connections import ConnectionSettings
from workers.cli.errors import Problem, explain, host_of, invalid, shortened
from workers.errors import AuthorisationLost, Permanent, Throttled, Transient
from workers.mapping.reasons import reason
from workers.settings import Settings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Problem("Do this."), ["Do this."]),
        (psycopg.OperationalError("no route\nmore"), ["(no route)", "MX_DATABASE_URL"]),
        (PoolTimeout("10 s"), ["PostgreSQL can't be reached", "MX_DATABASE_URL"]),
        (psycopg.errors.UndefinedTable("documents"), ["mintsoft-xero db upgrade"]),
        (psycopg.errors.CheckViolation("bad row"), ["PostgreSQL refused", "bad row"]),
        (AMQPConnectionError(), ["RabbitMQ can't be reached (no answer)", "MX_AMQP_URL"]),
        (NotConfirmed([], "gone"), ["gone", "MX_AMQP_URL"]),
        (Throttled(NOON, "day"), ["until 2026-11-23 12:00:00 UTC"]),
        (Transient("503"), ["503"]),
        (AuthorisationLost("consent ended"), ["does not let this connection in"]),
        (Permanent(reason("currency_missing"), "words"), ["no currency", "then retry", "words"]),
        (ValueError("MX_SECRET_KEYS is empty: set it"), ["MX_SECRET_KEYS is empty"]),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_can_be_mended_is_told(error: Exception, words: list[str]) -> None:
    told = explain(error)
    assert told is not None
    for word in words:
        assert word in told
    assert "\n" not in told


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), ZeroDivisionError()])
def test_defects_are_not_hidden(error: Exception) -> None:
    assert explain(error) is None


def test_wrong_settings_are_named_without_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value may be a secret that went into the wrong variable."""
    monkeypatch.setenv("MX_XERO_DAY_LIMIT", "hunter2")
    with pytest.raises(ValidationError) as found:
        Settings()
    told = explain(found.value) or ""
    assert told.startswith("MX_XERO_DAY_LIMIT: ")
    assert "hunter2" not in told


def test_what_a_person_wrote_is_told_by_field_and_value() -> None:
    with pytest.raises(ValidationError) as found:
        ConnectionSettings.model_validate({"due_days": "soon", "poll_minutes": 0})
    told = str(invalid("settings.yaml", found.value))
    assert told.startswith("settings.yaml: due_days: ")
    assert "(got 'soon')" in told
    assert "poll_minutes" in told


def test_addresses_are_shown_without_their_password() -> None:
    assert host_of("amqps://user:secret@mq.example:5671/%2F") == "amqps://mq.example:5671/%2F"
    assert host_of("postgresql:///fleet") == "postgresql:///fleet"
    assert host_of("") == ""


def test_long_values_are_cut() -> None:
    assert len(shortened("x" * 500)) < 100

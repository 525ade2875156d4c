"""What people type: keys of a mapping, events, queues."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from events.envelope import decode
from tests.support.documents import dispatched, order
from workers.broker import ACTOR_OF
from workers.cli import doctor, publishing, roles
from workers.cli.checking import path_of, with_value
from workers.cli.errors import Problem
from workers.cli.findings import FAILED, OK, WARNING, Finding
from workers.settings import Settings


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("rounding", ["rounding"]),
        ("defaults.sales", ["defaults", "sales"]),
        ("tax.17.5", ["tax", "17.5"]),
        ("channels.7.tracking", ["channels", "7", "tracking"]),
        ("skus.A.1.sales", ["skus", "A.1", "sales"]),
        ("cost_centres.PickingCost.account", ["cost_centres", "PickingCost", "account"]),
    ],
)
def test_keys_of_a_mapping(key: str, path: list[str]) -> None:
    assert path_of(key) == path


@pytest.mark.parametrize("key", ["", "sales", "defaults", "skus.A", "rounding.x", "taxes.20"])
def test_keys_that_are_none(key: str) -> None:
    with pytest.raises(Problem, match="is no key of a mapping"):
        path_of(key)


@pytest.mark.parametrize(
    ("key", "value", "after"),
    [
        ("tax.20", "OUTPUT2", {"tax": {"20": "OUTPUT2"}, "skus": {"A": {"sales": "1"}}}),
        ("skus.A.sales", "200", {"skus": {"A": {"sales": "200"}}}),
        ("skus.A.sales", "", {"skus": {"A": {}}}),
        (
            "skus.A.tracking",
            "[{category: C, option: O}]",
            {"skus": {"A": {"sales": "1", "tracking": [{"category": "C", "option": "O"}]}}},
        ),
    ],
)
def test_one_value_is_changed(key: str, value: str, after: dict[str, Any]) -> None:
    """An account stays text, a list is read as YAML, what was given is left as it was."""
    before = {"skus": {"A": {"sales": "1"}}}
    assert with_value(before, key, value) == after
    assert before == {"skus": {"A": {"sales": "1"}}}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (b'{"a": 1}', 1),
        (b'{\n "a": 1\n}\n', 1),
        (b'{"a": 1}\n\n{"a": 2}\n', 2),
        (b"{broken", 1),
    ],
)
def test_one_document_or_one_a_line(text: bytes, count: int) -> None:
    assert len(publishing.pieces(text)) == count


def test_a_cloud_event_is_not_touched() -> None:
    body = dispatched(order(1)).body
    message = publishing.message_of(body, None, None)
    assert (message.body, message.routing_key) == (body, "order.dispatched.v1")


def test_bare_data_gets_an_envelope_that_can_be_read() -> None:
    message = publishing.message_of(b'{"OrderId": 5, "ClientId": 3}', "order.cancelled.v1", "acme")
    event = decode(message.body, {}, message.content_type, message.routing_key)
    assert (event.source, event.subject) == ("/mintsoft/acme", "5")


def test_force_publishes_even_what_can_not_be_read() -> None:
    message = publishing.message_of(b"{broken", "order.dispatched.v1", None, force=True)
    assert message.body == b"{broken"
    with pytest.raises(Problem, match="--type"):
        publishing.message_of(b"{broken", None, None, force=True)


def test_queues_are_all_or_those_named() -> None:
    assert roles.queue_list("") == list(ACTOR_OF)
    assert roles.queue_list(" upkeep, exports.orders ") == ["upkeep", "exports.orders"]
    with pytest.raises(typer.BadParameter, match=r"imports\.nothing: known are"):
        roles.queue_list("imports.nothing")


def test_the_workers_command() -> None:
    command = roles.dramatiq_command(["upkeep"], 2, 4)
    assert command[1:4] == ["-m", "dramatiq", "workers.app"]
    assert command[-2:] == ["--queues", "upkeep"]


def test_settings_are_shown_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its source; an address without its password, a key as stars."""
    monkeypatch.setenv("MX_DATABASE_URL", "postgresql://fleet:secret@db.example/fleet")
    monkeypatch.setenv("MX_MINTSOFT_API_KEY", "secret")
    monkeypatch.setenv("MX_SECRET_KEYS", "secret,secret")
    rows = {row.name: row for row in doctor.setting_rows(Settings())}
    assert rows["MX_DATABASE_URL"].value == "postgresql://db.example/fleet"
    assert rows["MX_SECRET_KEYS"].value == "2 keys"
    assert rows["MX_LOG_FORMAT"].source == "default"
    assert rows["MX_MINTSOFT_API_KEY"].source == "environment"
    assert not any("secret" in row.value for row in rows.values())


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ({"database": OK}, "Ready."),
        ({"database": OK, "xero api": WARNING}, "Ready; look at: xero api."),
        (
            {"database": FAILED, "keys": FAILED, "xero api": WARNING},
            "Not ready: database, keys. The last column says what to do.",
        ),
    ],
)
def test_doctor_ends_with_a_sentence(statuses: dict[str, str], sentence: str) -> None:
    """What fails comes before what only warns, by the names in the table."""
    found = [Finding(check, status, "") for check, status in statuses.items()]
    assert doctor.summary(found) == sentence

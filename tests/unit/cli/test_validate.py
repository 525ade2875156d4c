"""`event validate` says what the ingress would do, and what to mend."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from schemas.catalogue import INCOMING
from schemas.generate import examples_of
from tests.support.children import ROOT
from tests.support.command import Command
from workers.cli.validating import WOULD

MESSAGES = sorted((ROOT / "docs/publishing/messages").glob("*.json"))
CANCELLED: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/mintsoft/acme",
    "type": "order.cancelled.v1",
    "time": "2026-11-23T12:00:00Z",
    "data": {"OrderId": 7, "ClientId": 3},
}


@pytest.fixture
def mx(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "message.json"


def test_an_event_is_accepted(mx: Command, file: Path) -> None:
    """With what would follow, whose it is and what it is known by."""
    file.write_text(json.dumps(CANCELLED))
    [told] = mx.json("event", "validate", file)
    assert told == {
        "envelope": "CloudEvents", "type": "order.cancelled.v1", "account": "acme", "id": "e-1",
        "code": None, "what": WOULD["order.cancelled.v1"], "wrong": [], "accepted": True,
    }  # fmt: skip
    assert (
        "1: accepted (CloudEvents): order.cancelled.v1, account acme, e-1"
        in mx("event", "validate", file).out
    )


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.name)
def test_messages_of_the_buses_are_accepted(mx: Command, path: Path) -> None:
    """The files of docs/publishing, as RabbitMQ's management interface gives messages."""
    [told] = mx.json("event", "validate", path)
    assert (told["accepted"], told["account"]) == (True, "acme")


def test_a_list_of_whole_messages_and_base64_are_read(mx: Command, file: Path) -> None:
    """As several are taken from a queue."""
    text = json.dumps({**CANCELLED, "data": {"OrderId": 7, "ClientId": 3}})
    whole = {"payload": text, "properties": [], "routing_key": "order.cancelled.v1"}
    coded = {**whole, "payload": "e30=", "payload_encoding": "base64"}
    file.write_text(json.dumps([whole, coded]))
    ran = mx("event", "validate", file, "--json")
    assert ran.code == 1
    assert [each["code"] for each in ran.json()] == [None, "not-cloudevent"]


def test_masstransits_envelope_alone_is_known(mx: Command, file: Path) -> None:
    """Without the properties around it."""
    whole = json.loads((ROOT / "docs/publishing/messages").joinpath(
        "masstransit.order.dispatched.v1.json").read_text())  # fmt: skip
    file.write_text(json.dumps(whole["payload"]))
    [told] = mx.json("event", "validate", file)
    assert (told["envelope"], told["type"]) == ("MassTransit", "order.dispatched.v1")


@pytest.mark.parametrize(
    ("data", "field", "problem", "remedy"),
    [
        ({"OrderId": 7}, "ClientId", "Field required", "add the field"),
        ({"OrderId": 7, "clientId": 3}, "ClientId", "Field", "call it ClientId, not clientId"),
        ({"OrderId": -7, "ClientId": 3}, "OrderId", "got -7", "positive whole number"),
        ({"OrderId": "x", "ClientId": 3}, "OrderId", "got a text of", "send a whole number"),
        ({"OrderId": 7, "ClientId": 3, "Reason": []}, "Reason", "got a list", "send a text"),
    ],
)
def test_each_defect_has_its_place_and_remedy(
    mx: Command, file: Path, data: object, field: str, problem: str, remedy: str
) -> None:
    """The same whether the data is bare or in an envelope."""
    file.write_text(json.dumps({**CANCELLED, "data": data}))
    wrapped = mx("event", "validate", file, "--json")
    file.write_text(json.dumps(data))
    bare = mx("event", "validate", file, "--type", "order.cancelled.v1", "--json")
    for ran in (wrapped, bare):
        [told] = ran.json()
        [wrong] = told["wrong"]
        assert (ran.code, told["accepted"], told["code"]) == (1, False, "wrong-data")
        assert wrong["field"] == field
        assert problem in wrong["problem"]
        assert remedy in wrong["remedy"]
    assert f"   {field}: " in mx("event", "validate", file, "--type", "order.cancelled.v1").out


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("{broken", "not-json", "body"),
        ('{"OrderId": 7}', "not-cloudevent", "specversion"),
        ("[]", "not-cloudevent", "body"),
        (json.dumps({**CANCELLED, "source": "acme"}), "wrong-source", "source"),
        (json.dumps({**CANCELLED, "type": "order.lost.v1"}), "unknown-type", "type"),
    ],
)
def test_a_wrong_envelope_is_told_with_its_remedy(
    mx: Command, file: Path, text: str, code: str, field: str
) -> None:
    file.write_text(text)
    [told] = mx("event", "validate", file, "--json").json()
    [wrong] = told["wrong"]
    assert (told["code"], wrong["field"]) == (code, field)
    assert wrong["remedy"]


def test_standard_input_one_a_line(mx: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lines, the second of them wrong, give two verdicts and exit code 1."""
    lines = json.dumps(CANCELLED) + "\n" + json.dumps({**CANCELLED, "id": ""}) + "\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    ran = mx("event", "validate", "-", "--json")
    assert (ran.code, [each["accepted"] for each in ran.json()]) == (1, [True, False])


@pytest.mark.parametrize("more", [["/no/such/file"], ["-", "--type", "order.lost.v1"]])
def test_wrong_usage_ends_with_two(mx: Command, more: list[str]) -> None:
    """A file that is not there, an event that is none."""
    assert mx("event", "validate", *more).code == 2


def test_it_is_said_what_follows_from_every_event() -> None:
    """And every published example of data is accepted."""
    assert set(WOULD) == set(INCOMING)
    assert all(list(examples_of(name, "pass")) for name in WOULD)

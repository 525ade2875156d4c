"""The broker's definitions are those of the code, and hold nothing that RabbitMQ 4 refuses."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from deploy.rabbitmq import generate
from deploy.rabbitmq.definitions import definitions, hashed
from deploy.rabbitmq.roles import DEFAULT_EXCHANGE, KEYS, ROLES, WAKE_UPS
from events.topology import BINDINGS, INGRESS, INGRESS_DEAD, QUEUES, WORK_QUEUES
from schemas.catalogue import MINTSOFT_EVENTS, XERO_EVENTS
from workers.broker import QuorumBroker

FOUND = definitions()


def test_the_committed_file_is_what_the_code_says() -> None:
    """Whoever changes a queue changes the broker's definitions with it."""
    assert json.loads(generate.FILE.read_text()) == FOUND


def test_it_names_every_queue_with_the_arguments_the_code_declares() -> None:
    """A queue declared with other arguments than it has would end its process."""
    broker = QuorumBroker(url="amqp://nobody:none@127.0.0.1:1")
    arguments = {each["name"]: each["arguments"] for each in FOUND["queues"]}
    assert set(arguments) == {each.name for each in QUEUES} | set(WAKE_UPS)
    assert {each.name: each.arguments for each in QUEUES}.items() <= arguments.items()
    for queue in WORK_QUEUES:
        assert arguments[queue] == broker._build_queue_arguments(queue)


def test_nothing_that_rabbitmq_4_has_given_up() -> None:
    """Queues are durable quorum queues; no policy mirrors, overflows or expires ours."""
    assert {(each["durable"], each["auto_delete"]) for each in FOUND["queues"]} == {(True, False)}
    assert {each["arguments"]["x-queue-type"] for each in FOUND["queues"]} == {"quorum"}
    said = {key for each in FOUND["policies"] for key in each["definition"]}
    assert said == {"delivery-limit", "max-length"}
    assert not [p for p in FOUND["policies"] if re.search(p["pattern"], INGRESS)]


def test_nobody_can_sign_in_by_the_committed_file() -> None:
    """An empty hash is no password, and no user of the broker's own is there."""
    assert {each["password_hash"] for each in FOUND["users"]} == {""}
    assert "guest" not in {each["name"] for each in FOUND["users"]}


MAY_WRITE = {
    "mx-mintsoft": {MINTSOFT_EVENTS},
    "mx-listener": set(),
    "mx-ingress": {INGRESS, DEFAULT_EXCHANGE},
    "mx-worker": {DEFAULT_EXCHANGE, MINTSOFT_EVENTS},
    "mx-scheduler": {DEFAULT_EXCHANGE, INGRESS, INGRESS_DEAD},  # so that 4.3 lets it look at them
    "mx-relay": {XERO_EVENTS},
    "mx-console": {MINTSOFT_EVENTS},
    "mx-operator": {MINTSOFT_EVENTS, INGRESS, DEFAULT_EXCHANGE},
    "mx-monitoring": set(),
}
NAMES = (*(each["name"] for each in FOUND["queues"]), MINTSOFT_EVENTS, XERO_EVENTS)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_role_writes_where_it_must_and_nowhere_else(role: object) -> None:
    """Names are matched whole and literally: ingressX or ordersXevents is somebody else's."""
    [one] = [each for each in ROLES if each is role]
    names = {*NAMES, DEFAULT_EXCHANGE, "ingressX", "mintsoftXevents"}
    assert {each for each in names if re.search(one.write, each)} == MAY_WRITE[one.name]


def test_mintsofts_publisher_uses_the_keys_that_somebody_reads() -> None:
    """A key of our bindings goes through; others would vanish, or be meant for somebody else."""
    firsts = [each.routing_key.removesuffix(".#") for each in BINDINGS]
    assert all(re.search(KEYS, f"{first}.dispatched.v1") for first in firsts)
    assert not re.search(KEYS, "stock.changed.v1")
    assert not re.search(KEYS, "orders.dispatched.v1")


def test_a_hash_is_what_rabbitmq_computes() -> None:
    """Base64 of four bytes of salt, and SHA-256 over salt and password."""
    raw = base64.b64decode(hashed("test12", b"\x90\x8d\xc6\x0a"))
    assert raw == b"\x90\x8d\xc6\x0a" + hashlib.sha256(b"\x90\x8d\xc6\x0atest12").digest()
    assert hashed("test12") != hashed("test12")


def test_a_password_that_is_missing_or_short_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is named with the remedy, and nothing is printed that could be loaded."""
    for role in ROLES:
        (tmp_path / role.name).write_text("x" * 20)
    assert generate.main(["--secrets", str(tmp_path)]) == 0
    assert '"password_hash": ""' not in capsys.readouterr().out
    (tmp_path / "mx-relay").write_text("short")
    assert generate.main(["--secrets", str(tmp_path)]) == 1
    (tmp_path / "mx-ingress").unlink()
    assert generate.main(["--secrets", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "mx-relay: 5 characters are too few" in err
    assert "mx-ingress: can't be read" in err

"""One setting names one RabbitMQ or a cluster's nodes, and no connection depends on the first."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest
from pika.exceptions import AMQPError

from events.addresses import addresses
from events.amqp import SILENT_SECONDS, TRY_SECONDS, Nodes, parameters
from workers.broker import open_broker
from workers.cli.errors import host_of

THREE = "amqp://mx:secret@a/%2F, amqp://mx:secret@b/%2F;amqps://mx:secret@c:5671/v?heartbeat=7"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("amqp://a", ["amqp://a"]),
        (" amqp://a,amqp://b ", ["amqp://a", "amqp://b"]),
        ("amqp://a ;\n amqps://b", ["amqp://a", "amqps://b"]),
        (
            "amqps://a/v?ssl_options={'cafile':'x','certfile':'y'},amqps://b",
            ["amqps://a/v?ssl_options={'cafile':'x','certfile':'y'}", "amqps://b"],
        ),
        ("amqp://a,http://b", ["amqp://a", "http://b"]),
    ],
)
def test_addresses_are_divided_only_where_one_begins(text: str, found: list[str]) -> None:
    """A comma inside an address belongs to it."""
    assert addresses(text) == found


def test_every_turn_has_each_node_once_and_begins_with_another() -> None:
    """So connections spread, and one that was refused somewhere is made elsewhere."""
    nodes = Nodes(THREE, "ingress")
    turns = [[each.host for each in nodes.turn()] for _ in range(6)]
    assert all(sorted(turn) == ["a", "b", "c"] for turn in turns)
    assert [turn[0] for turn in turns[:3]] == [turn[0] for turn in turns[3:]]
    assert {turn[0] for turn in turns} == {"a", "b", "c"}


def test_dramatiq_takes_turns_too() -> None:
    """It asks for its parameters before each connection."""
    broker = open_broker(THREE)
    assert {broker.parameters[0].host for _ in range(3)} == {"a", "b", "c"}  # type: ignore[attr-defined]


def test_a_silent_node_is_left_soon_unless_its_address_says_otherwise() -> None:
    """Heartbeats and time-outs: ours, or those of the address."""
    nodes = Nodes(f"{THREE}&socket_timeout=9", "ingress", heartbeat=SILENT_SECONDS)
    found = {each.host: each for each in nodes.turn()}
    assert [found[host].heartbeat for host in "abc"] == [SILENT_SECONDS, SILENT_SECONDS, 7]
    assert [found[host].socket_timeout for host in "abc"] == [TRY_SECONDS, TRY_SECONDS, 9]
    assert {each.stack_timeout for each in found.values()} == {2 * TRY_SECONDS}


def test_a_single_node_has_all_the_time_it_had() -> None:
    """There is no other to go to; and the broker says how often hearts beat."""
    [only] = parameters("amqp://a", "ingress")
    assert only.heartbeat is None
    assert only.socket_timeout > TRY_SECONDS
    assert only.stack_timeout > 2 * TRY_SECONDS


def test_one_wrong_address_among_several_is_refused() -> None:
    """It is named by its kind, never with its password."""
    with pytest.raises(ValueError, match=r"'http' is no kind of address") as error:
        parameters("amqp://a,http://mx:secret@b", "ingress")
    assert "secret" not in str(error.value)


def test_people_see_every_place_and_no_password() -> None:
    """The doctor shows the setting so."""
    assert host_of(THREE) == "amqp://a/%2F, amqp://b/%2F, amqps://c:5671/v"


def test_when_no_node_answers_the_error_says_so() -> None:
    """Each was tried."""
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        port = one.getsockname()[1]
    with pytest.raises(AMQPError):
        Nodes(f"amqp://127.0.0.1:{port},amqp://127.0.0.1:{port}", "test").connect()

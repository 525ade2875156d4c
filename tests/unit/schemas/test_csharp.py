"""The C# of docs/publishing is C#, and says what the contract says. There is no .NET here: it is
parsed, not compiled, and names of the clients' own are compared with a list that was looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_c_sharp
from tree_sitter import Language, Node, Parser

from schemas.catalogue import INCOMING, MINTSOFT_EVENTS

FOLDER = Path(__file__).parents[3] / "docs" / "publishing" / "csharp"
FILES = sorted(FOLDER.glob("*.cs"))
PARSER = Parser(Language(tree_sitter_c_sharp.language()))

KINDS = {"integer": "long", "string": "string", "number": "decimal", "boolean": "bool"}

CLIENTS = {
    "Publisher.cs": {
        *("IConnection", "CreateChannelOptions", "BasicProperties", "DeliveryModes"),
        *("PublishException", "AlreadyClosedException", "OperationInterruptedException"),
        *("CreateChannelAsync", "BasicPublishAsync", "Persistent"),
    },
    "MassTransit.cs": {
        *("IRabbitMqBusFactoryConfigurator", "IPublishEndpoint", "SetEntityName"),
        *("UseRoutingKeyFormatter", "ExchangeType", "MessageId", "Mandatory"),
    },
    "NServiceBus.cs": {
        *("EndpointConfiguration", "RabbitMQTransport", "RoutingTopology", "Conventional"),
        *("QueueType", "Quorum", "SystemJsonSerializer", "UseSerialization", "UseTransport"),
        *("IMessageSession", "IEvent", "PublishOptions", "SetMessageId", "SetHeader"),
    },
}
"""Looked up in the documentation and published interfaces of RabbitMQ.Client 7, MassTransit 8,
NServiceBus 9: a file that stops using one of these is to be looked at again."""


def tree(file: Path) -> Node:
    return PARSER.parse(file.read_bytes()).root_node


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for each in node.children:
        yield from nodes(each)


def words(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()


def strings(file: Path) -> set[str]:
    return {words(n) for n in nodes(tree(file)) if n.type == "string_literal_content"}


def test_there_is_something_to_read() -> None:
    assert {file.name for file in FILES} == set(CLIENTS)


def test_a_mistake_would_be_seen() -> None:
    """The control: a brace too few, and no longer C#."""
    broken = FILES[0].read_bytes().rstrip().removesuffix(b"}")
    assert PARSER.parse(broken).root_node.has_error


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_is_csharp(file: Path) -> None:
    wrong = [
        f"line {each.start_point[0] + 1}: {words(each)[:60]!r}"
        for each in nodes(tree(file))
        if each.is_error or each.is_missing
    ]
    assert wrong == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_uses_the_clients_names_and_brings_its_own_namespaces(file: Path) -> None:
    """It compiles without implicit usings, too: what it uses of .NET's own is named."""
    found = {words(n) for n in nodes(tree(file)) if n.type == "identifier"}
    assert CLIENTS[file.name] <= found
    used = {words(n) for n in nodes(tree(file)) if n.type == "using_directive"}
    for name, namespace in (
        ("Task", "System.Threading.Tasks"),
        ("CancellationToken", "System.Threading"),
        ("Dictionary", "System.Collections.Generic"),
        ("Guid", "System"),
        ("Math", "System"),
    ):
        assert name not in found or f"using {namespace};" in used, name


def test_it_publishes_where_events_are_read() -> None:
    assert MINTSOFT_EVENTS in strings(FOLDER / "Publisher.cs")
    told = strings(FOLDER / "MassTransit.cs")
    assert MINTSOFT_EVENTS in told
    assert {each for each in told if each.endswith(".v1")} <= set(INCOMING)


@pytest.mark.parametrize("name", ["MassTransit.cs", "NServiceBus.cs"])
def test_records_have_the_fields_of_their_events(name: str) -> None:
    """By name and by kind of value: both buses write properties as they are called."""
    [record] = [n for n in nodes(tree(FOLDER / name)) if n.type == "record_declaration"]
    title = record.child_by_field_name("name")
    assert title is not None
    event = re.sub(r"(?<!^)([A-Z])", r".\1", words(title)).lower()
    schema = INCOMING[event].model_json_schema(by_alias=True)
    fields = {
        words(n.child_by_field_name("name") or n): words(n.child_by_field_name("type") or n)
        for n in nodes(record)
        if n.type == "parameter"
    }
    assert set(fields) == set(schema["properties"])
    for field, kind in fields.items():
        member = schema["properties"][field]
        kinds = {each["type"] for each in member.get("anyOf", [member])} - {"null"}
        assert {KINDS[each] for each in kinds} == {kind.removesuffix("?")}, field
        assert field not in schema["required"] or not kind.endswith("?"), field

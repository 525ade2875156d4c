"""Writes what others read of our contracts: JSON Schemas and an AsyncAPI document.

Both follow from :mod:`schemas.catalogue`, the models and the pass examples, and are committed.
``python -m schemas.generate`` writes them; with ``--check`` it writes nothing, prints what
differs and ends with 1, so that a change of a contract is always seen in review. The published
schemas are a little stricter than our reading: amounts are numbers, never texts.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from schemas.catalogue import INCOMING, MINTSOFT_EVENTS, OUTGOING, XERO_EVENTS, split_type
from schemas.values import MintsoftModel

HERE = Path(__file__).parent
DIALECT = "https://json-schema.org/draft/2020-12/schema"
STRUCTURED = "application/cloudevents+json"
MOMENT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$"
"""ISO 8601; without a zone it is UTC. Mintsoft writes none, so ``format: date-time`` is wrong."""

Json = dict[str, Any]


class PublishedSchema(GenerateJsonSchema):
    """Pydantic's schemas in the words of the contract."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """An amount is a JSON number."""
        bounds = {"minimum": schema.get("ge"), "maximum": schema.get("le")}
        return {"type": "number"} | {
            word: int(bound) for word, bound in bounds.items() if bound is not None
        }

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:  # noqa: ARG002  pydantic's signature
        """A moment may come without a zone, as Mintsoft writes it."""
        return {"type": "string", "pattern": MOMENT}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  pydantic's signature
        """A title made from the field's name says nothing new."""
        return False

    def encode_default(self, dft: Any) -> Any:
        """A default amount is a number too."""
        return int(dft) if isinstance(dft, Decimal) else super().encode_default(dft)


def schema_of(event_type: str, model: type[MintsoftModel]) -> Json:
    """Return the JSON Schema of an event's data."""
    generated = model.model_json_schema(schema_generator=PublishedSchema)
    generated.pop("title", None)
    return {
        "$schema": DIALECT,
        "$id": f"urn:mintsoft-xero:{event_type}",
        "title": event_type,
        **_plain(generated),
    }


def _plain(value: Any) -> Any:
    """Return *value* with its descriptions freed from the mark-up of docstrings."""
    if isinstance(value, dict):
        return {
            name: _prose(member)
            if name == "description" and isinstance(member, str)
            else _plain(member)
            for name, member in value.items()
        }
    return [_plain(member) for member in value] if isinstance(value, list) else value


def _prose(docstring: str) -> str:
    return " ".join(docstring.replace("``", "").split())


def examples_of(event_type: str, verdict: str) -> Iterator[Path]:
    """Yield the example files of an event, *verdict* being ``pass`` or ``fail``."""
    yield from sorted(HERE.joinpath("examples", *split_type(event_type)).glob(f"*.{verdict}.json"))


def asyncapi() -> Json:
    """Return the AsyncAPI 3.0 document, seen from us: Mintsoft's events are received."""
    every = {**INCOMING, **OUTGOING}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "mintsoft-xero",
            "version": "1",
            "description": (
                "Events between Mintsoft and its Xero integration, over RabbitMQ (AMQP 0-9-1). "
                "The routing key is the type of the event. Bodies are CloudEvents 1.0 in "
                "structured mode; binary mode (headers cloudEvents:*, cloudEvents_* or ce-*) "
                "is read too, as are MassTransit's and NServiceBus's own envelopes. "
                "Fields that are not named are ignored."
            ),
        },
        "defaultContentType": STRUCTURED,
        "channels": {name: _channel(name) for name in every},
        "operations": {name: _operation(name) for name in every},
        "components": {
            "messages": {name: _message(name, model) for name, model in every.items()},
            "schemas": {"cloudEvent": cloud_event()},
        },
    }


def _channel(event_type: str) -> Json:
    exchange = MINTSOFT_EVENTS if event_type in INCOMING else XERO_EVENTS
    return {
        "address": event_type,
        "messages": {event_type: {"$ref": f"#/components/messages/{event_type}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {
                    "name": exchange,
                    "type": "topic",
                    "durable": True,
                    "autoDelete": False,
                },
                "bindingVersion": "0.3.0",
            }
        },
    }


def _operation(event_type: str) -> Json:
    return {
        "action": "receive" if event_type in INCOMING else "send",
        "channel": {"$ref": f"#/channels/{event_type}"},
        "messages": [{"$ref": f"#/channels/{event_type}/messages/{event_type}"}],
    }


def _message(event_type: str, model: type[MintsoftModel]) -> Json:
    return {
        "name": event_type,
        "summary": _prose(model.__doc__ or ""),
        "contentType": STRUCTURED,
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/cloudEvent"},
                event_schema(event_type, {"$ref": f"./json/{event_type}.schema.json"}),
            ]
        },
        "examples": [example(event_type, path) for path in examples_of(event_type, "pass")],
    }


def event_schema(event_type: str, data: Json) -> Json:
    """Return what the CloudEvent of one event has besides what all have."""
    return {
        "type": "object",
        "required": ["data"],
        "properties": {
            "type": {"const": event_type},
            "source": {"type": "string", "pattern": _source_pattern(event_type)},
            "data": data,
        },
    }


def _source_pattern(event_type: str) -> str:
    sender = "mintsoft" if event_type in INCOMING else "mintsoft-xero"
    return f"^/{sender}/[A-Za-z0-9][A-Za-z0-9._-]{{0,99}}$"


def cloud_event() -> Json:
    """Return the schema of the attributes that every CloudEvent of ours has."""
    text = {"type": "string", "minLength": 1, "maxLength": 255}
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {**text, "description": "Unique for each source; a second one is ignored."},
            "source": {**text, "description": "Who sends, with the Mintsoft account."},
            "type": {**text, "description": "The event and its version; also the routing key."},
            "subject": {**text, "description": "The id of the document."},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "traceparent": {**text, "description": "W3C trace context."},
        },
    }


SUBJECTS = ("ID", "Id", "OrderId", "InvoiceId", "MintsoftId", "AsnId", "XeroId", "ConnectionId")
"""Fields whose value is an event's subject, the first that is there."""


def _subject(data: Json) -> str:
    document = data.get("Invoice", data)
    return str(next(document[name] for name in SUBJECTS if name in document))


def example(event_type: str, path: Path) -> Json:
    """Return the CloudEvent with the data of an example, under the example's name."""
    sender = "mintsoft" if event_type in INCOMING else "mintsoft-xero"
    data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return {
        "name": path.name.removesuffix(".pass.json"),
        "payload": {
            "specversion": "1.0",
            "id": "6f0d1c56-6f0e-4d0e-9a53-6c1b8a3f7f10",
            "source": f"/{sender}/acme",
            "type": event_type,
            "subject": _subject(data),
            "time": "2026-11-23T09:30:00Z",
            "datacontenttype": "application/json",
            "data": data,
        },
    }


class _Dumper(yaml.SafeDumper):
    """Repeats what it has to instead of using anchors, and writes Decimals as they are."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  PyYAML's signature
        return True


_Dumper.add_representer(
    Decimal,
    lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", str(number)),
)


def _yaml(document: Json) -> str:
    note = "# Made by python -m schemas.generate; change the models or the examples instead.\n"
    return note + yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )


def rendered() -> dict[Path, str]:
    """Return every generated file with its text."""
    files = {
        HERE / "json" / f"{name}.schema.json": json.dumps(
            schema_of(name, model), indent=2, ensure_ascii=False
        )
        + "\n"
        for name, model in {**INCOMING, **OUTGOING}.items()
    }
    return {**files, HERE / "asyncapi.yaml": _yaml(asyncapi())}


def differences(files: Mapping[Path, str], folder: Path = HERE) -> list[str]:
    """Return what on disk is not as *files* say: missing, changed or left over."""
    found = [
        f"{path.relative_to(folder)}: {'changed' if path.exists() else 'missing'}"
        for path, text in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    left_over = set((folder / "json").glob("*.json")) - set(files)
    return found + [f"{path.relative_to(folder)}: left over" for path in sorted(left_over)]


def write(files: Mapping[Path, str]) -> None:
    """Write *files* and remove schemas of events that are no more."""
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in set((HERE / "json").glob("*.json")) - set(files):
        path.unlink()


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when written or alike, 1 when something differs, 2 for wrong usage."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m schemas.generate [--check]\n")
        return 2
    files = rendered()
    if not arguments:
        write(files)
        return 0
    found = differences(files)
    if found:
        lines = "\n".join(found)
        sys.stderr.write(f"{lines}\nRun python -m schemas.generate and commit the result.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

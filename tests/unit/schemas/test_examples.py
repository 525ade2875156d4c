"""The examples are the tests of the contracts: adding a file adds a test.

A pass file holds the data of an event; a fail file holds ``{"$error": field, "data": ...}``.
Pydantic (what we read) and the JSON Schema (what we publish) must agree on every one.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from events.envelope import Unreadable, decode
from events.errors import Code
from events.exact_json import dumps, loads
from schemas.catalogue import INCOMING, OUTGOING, split_type
from schemas.generate import HERE, examples_of, schema_of

EVERY = {**INCOMING, **OUTGOING}
PASS = [(name, path) for name in EVERY for path in examples_of(name, "pass")]
FAIL = [(name, path) for name in EVERY for path in examples_of(name, "fail")]


def titled(pair: tuple[str, Path]) -> str:
    return f"{pair[0]}: {pair[1].name}"


def follows_schema(event_type: str, data: Any) -> bool:
    schema = schema_of(event_type, EVERY[event_type])
    return jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(data)


def envelope(event_type: str, data: object) -> bytes:
    attributes = {
        "specversion": "1.0",
        "id": "1",
        "source": "/mintsoft/acme",
        "type": event_type,
        "time": "2026-11-23T09:30:00Z",
    }
    return dumps({**attributes, "data": data}).encode()


@pytest.mark.parametrize("pair", PASS, ids=titled)
def test_a_pass_example_fits_model_and_schema(pair: tuple[str, Path]) -> None:
    """What the example says is accepted by both."""
    event_type, path = pair
    EVERY[event_type].model_validate(loads(path.read_bytes()))
    assert follows_schema(event_type, json.loads(path.read_text()))


@pytest.mark.parametrize("pair", [p for p in PASS if p[0] in INCOMING], ids=titled)
def test_an_incoming_pass_example_is_decoded_and_its_text_kept(pair: tuple[str, Path]) -> None:
    """The event carries the data's text unchanged."""
    event_type, path = pair
    data = loads(path.read_bytes())
    event = decode(envelope(event_type, data), {}, None, event_type)
    assert event.data_json == dumps(data)


@pytest.mark.parametrize("pair", FAIL, ids=titled)
def test_a_fail_example_fails_in_both_and_names_the_field(pair: tuple[str, Path]) -> None:
    """Both refuse it, and the refusal names the field that the example names."""
    event_type, path = pair
    example: Any = loads(path.read_bytes())
    assert not follows_schema(event_type, json.loads(path.read_text())["data"])
    with pytest.raises(Unreadable) as caught:
        decode(envelope(event_type, example["data"]), {}, None, event_type)
    assert caught.value.code is Code.WRONG_DATA
    assert f"data of {event_type}: {example['$error']}: " in caught.value.message


def test_every_event_has_its_examples_and_every_example_its_event() -> None:
    """Three of each kind for what we read, one for what we write, and no stray file."""
    passes, fails = Counter(name for name, _ in PASS), Counter(name for name, _ in FAIL)
    assert [name for name in INCOMING if min(passes[name], fails[name]) < 3] == []
    assert [name for name in OUTGOING if passes[name] < 1] == []
    known = {HERE.joinpath("examples", *split_type(name)) for name in EVERY}
    stray = {path for path in (HERE / "examples").rglob("*") if path.is_file()} - {
        path for _, path in PASS + FAIL
    }
    assert stray == set()
    assert {path.parent for _, path in PASS} == known

"""Each rule of what may change in a published schema, from both sides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.compatibility import (
    broken,
    broken_for_readers,
    broken_for_senders,
    current,
    main,
    published,
    unpublished,
    write,
)

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
NULL: Json = {"type": "null"}
AMOUNT: Json = {"type": "number", "minimum": -5, "maximum": 5}


def data(required: str = "", /, **properties: Json) -> Json:
    """A schema of an object; *required* names fields, a space between two."""
    return {"type": "object", "properties": properties, "required": required.split()}


def either(*ways: Json) -> Json:
    return {"anyOf": list(ways)}


@pytest.mark.parametrize(
    ("before", "now", "senders", "readers"),
    [
        (data(A=TEXT), data(A=TEXT), "", ""),
        (data(A=TEXT), data(A={**TEXT, "description": "x", "default": ""}), "", ""),
        (data(), data(A=TEXT), "", ""),
        (data(), data("A", A=TEXT), "data.A: not always there against required", ""),
        (data("A", A=TEXT), data(A=TEXT), "", "data.A: not always there against required"),
        (data(A=TEXT), data("A", A=TEXT), "data.A: not always there against required", ""),
        (data(A=TEXT), data(), "", "data.A: removed"),
        (data("A", A=TEXT), data(), "", "data.A: removed"),
        (data(A=TEXT), data(A={"type": "integer"}), "type string against integer",
         "type integer against string"),
        (data(A={"type": "integer"}), data(A={"type": "number"}), "",
         "data.A: type number against integer"),
        (data(A=TEXT), data(A={}), "", "data.A: type any against string"),
        (data(A=TEXT), data(A=either(TEXT, NULL)), "", "data.A: type null against string"),
        (data(A=either(TEXT, NULL)), data(A=TEXT), "data.A: type null against string", ""),
        (data(A=AMOUNT), data(A={**AMOUNT, "maximum": 9}), "", "maximum 9 against 5"),
        (data(A=AMOUNT), data(A={**AMOUNT, "minimum": -2}), "minimum -5 against -2", ""),
        (data(A=AMOUNT), data(A={"type": "number"}), "", "minimum none against -5"),
        (data(A=TEXT), data(A={**TEXT, "maxLength": 4}), "maxLength none against 4", ""),
        (data(A={**TEXT, "minLength": 0}), data(A={**TEXT, "minLength": 1}),
         "minLength 0 against 1", ""),
        (data(A=TEXT), data(A={**TEXT, "pattern": "^x"}), "pattern none against ^x", ""),
        (data(A={**TEXT, "pattern": "^x"}), data(A={**TEXT, "pattern": "^y"}),
         "pattern ^x against ^y", "pattern ^y against ^x"),
        (data(A={**TEXT, "enum": ["a"]}), data(A={**TEXT, "enum": ["a", "b"]}), "",
         "data.A: ['b'] is not one of ['a']"),
        (data(A={**TEXT, "enum": ["a", "b"]}), data(A={**TEXT, "const": "a"}),
         "data.A: ['b'] is not one of ['a']", ""),
        (data(A=TEXT), data(A={**TEXT, "enum": ["a"]}), "any value against one of ['a']", ""),
        (data(A={"type": "array", "items": TEXT}), data(A={"type": "array", "items": NULL}),
         "data.A[]: type string against null", "data.A[]: type null against string"),
        (data(A=data(B=TEXT)), data(A=data("B", B=TEXT)), "data.A.B: not always", ""),
        (data(A=TEXT), data(A={**TEXT, "contentEncoding": "base64"}),
         "contentEncoding has changed, which can't be judged",
         "contentEncoding has changed, which can't be judged"),
    ],
)  # fmt: skip
def test_what_senders_and_readers_would_notice(
    before: Json, now: Json, senders: str, readers: str
) -> None:
    """Empty: nobody notices. Else the place and both sides are named."""
    for words, found in (
        (senders, broken_for_senders(before, now)),
        (readers, broken_for_readers(before, now)),
    ):
        assert bool(found) == bool(words), found
        assert words in "; ".join(found)


def test_references_are_followed() -> None:
    """A part that was moved to the definitions is the same; what changes in it is seen."""
    moved = {**data(A={"$ref": "#/$defs/Part"}), "$defs": {"Part": data(B=TEXT)}}
    assert broken_for_senders(data(A=data(B=TEXT)), moved) == []
    moved["$defs"]["Part"]["required"] = ["B"]
    assert broken_for_senders(data(A=data(B=TEXT)), moved) == [
        "data.A.B: not always there against required"
    ]


def test_an_event_that_is_gone_is_missed() -> None:
    """And one that is new, or changed without harm, has to be published."""
    assert broken({"order.lost.v1": data()}, {}) == [
        "order.lost.v1: gone; others may still send or read it"
    ]
    assert unpublished({"a": data()}, {"a": data(A=TEXT), "b": data()}) == ["a", "b"]


def test_the_committed_schemas_are_published() -> None:
    """The check of `make check` finds nothing in the repository."""
    assert main([]) == 0
    assert set(published()) == set(current())


def test_publishing_refuses_what_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given a published field that is needed no more, or anew: the one is written down, the other
    is refused and nothing is written."""
    older = current()
    older["order.cancelled.v1"]["required"].append("Reason")
    write(older, tmp_path)
    assert main([], tmp_path) == 1
    assert "Not published yet: order.cancelled.v1. Nobody is broken" in capsys.readouterr().err
    assert main(["--publish"], tmp_path) == 0
    assert main([], tmp_path) == 0
    path = tmp_path / "order.cancelled.v1.schema.json"
    laxer = json.dumps({**current()["order.cancelled.v1"], "required": []})
    path.write_text(laxer)
    assert main(["--publish"], tmp_path) == 1
    assert "order.cancelled.v1: data.OrderId: not always there" in capsys.readouterr().err
    assert path.read_text() == laxer
    assert main(["--chekc"], tmp_path) == 2

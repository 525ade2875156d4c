"""What is published follows from the models, and a difference is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from schemas.catalogue import INCOMING, OUTGOING
from schemas.generate import HERE, asyncapi, differences, main, rendered, schema_of

EVERY = {**INCOMING, **OUTGOING}


def test_the_committed_files_are_what_the_models_say() -> None:
    """``--check`` finds nothing to change in the repository."""
    assert differences(rendered()) == []
    assert main(["--check"]) == 0


def test_wrong_usage_is_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    """A flag that is not known writes nothing and says what is."""
    assert main(["--chekc"]) == 2
    assert "--check" in capsys.readouterr().err


def test_missing_changed_and_left_over_files_are_each_named(tmp_path: Path) -> None:
    """A folder with one file of each kind of trouble gives one line for each."""
    folder = tmp_path / "json"
    folder.mkdir()
    (folder / "changed.json").write_text("old")
    (folder / "old.json").write_text("{}")
    files = {folder / "changed.json": "new", folder / "missing.json": "{}"}
    assert differences(files, tmp_path) == [
        "json/changed.json: changed",
        "json/missing.json: missing",
        "json/old.json: left over",
    ]


@pytest.mark.parametrize(("name", "model"), EVERY.items())
def test_every_schema_is_a_schema(name: str, model: Any) -> None:
    """The dialect's own meta-schema accepts it, and amounts are numbers only."""
    schema = schema_of(name, model)
    jsonschema_rs.meta.validate(schema)
    assert schema["$id"] == f"urn:mintsoft-xero:{name}"


def test_amounts_are_published_as_numbers_only() -> None:
    """A text in place of a number is against the contract, though we could read it."""
    schema = schema_of("order.dispatched.v1", INCOMING["order.dispatched.v1"])
    assert schema["properties"]["TotalOrderGross"]["type"] == "number"


def references(value: Any) -> list[str]:
    """Every ``$ref`` in a document."""
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for member in value.values() for found in references(member)]
    if isinstance(value, list):
        return [found for member in value for found in references(member)]
    return []


def resolves(document: Any, reference: str) -> bool:
    if not reference.startswith("#/"):
        return HERE.joinpath(reference).is_file()
    for step in reference.removeprefix("#/").split("/"):
        document = document.get(step, {})
    return bool(document)


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    """Channels, operations, messages and schema files hang together."""
    document = yaml.safe_load((HERE / "asyncapi.yaml").read_text(encoding="utf-8"))
    assert [ref for ref in references(document) if not resolves(document, ref)] == []
    assert set(document["channels"]) == set(EVERY)


def test_we_receive_from_mintsofts_exchange_and_send_to_ours() -> None:
    """Directions and exchanges are those of the public contract."""
    document = asyncapi()
    seen = {
        (
            document["operations"][name]["action"],
            document["channels"][name]["bindings"]["amqp"]["exchange"]["name"],
        )
        for name in EVERY
    }
    assert seen == {("receive", "mintsoft.events"), ("send", "xero.events")}

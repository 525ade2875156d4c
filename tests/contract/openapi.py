"""Checks recorded HTTP exchanges against the OpenAPI files that Xero publishes.

Strict where the files are: unknown paths, parameters and properties are breaches in both
directions, and so is a read-only property in a request. What the files have wrong about the real
service stands in `tolerated.py`, and nowhere else. The files themselves stay outside the
repository; the environment variable XERO_OPENAPI_DIR says where.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import yaml

from tests.contract import parameters, tolerated
from tests.contract.schemas import Direction, Schema, definitions, strict

Exchange = dict[str, Any]

VARIABLE = "XERO_OPENAPI_DIR"
SOURCE = "https://github.com/XeroAPI/Xero-OpenAPI (accounting.yaml and identity.yaml)"
METHODS = ("get", "put", "post", "delete", "patch")
# Prefix of the path on the wire, file that describes what follows it.
FILES = (("/api.xro/2.0", "accounting.yaml"), ("", "identity.yaml"))


class MissingFilesError(Exception):
    """Xero's OpenAPI files are not there."""


def openapi_dir() -> Path:
    """The folder of Xero's files; raises MissingFilesError with the remedy."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        raise MissingFilesError(f"set {VARIABLE} to a folder with the files of {SOURCE}")
    if not (Path(folder) / "accounting.yaml").is_file():
        raise MissingFilesError(f"{VARIABLE} is {folder!r}, without accounting.yaml; see {SOURCE}")
    return Path(folder)


@dataclass(frozen=True)
class Operation:
    """One method of one path, compiled."""

    method: str
    path: str
    pattern: re.Pattern[str]
    parameters: dict[tuple[str, str], Schema]
    required: frozenset[tuple[str, str]]
    request: "Body | None"
    answers: dict[int, "Body | None"]


@dataclass(frozen=True)
class Body:
    """The schema of a body, compiled when the first one comes: most operations are never used."""

    schema: Schema

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        """The compiled schema."""
        return jsonschema_rs.Draft202012Validator(self.schema, validate_formats=True)


class Contract:
    """All operations of both files."""

    def __init__(self, folder: Path) -> None:
        self.operations = [
            operation
            for prefix, file in FILES
            for operation in operations_of(prefix, read_yaml(folder / file))
        ]

    def operation(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation of a request and its path parameters; fixed paths come first."""
        for operation in self.operations:
            found = operation.pattern.fullmatch(path)
            if found and operation.method == method.lower():
                return operation, found.groupdict()
        return None

    def breaches(self, exchange: Exchange) -> list[str]:
        """Everything in an exchange that the description does not allow."""
        method, path = exchange["method"], exchange["path"]
        found = self.operation(method, path)
        if found is None:
            return [f"{method} {path} is not in the description"]
        operation, path_values = found
        label = f"{method} {operation.path}"
        messages = [
            *parameters.breaches(operation, exchange, path_values),
            *request_breaches(operation, exchange),
            *answer_breaches(operation, exchange),
        ]
        return [f"{label}: {message}" for message in messages]


@lru_cache(maxsize=1)
def contract() -> Contract:
    """The compiled description, once for a process; raises MissingFilesError."""
    return Contract(openapi_dir())


def validate_exchange(exchange: Exchange) -> list[str]:
    """The breaches of one exchange, empty when it is as described."""
    return contract().breaches(exchange)


def validate_recordings(folder: Path | str) -> list[str]:
    """The breaches in all recordings of a folder, each once, with where it was first seen."""
    first_seen: dict[str, str] = {}
    for place, exchange in recorded(Path(folder)):
        for breach in validate_exchange(exchange):
            first_seen.setdefault(breach, place)
    return [f"{breach} ({place})" for breach, place in first_seen.items()]


def recorded(folder: Path) -> Iterator[tuple[str, Exchange]]:
    """The recorded exchanges with Xero's API, with file and line."""
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            exchange = json.loads(line)
            if exchange["simulator"] == "xero" and is_described(exchange["path"]):
                yield f"{file.name}:{number}", exchange


def is_described(path: str) -> bool:
    """Whether Xero's files cover the path: not the token endpoints, whose body is a secret."""
    return path.startswith(("/api.xro/", "/connections"))


def request_breaches(operation: Operation, exchange: Exchange) -> Iterator[str]:
    """What is wrong with the body of a request."""
    body = exchange["body"]
    if body is None:
        if operation.request is not None:
            yield "the request has no body"
        return
    if operation.request is None:
        yield "the request has a body, which the description does not know"
        return
    yield from body_breaches("request", operation.request, body)


def answer_breaches(operation: Operation, exchange: Exchange) -> Iterator[str]:
    """What is wrong with the status and body of an answer that no fault was meant to spoil."""
    status = exchange["status"]
    if exchange.get("fault"):
        return
    if status not in operation.answers:
        if status not in tolerated.STATUSES:
            yield f"answer: status {status} is not in the description"
        return
    described = operation.answers[status]
    if described is not None:
        yield from body_breaches("answer", described, exchange["answer"])


def body_breaches(side: str, described: Body, body: Any) -> Iterator[str]:
    """What is wrong with a JSON body."""
    try:
        data = json.loads(body or "")
    except ValueError:
        yield f"{side}: the body is not JSON"
        return
    for error in described.validator.iter_errors(data):
        place = "/".join(
            "*" if isinstance(step, int) else str(step) for step in error.instance_path
        )
        yield f"{side}: {place or 'body'}: {error.message[:200]}"


def read_yaml(file: Path) -> dict[str, Any]:
    """A YAML file by the fast parser."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with file.open(encoding="utf-8") as stream:
        return dict(yaml.load(stream, Loader=loader))  # noqa: S506  both loaders are safe ones


def operations_of(prefix: str, document: dict[str, Any]) -> list[Operation]:
    """All operations of a file, fixed paths before those with parameters."""
    defs = {side: definitions(document, side) for side in ("request", "answer")}
    paths = sorted(document["paths"].items(), key=lambda pair: pair[0].count("{"))
    return [
        compiled(prefix, document, path, method, defs)
        for path, methods in paths
        for method in METHODS
        if method in methods
    ]


def compiled(
    prefix: str, document: dict[str, Any], path: str, method: str, defs: dict[str, Schema]
) -> Operation:
    """One operation, ready to check exchanges."""
    methods = document["paths"][path]
    described = methods[method]
    known = [
        resolved(document, each)
        for each in (*methods.get("parameters", ()), *described.get("parameters", ()))
    ]
    return Operation(
        method=method,
        path=prefix + path,
        pattern=path_pattern(prefix, path),
        parameters={parameters.place(each): each["schema"] for each in known},
        required=frozenset(parameters.place(each) for each in known if each.get("required")),
        request=described_body(document, described.get("requestBody"), "request", defs),
        answers={
            int(status): described_body(document, answer, "answer", defs)
            for status, answer in described["responses"].items()
        },
    )


def path_pattern(prefix: str, path: str) -> re.Pattern[str]:
    """A pattern for the path on the wire."""
    written = path.lower() if path.startswith(tuple(tolerated.PATHS)) else path
    named = re.sub(r"\{(\w+)\}", lambda found: f"(?P<{found.group(1)}>[^/]+)", path)
    if written is path:
        return re.compile(re.escape(prefix) + named)
    return re.compile(re.escape(prefix) + named, re.IGNORECASE)


def described_body(
    document: dict[str, Any], described: Any, side: Direction, defs: dict[str, Schema]
) -> Body | None:
    """The JSON body described, None where none is."""
    content = resolved(document, described or {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return None
    root = strict(schema, side, "")
    return Body({**root, "$defs": defs[side]})


def resolved(document: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """What a $ref points to, or the thing itself."""
    reference = described.get("$ref")
    if reference is None:
        return described
    target: Any = document
    for step in reference.removeprefix("#/").split("/"):
        target = target[unquote(step)]
    return dict(target)

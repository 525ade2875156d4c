"""Routes that say what they take and answer; and the OpenAPI description made of them.

The table of routes is the one place where an address is named, so the description can't drift
from what is served. Defects (500) are not described: there is no way to use them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

HTML = "text/html"
JSON = "application/json"
TEXT = "text/plain"
FORM = "application/x-www-form-urlencoded"

COOKIE = {"type": "apiKey", "in": "cookie", "name": "mintsoft-xero"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a route takes and answers.

    ``takes`` are parameters of the query, or fields of the form; ``body`` is the media type of
    what is sent. ``answers`` maps statuses to media types; "" is an answer without a body.
    """

    method: str
    path: str
    summary: str
    answers: Mapping[int, str]
    takes: Sequence[str] = ()
    body: str = ""
    headers: Sequence[str] = ()
    role: str = ""

    def operation(self) -> dict[str, Any]:
        """Return it as an operation of OpenAPI."""
        found: dict[str, Any] = {
            "summary": self.summary,
            "operationId": f"{self.method} {self.path}",
            "parameters": list(self._parameters()),
            "responses": {str(status): _response(status, self.answers) for status in self.answers},
        }
        if self.body:
            found["requestBody"] = {"required": True, "content": {self.body: self._content()}}
        if self.role:
            found["security"] = [{"session": []}]
            found["description"] = f"For the role {self.role} and those above it."
        return found

    def _parameters(self) -> Iterable[dict[str, Any]]:
        for name in parts(self.path):
            yield {"name": name, "in": "path", "required": True, "schema": _text(1)}
        for name in self.headers:
            yield {"name": name, "in": "header", "schema": _text()}
        if not self.body:
            for name in self.takes:
                yield {"name": name, "in": "query", "schema": _text()}

    def _content(self) -> dict[str, Any]:
        if self.body != FORM:
            return {"schema": {"type": "object"}}
        names = (*self.takes, "csrf")
        fields = {name: _text() for name in names}
        return {"schema": {"type": "object", "properties": fields, "required": ["csrf"]}}


class Described(Route):
    """A route that says what it takes and answers."""

    def __init__(self, told: Told, endpoint: Callable[..., Any]) -> None:
        super().__init__(told.path, endpoint, methods=[told.method], name=told.summary)
        self.told = told


class DescribedMount(Mount):
    """The same for what lies under a path; ``{file}`` stands for all of it."""

    def __init__(self, told: Told, app: ASGIApp) -> None:
        super().__init__(told.path.removesuffix("/{file}"), app)
        self.told = told


def document(routes: Iterable[BaseRoute], server: str) -> dict[str, Any]:
    """Return the OpenAPI description of *routes*, as served at *server*."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        assert isinstance(route, Described | DescribedMount), f"{route} says nothing of itself"
        paths.setdefault(route.told.path, {})[route.told.method.lower()] = route.told.operation()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mintsoft-Xero console",
            "version": version("mintsoft-xero"),
            "description": "Pages for people, Xero's web hooks, and health for machines.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"securitySchemes": {"session": COOKIE}},
    }


def parts(path: str) -> list[str]:
    """Return the names of the parameters in a path."""
    return [each.strip("{}") for each in path.split("/") if each.startswith("{")]


def _text(shortest: int = 0) -> dict[str, Any]:
    return {"type": "string", "minLength": shortest} if shortest else {"type": "string"}


def _response(status: int, answers: Mapping[int, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if answers[status]:
        found["content"] = {answers[status]: {"schema": {}}}
    if status in (HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT):
        found["headers"] = {"Location": {"required": True, "schema": _text(1)}}
    return found

"""The HTTP service is as its OpenAPI description says: schemathesis sends what it may and may not.

Every status and media type of an answer must be described, methods that are not described are
refused with Allow, and nothing is a defect. What a form demands beyond types is told on its page,
so schemathesis's ideas of valid data are not applied.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from pydantic import SecretStr
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from starlette.routing import Match

from deploy.local.client import Engine
from tests.integration.test_console_fuzz import KNOWN, prepared
from tests.simulators.mintsoft.app import create_app as mintsoft_app
from tests.simulators.xero.app import create_app as xero_app
from tests.support import databases
from tests.support.console import Browser
from tests.support.fleet import make_fleet
from tests.support.provider import Door, guarded_console
from tests.support.simulators import simulator
from workers.clock import SYSTEM
from workers.console.app import routes
from workers.console.described import Described, DescribedMount, document
from workers.console.visits import csrf_of

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]

DESCRIPTION = document(routes(), "http://127.0.0.1")
OPERATIONS = [(method, path) for path, each in DESCRIPTION["paths"].items() for method in each]
WITH_INPUT = [
    (method, path)
    for method, path in OPERATIONS
    if "requestBody" in DESCRIPTION["paths"][path][method]
    or (DESCRIPTION["paths"][path][method]["parameters"] and "{file}" not in path)
]
SENT = [(*each, GenerationMode.POSITIVE) for each in OPERATIONS] + [
    (*each, GenerationMode.NEGATIVE) for each in WITH_INPUT
]
IDS = [f"{method} {path}" for method, path in OPERATIONS]

NAMED = {
    "id": KNOWN,
    "number": "1",
    "file": "style.css",
    "secret": "x",
    "happening": "order-despatched",
    "code": "xero_refused",
}
"""What stands for the parameters of a path."""

EXAMPLES = settings(
    max_examples=5,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def door(engine: Engine, template_database: None) -> Iterator[Door]:
    """One console for all operations: they leave each other alone."""
    with ExitStack() as stack:
        database = stack.enter_context(databases.migrated_database(engine.database_url))
        xero = stack.enter_context(simulator(xero_app()))
        mintsoft = stack.enter_context(simulator(mintsoft_app()))
        fleet = make_fleet(database, xero, mintsoft, SYSTEM)
        stack.callback(fleet.runtime.close)
        yield stack.enter_context(guarded_console(fleet, xero_webhook_key=SecretStr("hook")))


@pytest.fixture(scope="module")
def operator(door: Door) -> Browser:
    return prepared(door.console)


@pytest.mark.parametrize(
    ("method", "path", "mode"), SENT, ids=[f"{each[2].value} {each[0]} {each[1]}" for each in SENT]
)
def test_an_operator_gets_what_is_described(
    operator: Browser, method: str, path: str, mode: GenerationMode
) -> None:
    """Signed in, with forms that are ours; half of the connections named are there."""
    operation = operation_of(operator, method, path)

    @seed(20261123)
    @EXAMPLES
    @given(operation.as_strategy(generation_mode=mode))
    def every(case: Any) -> None:
        for name in {"id", "number"} & set(case.path_parameters):
            if len(str(case.path_parameters[name])) % 2:
                case.path_parameters[name] = NAMED[name]
        cookies = signed_in(operator)
        if isinstance(case.body, dict):
            case.body["csrf"] = csrf_of(cookies["mintsoft-xero"])
        answer = case.call(cookies=cookies)
        case.validate_response(answer, checks=CHECKS)

    every()


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=IDS)
def test_a_stranger_gets_what_is_described(
    door: Door, operator: Browser, method: str, path: str
) -> None:
    operation = operation_of(operator, method, path)

    @seed(20261123)
    @settings(EXAMPLES, max_examples=3)
    @given(operation.as_strategy())
    def every(case: Any) -> None:
        case.validate_response(case.call(), checks=CHECKS)

    every()


def test_a_hook_of_xero_gets_what_is_described(door: Door, operator: Browser) -> None:
    """Signed, whatever is in it."""
    operation = operation_of(operator, "post", "/xero/webhooks")
    key = door.console.settings.xero_webhook_key.get_secret_value().encode()

    @seed(20261123)
    @EXAMPLES
    @given(operation.as_strategy())
    def every(case: Any) -> None:
        body = json.dumps(case.body).encode()
        signature = b64encode(hmac.digest(key, body, "sha256")).decode()
        answer = httpx.post(
            f"{operator.url}/xero/webhooks",
            content=body,
            headers={"x-xero-signature": signature, "content-type": "application/json"},
        )
        assert answer.status_code == 200
        case.validate_response(answer, checks=CHECKS)

    every()


def operation_of(browser: Browser, method: str, path: str) -> Any:
    schema = schemathesis.openapi.from_dict(DESCRIPTION)
    schema.config.update(base_url=browser.url)
    return schema[path][method.upper()]


def signed_in(browser: Browser) -> dict[str, str]:
    """The operator's cookie, new when the request before has signed out."""
    if browser.get("/connections").is_redirect:
        browser.sign_in("root")
    return dict(browser.client.cookies)


@pytest.mark.parametrize("path", DESCRIPTION["paths"])
def test_a_method_that_is_not_described_is_refused(operator: Browser, path: str) -> None:
    """405, saying which ones there are."""
    described = {method.upper() for method in DESCRIPTION["paths"][path]}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - described:
        answer = operator.client.request(method, path.format_map(NAMED))
        assert answer.status_code == 405, method
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == described


def test_the_description_is_served_to_who_is_signed_in(door: Door, operator: Browser) -> None:
    signed_in(operator)
    answer = operator.get("/openapi.yaml")
    assert yaml.safe_load(answer.text)["paths"] == DESCRIPTION["paths"]
    assert door.console.browser().get("/openapi.yaml").status_code == 303


def test_every_route_is_described_and_every_description_is_routed() -> None:
    """By what the router itself would serve."""
    table = routes()
    served = set()
    for route in table:
        assert isinstance(route, Described | DescribedMount)
        methods = (route.methods or set()) - {"HEAD"} if isinstance(route, Described) else {"GET"}
        path = route.path if isinstance(route, Described) else f"{route.path}/{{file}}"
        served |= {(method.lower(), path) for method in methods}
    assert served == set(OPERATIONS)
    assert len(served) == len(table)
    for method, path in OPERATIONS:
        scope = {"type": "http", "method": method.upper(), "path": path, "headers": []}
        assert any(route.matches(scope)[0] is Match.FULL for route in table), (method, path)


def test_every_operation_says_what_it_is_for() -> None:
    summaries = [DESCRIPTION["paths"][path][method]["summary"] for method, path in OPERATIONS]
    assert all(summaries)
    assert len(set(summaries)) == len(summaries)

"""Faults on request: what the client sees, and whether the document is there all the same."""

import concurrent.futures
from typing import Any

import httpx
import pytest

from tests.contract.exchanges import Xero, invoice
from tests.support.children import until


def send(xero: Xero) -> httpx.Response:
    """One invoice, without the patience of a person."""
    path = "/api.xro/2.0/Invoices?summarizeErrors=false"
    body = {"Invoices": [invoice()]}
    return xero.http.put(path, json=body, headers=xero.headers(), timeout=0.3)


@pytest.mark.parametrize(
    ("fault", "error", "written"),
    [
        ({"kind": "timeout_after_write"}, httpx.ReadTimeout, 1),
        ({"kind": "timeout_before_write"}, httpx.ReadTimeout, 0),
        ({"kind": "cut"}, httpx.RemoteProtocolError, 1),
    ],
)
def test_no_answer_comes(
    own_xero: Xero, fault: dict[str, Any], error: type[Exception], written: int
) -> None:
    """The client can't tell; only the books know whether the document was made."""
    own_xero.admin("POST", "/faults", {**fault, "method": "PUT", "path": "Invoices"})
    with pytest.raises(error):
        send(own_xero)
    if fault["kind"] == "timeout_before_write":
        own_xero.admin("DELETE", "/faults")
    assert len(own_xero.admin("GET", "/invoices")) == written


@pytest.mark.parametrize(
    ("fault", "status", "written"),
    [
        ({"kind": "status", "status": 503}, 503, 0),
        ({"kind": "status", "status": 500, "after_write": True}, 500, 1),
        ({"kind": "malformed"}, 200, 1),
        ({"kind": "slow", "seconds": 0.01}, 200, 1),
    ],
)
def test_a_strange_answer_comes(
    own_xero: Xero, fault: dict[str, Any], status: int, written: int
) -> None:
    """A status, half a JSON or a late answer, once; the next call is served as ever."""
    own_xero.admin("POST", "/faults", fault)
    answer = send(own_xero)
    assert answer.status_code == status
    assert len(own_xero.admin("GET", "/invoices")) == written
    assert own_xero.call("GET", "/Currencies").status_code == 200


def test_a_call_that_is_kept_waiting_goes_on_when_the_faults_are_taken_back(own_xero: Xero) -> None:
    """Its refusal comes when the test wants it, and it was not carried out meanwhile."""
    late = {"kind": "status", "status": 429, "method": "PUT", "first_seconds": 30.5}
    own_xero.admin("POST", "/faults", late)
    headers, body = own_xero.headers(), {"Invoices": [invoice()]}
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        path = "/api.xro/2.0/Invoices"
        call = pool.submit(own_xero.http.put, path, json=body, headers=headers, timeout=20)
        until("the call has met the fault", lambda: not own_xero.admin("GET", "/faults")["faults"])
        assert not call.done()
        own_xero.admin("DELETE", "/faults")
        assert call.result(10).status_code == 429
    assert own_xero.admin("GET", "/invoices") == []


def test_a_malformed_answer_is_no_json(own_xero: Xero) -> None:
    """The body breaks off, the status does not say so."""
    own_xero.admin("POST", "/faults", {"kind": "malformed"})
    with pytest.raises(ValueError, match="Unterminated string"):
        send(own_xero).json()


def test_a_fault_that_makes_no_sense(own_xero: Xero) -> None:
    """An order for a fault that does not exist names those that do."""
    answer = own_xero.http.post("/_sim/faults", json={"kind": "gremlin"})
    assert answer.status_code == 400
    assert "'gremlin'" in answer.json()["error"]


def test_five_at_once(own_xero: Xero) -> None:
    """While five calls are held, a sixth is refused as concurrent."""
    own_xero.admin("POST", "/faults", {"kind": "slow", "seconds": 0.5, "times": 5})
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        calls = [
            pool.submit(own_xero.http.get, "/api.xro/2.0/Currencies", headers=own_xero.headers())
            for _ in range(6)
        ]
        answers = [call.result() for call in calls]
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429]
    problems = {answer.headers.get("X-Rate-Limit-Problem") for answer in answers}
    assert problems == {None, "concurrent"}

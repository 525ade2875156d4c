"""The validator itself: it passes what is as described, and catches what is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.exchanges import Xero, invoice
from tests.contract.openapi import MissingFilesError, openapi_dir, validate_recordings

PATH = "/api.xro/2.0/Invoices"
TENANT = "7f3b3c1e-6c4f-4c7c-9d53-3f3d6a1f0a11"


def exchange(**changes: Any) -> dict[str, Any]:
    """An exchange that is as described."""
    good = {
        "simulator": "xero",
        "method": "PUT",
        "path": PATH,
        "query": [["summarizeErrors", "False"], ["unitdp", "4"]],
        "headers": {
            "content-type": "application/json",
            "xero-tenant-id": TENANT,
            "idempotency-key": "a",
        },
        "body": json.dumps({"Invoices": [invoice()]}),
        "status": 200,
        "answer": json.dumps({"Id": "x", "Invoices": []}),
        "fault": None,
    }
    return {**good, **changes}


def breaches(folder: Path, recorded: dict[str, Any]) -> list[str]:
    """The breaches of one exchange, by way of a recording."""
    (folder / "xero.jsonl").write_text(json.dumps(recorded) + "\n")
    return validate_recordings(folder)


def body(**changes: Any) -> str:
    """A request body with one invoice changed."""
    return json.dumps({"Invoices": [invoice(**changes)]})


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("unknown property", {"body": body(Referense="x")}, "Referense"),
    ("unknown property of a line", {"body": body(LineItems=[{"Sku": "A"}])}, "Sku"),
    ("wrong type", {"body": body(Reference=7)}, "Reference"),
    ("wrong enum", {"body": body(Status="APPROVED")}, "APPROVED"),
    ("too long", {"body": body(InvoiceNumber="N" * 256)}, "InvoiceNumber"),
    ("wrong date", {"body": body(Date="2 November 2026")}, "Date"),
    ("read only", {"body": body(AmountDue=1)}, "AmountDue"),
    ("amount as text", {"body": body(LineItems=[{"UnitAmount": "5.00"}])}, "UnitAmount"),
    ("no body", {"body": None}, "no body"),
    ("no JSON", {"body": "{"}, "not JSON"),
    ("unknown path", {"path": "/api.xro/2.0/Invoice"}, "not in the description"),
    ("unknown method", {"method": "DELETE"}, "not in the description"),
    ("unknown query", {"query": [["unitdps", "4"]]}, "unitdps"),
    ("wrong query", {"query": [["unitdp", "four"]]}, "unitdp"),
    ("no tenant", {"headers": {"content-type": "application/json"}}, "xero-tenant-id is missing"),
    (
        "header of another operation",
        {
            "headers": {
                "content-type": "application/json",
                "xero-tenant-id": TENANT,
                "if-modified-since": "2026-01-01T00:00:00Z",
            }
        },
        "if-modified-since",
    ),
    ("no JSON type", {"headers": {"xero-tenant-id": TENANT}}, "content-type"),
    ("answer with a wrong field", {"answer": '{"Invoices": [{"Sum": 1}]}'}, "Sum"),
    ("answer with a wrong date", {"answer": '{"Invoices": [{"Date": "2026-01-01"}]}'}, "Date"),
    ("answer with null", {"answer": '{"Invoices": [{"Reference": null}]}'}, "Reference"),
    ("unknown status", {"status": 202}, "202"),
]


@pytest.mark.usefixtures("xero_files")
def test_what_is_as_described_passes(tmp_path: Path) -> None:
    """The exchange that the bad ones are made from is good."""
    assert breaches(tmp_path, exchange()) == []


@pytest.mark.usefixtures("xero_files")
@pytest.mark.parametrize(
    ("changes", "word"), [(row[1], row[2]) for row in BAD], ids=[row[0] for row in BAD]
)
def test_what_is_not_as_described_is_caught(
    tmp_path: Path, changes: dict[str, Any], word: str
) -> None:
    """Each departure from the description is a breach that names what is wrong."""
    found = breaches(tmp_path, exchange(**changes))
    assert any(word in breach for breach in found), found


@pytest.mark.usefixtures("xero_files")
def test_a_spoilt_answer_is_not_held_against_xero(tmp_path: Path) -> None:
    """The answer of a fault is not judged; its request still is."""
    assert breaches(tmp_path, exchange(fault="malformed", answer="{")) == []
    assert breaches(tmp_path, exchange(fault="malformed", body="{")) != []


@pytest.mark.usefixtures("xero_files")
def test_a_breach_is_reported_once(tmp_path: Path) -> None:
    """A fault in every request of a run is one line, with the place where it was first seen."""
    line = json.dumps(exchange(status=202)) + "\n"
    (tmp_path / "xero.jsonl").write_text(line * 3)
    assert len(validate_recordings(tmp_path)) == 1
    assert "xero.jsonl:1" in validate_recordings(tmp_path)[0]


def test_recordings_hold_no_secret(own_xero: Xero, tmp_path: Path) -> None:
    """Neither tokens nor the app's secret reach the disk, and the traffic is as described."""
    old, form = own_xero.tokens, {"grant_type": "refresh_token"}
    form["refresh_token"] = old["refresh_token"]
    answer = own_xero.http.post("/connect/token", data=form, auth=("demo-client", "demo-secret"))
    own_xero.tokens = answer.json()
    own_xero.call("GET", "/Currencies")
    text = "".join(file.read_text() for file in tmp_path.glob("*.jsonl"))
    secrets = (old["access_token"], old["refresh_token"], *answer.json().values(), "demo-secret")
    assert not [
        secret
        for secret in secrets
        if isinstance(secret, str) and len(secret) > 10 and secret in text
    ]
    assert validate_recordings(tmp_path) == []


def test_without_the_files_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person without Xero's files is told where to get them."""
    monkeypatch.delenv("XERO_OPENAPI_DIR", raising=False)
    with pytest.raises(MissingFilesError, match=r"github\.com/XeroAPI/Xero-OpenAPI"):
        openapi_dir()

"""A client of the simulator for contract tests: every exchange is checked against Xero's files.

It reads the recording rather than its own memory of the call, so the recorder is tested too.
"""

import json
import ssl
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from tests.contract.openapi import is_described, validate_exchange

Json = dict[str, Any]
PREFIX = "/api.xro/2.0"
# One for all clients: making it costs more than a test, and the simulators speak plain HTTP.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Xero:
    """One organisation of a simulated Xero, with a token for it; one recorder writes the folder."""

    def __init__(self, url: str, recordings: Path) -> None:
        self.http = httpx.Client(base_url=url, timeout=10, verify=NO_TLS)
        self._recordings = recordings
        self._read_up_to = sum(file.stat().st_size for file in recordings.glob("*.jsonl"))
        self.organisation = self.admin("POST", "/organisations", {"preset": "uk", "name": "Acme"})
        self.tenant = str(self.organisation["tenant_id"])
        self.tokens = self.admin("POST", "/tokens", {"tenant_ids": [self.tenant]})

    def __enter__(self) -> "Xero":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def admin(self, method: str, path: str, body: Json | None = None) -> Any:
        """A call to the simulator's own administration."""
        answer = self.http.request(method, f"/_sim{path}", json=body or {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tell(self, what: str, body: Json) -> Any:
        """Change the organisation: accounts, lock dates, currencies, limits."""
        return self.admin("POST", f"/organisations/{self.tenant}/{what}", body)

    def headers(self, **extra: str) -> dict[str, str]:
        """What every call needs."""
        named = {name.replace("_", "-"): value for name, value in extra.items()}
        return {**self.bearer(), "xero-tenant-id": self.tenant, **named}

    def bearer(self) -> dict[str, str]:
        """The access token alone, as the list of connections takes it."""
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        request_ok: bool = True,
        **headers: str,
    ) -> httpx.Response:
        """A call, checked; `request_ok` false when the request is wrong on purpose."""
        if path.startswith("/connections"):
            answer = self.http.request(method, path, headers=self.bearer())
        else:
            sent = self.headers(**headers)
            answer = self.http.request(method, PREFIX + path, json=body, headers=sent)
        breaches = [
            breach
            for exchange in self._new_exchanges()
            for breach in validate_exchange(exchange)
            if request_ok or ": answer: " in breach
        ]
        assert not breaches, "\n".join(breaches)
        return answer

    def _new_exchanges(self) -> list[Json]:
        """The recordings written since the last look."""
        fresh: list[str] = []
        for path in self._recordings.glob("*.jsonl"):
            with path.open("rb") as file:
                file.seek(self._read_up_to)
                fresh = file.read().decode().splitlines()
                self._read_up_to = file.tell()
        return [each for each in map(json.loads, fresh) if is_described(each["path"])]

    def put_invoice(self, invoice: Json, *, request_ok: bool = True) -> Json:
        """One invoice, answered by itself."""
        path = "/Invoices?summarizeErrors=false&unitdp=4"
        answer = self.call("PUT", path, {"Invoices": [invoice]}, request_ok=request_ok)
        assert answer.status_code == 200
        return dict(answer.json()["Invoices"][0])

    def refusal(self, invoice: Json, *, request_ok: bool = True) -> list[str]:
        """Xero's words on an invoice; empty when it was accepted."""
        element = self.put_invoice(invoice, request_ok=request_ok)
        messages = [each["Message"] for each in element.get("ValidationErrors", [])]
        assert element["HasErrors"] == bool(messages)
        assert element["StatusAttributeString"] == ("ERROR" if messages else "OK")
        return messages


def line(**changes: Any) -> Json:
    """A good line of 10.00 net."""
    return {
        "Description": "Blue mug",
        "Quantity": 2,
        "UnitAmount": 5,
        "AccountCode": "200",
        "TaxType": "OUTPUT2",
        **changes,
    }


def invoice(**changes: Any) -> Json:
    """A good invoice of one line: 10.00 net, 12.00 in all."""
    return {
        "Type": "ACCREC",
        "InvoiceNumber": "MS-1001",
        "Contact": {"Name": "Bob & Daughters"},
        "Date": "2026-11-02",
        "DueDate": "2026-11-16",
        "LineAmountTypes": "Exclusive",
        "Status": "AUTHORISED",
        "LineItems": [line()],
        **changes,
    }

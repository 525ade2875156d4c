"""The seam under xero-python: its methods build the requests, our transport carries them.

Kept from the SDK: paths, parameters and headers of every operation, as Xero generates them.
Left out: its models, its float serialiser, its token handling and its shared state. A client
lives for one call with one access token, so threads share nothing but the transport.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration

from workers.transport import Answer, Transport

Operation = Callable[[Any], Answer]
"""Calls one method of an AccountingApi with ``_preload_content=False``."""


class _Client(ApiClient):  # type: ignore[misc]  # the SDK is published without types
    """Hands every request to our transport; the token goes into a header and nowhere else."""

    def __init__(self, configuration: Configuration, transport: Transport, token: str) -> None:
        super().__init__(configuration)
        self.set_default_header("Authorization", f"Bearer {token}")
        self._transport = transport

    def update_params_for_auth(self, *_: object) -> None:
        """Leave the request as it is: it has its token already."""

    def request(
        self,
        method: str,
        url: str,
        query_params: list[tuple[str, object]] | None = None,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        **_: object,
    ) -> Answer:
        """Send *body* as it stands. Raises NoAnswer."""
        return self._transport.send(
            method, url, query=query_params or (), headers=headers, body=body or None
        )


class XeroApi:
    """Where Xero answers, and how to call it: ``url`` without a trailing slash."""

    def __init__(self, transport: Transport, url: str) -> None:
        self.transport = transport
        self.url = url
        self._configuration = Configuration()

    def accounting(self, token: str, operation: Operation) -> Answer:
        """Run one operation of the Accounting API with *token*. Raises NoAnswer."""
        client = _Client(self._configuration, self.transport, token)
        return operation(AccountingApi(client, base_url=f"{self.url}/api.xro/2.0"))

    def connections(
        self, token: str, method: str = "GET", path: str = "", event: UUID | None = None
    ) -> Answer:
        """Call ``/connections``, which belongs to no organisation. Raises NoAnswer.

        *event* narrows the list to what was allowed in one consent.
        """
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        query = [("authEventId", str(event))] if event else []
        return self.transport.send(
            method, f"{self.url}/connections{path}", query=query, headers=headers
        )

"""The identity service and the list of connections: `/connect/token`, `/connect/revocation`,
`/connections`. None of them counts against the limits.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs

from tests.simulators.exchange import Answer, Call, Json
from tests.simulators.xero import problems
from tests.simulators.xero.api import bearer
from tests.simulators.xero.books import Books
from tests.simulators.xero.consent import Consent
from tests.simulators.xero.tokens import Grant, InvalidGrantError

Act = Callable[[dict[str, str]], Answer]


class Identity:
    """The handler of the identity calls."""

    def __init__(self, books: Books, consent: Consent) -> None:
        self._books = books
        self._consent = consent

    def __call__(self, call: Call) -> Answer:
        if call.method == "POST" and call.path == "/connect/token":
            return self._with_client(call, self._token)
        if call.method == "POST" and call.path == "/connect/revocation":
            return self._with_client(call, self._revoke)
        return self._connections(call)

    def _with_client(self, call: Call, act: Act) -> Answer:
        form = {name: values[-1] for name, values in parse_qs(call.body.decode()).items()}
        config = self._books.config
        if credentials(call, form) != (config.client_id, config.client_secret):
            return Answer(401, {"error": "invalid_client"})
        return act(form)

    def _token(self, form: dict[str, str]) -> Answer:
        if form.get("grant_type") == "authorization_code":
            return self._consent.exchange(form)
        if form.get("grant_type") != "refresh_token":
            return Answer(400, {"error": "unsupported_grant_type"})
        if not form.get("refresh_token"):
            return Answer(400, {"error": "invalid_request"})
        try:
            pair = self._books.tokens.renew(form["refresh_token"], self._books.now())
        except InvalidGrantError:
            return Answer(400, {"error": "invalid_grant"})
        return Answer(200, pair, {"Cache-Control": "no-store"})

    def _revoke(self, form: dict[str, str]) -> Answer:
        self._books.tokens.revoke(form.get("token", ""))
        return Answer(200)

    def _connections(self, call: Call) -> Answer:
        token = self._books.tokens.access.get(bearer(call))
        if token is None or token.grant.revoked:
            return problems.unauthorised("AuthenticationUnsuccessful")
        if token.expires <= self._books.now():
            return problems.expired(token.expires)
        key = call.path.rstrip("/").removeprefix("/connections").strip("/")
        if call.method == "GET" and not key:
            return Answer(200, self._listed(token.grant, call.query.get("autheventid", "")))
        if call.method == "DELETE" and key:
            return disconnected(token.grant, key.lower())
        return problems.not_found()

    def _listed(self, grant: Grant, event: str) -> list[Json]:
        return [
            {
                "id": connection,
                "authEventId": grant.user.events[connection],
                "tenantId": tenant,
                "tenantType": "ORGANISATION",
                "tenantName": self._books.organisations[tenant].name,
                "createdDateUtc": iso(grant.created),
                "updatedDateUtc": iso(grant.created),
            }
            for connection, tenant in grant.connections.items()
            if event in ("", grant.user.events[connection])
        ]


def disconnected(grant: Grant, connection: str) -> Answer:
    """Drop one connection; 404 when there is none such."""
    if grant.connections.pop(connection, None) is None:
        return problems.not_found()
    return Answer(204)


def credentials(call: Call, form: dict[str, str]) -> tuple[str, str]:
    """Client id and secret from basic authentication or from the form."""
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def iso(moment: datetime) -> str:
    """An instant as the connections endpoint writes it, UTC."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}0"

"""Xero's identity service: renews token sets and revokes them. Knows no database.

A refusal that concerns the token set is InvalidGrant. A refusal that concerns our client id or
secret is Transient: every connection would fail alike, and goes on once the setting is right.
"""

import base64
from urllib.parse import quote, urlencode

import urllib3
from pydantic import SecretStr

from workers.clock import Clock
from workers.errors import Transient
from workers.store.vault import TokenSet
from workers.transport import CONNECT_SECONDS, Answer, NoAnswer, Transport
from workers.xero import wire

READ_SECONDS = 15.0
"""A token is a small answer; with the connect time-out this stays under the refresher's lease."""


class InvalidGrant(Exception):  # noqa: N818  (named after the OAuth error code)
    """Xero does not take this refresh token: used long ago, expired or revoked."""


class Identity:
    """The token endpoint at *url* (no trailing slash) for one client of Xero."""

    def __init__(
        self, transport: Transport, url: str, client_id: str, client_secret: SecretStr, clock: Clock
    ) -> None:
        self._transport = transport
        self._url = url
        self._client_id = client_id
        self._secret = client_secret
        self._clock = clock

    def refresh(self, tokens: TokenSet) -> TokenSet:
        """Return the set that follows *tokens*. Raises InvalidGrant or Transient."""
        answer = self._post(
            "token", {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        )
        return self._token_set(answer)

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> TokenSet:
        """Return the set that a consent's *code* is good for, once. Raises InvalidGrant, Transient.

        *verifier* proves that we asked for the consent (PKCE, RFC 7636).
        """
        answer = self._post(
            "token",
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            },
        )
        return self._token_set(answer)

    def revoke(self, tokens: TokenSet) -> None:
        """End *tokens* and every connection made with them. Raises Transient.

        A set that Xero has forgotten already is no error.
        """
        answer = self._post("revocation", {"token": tokens.refresh_token})
        if answer.status != 200:
            failure = _refusal(answer)
            if isinstance(failure, Transient):
                raise failure

    def _token_set(self, answer: Answer) -> TokenSet:
        if answer.status != 200:
            raise _refusal(answer)
        try:
            return TokenSet.from_answer(_object(answer.body), self._clock.now())
        except ValueError as error:
            raise Transient(f"Xero's identity service: {error}") from None

    def _post(self, path: str, form: dict[str, str]) -> Answer:
        try:
            return self._transport.send(
                "POST",
                f"{self._url}/connect/{path}",
                headers={
                    "Authorization": self._basic(),
                    "Accept": "application/json",
                    "Content-Type": "application/x-www-form-urlencoded",
                },
                body=urlencode(form).encode(),
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            )
        except NoAnswer as error:
            raise Transient(f"Xero's identity service: {error}") from error

    def _basic(self) -> str:
        pair = f"{quote(self._client_id)}:{quote(self._secret.get_secret_value())}"
        return "Basic " + base64.b64encode(pair.encode()).decode()


def _refusal(answer: Answer) -> InvalidGrant | Transient:
    try:
        code = _object(answer.body).get("error")
    except ValueError:
        code = None
    if answer.status == 400 and code == "invalid_grant":
        return InvalidGrant("invalid_grant")
    if code in ("invalid_client", "unauthorized_client"):
        return Transient(
            f"Xero refuses the app itself ({code}): check MX_XERO_CLIENT_ID and "
            "MX_XERO_CLIENT_SECRET"
        )
    return Transient(f"Xero's identity service answers HTTP {answer.status}")


def _object(body: bytes) -> dict[str, object]:
    found = wire.decode(body)
    if not isinstance(found, dict):
        raise ValueError("the answer is no JSON object")
    return found

"""An OpenID provider over HTTP: where it sends browsers, and what it proves of them.

Its description and its keys are read when they are first needed and kept for a while. A key that
is not among them is looked for once more at the provider, so that it may rotate its keys at any
time. What was read is shared by threads; the worst of a race is one reading too many.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import SecretStr

from workers.clock import Clock
from workers.oidc.proof import Expected, UnknownKey, verified
from workers.pkce import challenge

KEPT = timedelta(minutes=10)
"""How long a key that the provider has withdrawn may still be believed."""

SECONDS = 5.0
"""Somebody waits before a browser."""


class ProviderAway(Exception):  # noqa: N818  named after what it is
    """The provider does not answer, or not as OpenID Connect asks; says what, for the log."""


class CodeRefused(Exception):  # noqa: N818  named after what it is
    """The provider does not take this code: used, too old, or not ours."""


@dataclass(frozen=True, slots=True)
class Client:
    """We, as the provider knows us. ``issuer`` is compared to the letter."""

    issuer: str
    client_id: str
    client_secret: SecretStr = field(repr=False)
    scopes: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class LogIn:
    """One log-in: what binds the provider's answer to the browser that asked."""

    state: str
    nonce: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says of itself."""

    authorise: str
    token: str
    by_form: bool
    keys: KeySet
    until: datetime


class Provider:
    """The provider at ``client.issuer``."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._http = httpx.Client(timeout=SECONDS, headers={"Accept": "application/json"})
        self._known: _Known | None = None

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def check(self) -> None:
        """Read what the provider says of itself. Raises ProviderAway."""
        self._provider()

    def address(self, log_in: LogIn) -> str:
        """Return where the browser goes to log in. Raises ProviderAway."""
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_uri,
            "scope": self._client.scopes,
            "state": log_in.state,
            "nonce": log_in.nonce,
            "code_challenge": challenge(log_in.verifier),
            "code_challenge_method": "S256",
        }
        page = self._provider().authorise
        return f"{page}{'&' if '?' in page else '?'}{urlencode(asked)}"

    def claims(self, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """Return what is proven of who logged in. Raises ProviderAway, CodeRefused, NotProven."""
        token = self._exchanged(code, verifier)
        expected = Expected(self._client.issuer, self._client.client_id, nonce)
        now = self._clock.now()
        try:
            return verified(token, self._provider().keys, expected, now)
        except UnknownKey:
            self._known = None
            return verified(token, self._provider().keys, expected, now)

    def _exchanged(self, code: str, verifier: str) -> str:
        provider, client = self._provider(), self._client
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": verifier,
        }
        secret = client.client_secret.get_secret_value()
        if provider.by_form:
            form |= {"client_id": client.client_id, "client_secret": secret}
        basic = None if provider.by_form else (quote(client.client_id), quote(secret))
        answer = self._asked("POST", provider.token, data=form, auth=basic)
        return _id_token(answer)

    def _provider(self) -> _Known:
        known = self._known
        if known is None or known.until <= self._clock.now():
            self._known = known = self._read()
        return known

    def _read(self) -> _Known:
        issuer = self._client.issuer
        said = self._document(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != issuer:
            raise ProviderAway(f"calls itself {said.get('issuer')!r}, MX_OIDC_ISSUER is {issuer!r}")
        methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return _Known(
            _address(said, "authorization_endpoint", issuer),
            _address(said, "token_endpoint", issuer),
            "client_secret_basic" not in methods,
            _keys(self._document(_address(said, "jwks_uri", issuer))),
            self._clock.now() + KEPT,
        )

    def _document(self, url: str) -> dict[str, Any]:
        answer = self._asked("GET", url)
        if answer.status_code != 200:
            raise ProviderAway(f"{url} answers HTTP {answer.status_code}")
        return _object(answer)

    def _asked(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            return self._http.request(method, url, **options)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderAway(f"{url}: {str(error) or type(error).__name__}") from None


def _id_token(answer: httpx.Response) -> str:
    said = _object(answer)
    if answer.status_code == 400 and said.get("error") == "invalid_grant":
        raise CodeRefused("invalid_grant")
    if answer.status_code != 200:
        error = str(said.get("error", ""))[:100]
        raise ProviderAway(f"its token endpoint answers HTTP {answer.status_code} {error}")
    token = said.get("id_token")
    if not isinstance(token, str):
        raise ProviderAway("its token endpoint gives no id_token: is the scope openid allowed?")
    return token


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderAway(f"{answer.url} answers HTTP {answer.status_code}, no JSON object")
    return found


def _address(said: Mapping[str, Any], name: str, issuer: str) -> str:
    """Return an address of the provider: over TLS as the issuer is."""
    found = said.get(name)
    if not isinstance(found, str) or urlsplit(found).scheme != urlsplit(issuer).scheme:
        raise ProviderAway(f"its description has no {name} like its issuer's")
    return found


def _keys(found: Mapping[str, Any]) -> KeySet:
    try:
        return KeySet.import_key_set({"keys": found["keys"]})
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderAway(f"its keys can't be read ({type(error).__name__})") from None

"""What the provider knows: people, keys, codes, and how it lies when a test asks it to.

As strict as a real one: a code works once, for a minute, with the redirect address and the PKCE
verifier of its request. Keys are published only while they are in use.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CODE_LIFE = timedelta(minutes=1)
TOKEN_LIFE = timedelta(minutes=5)
CLIENT_ID = "console"
CLIENT_SECRET = "provider-secret-4Hn7"

Claims = dict[str, Any]
Key = RSAKey | ECKey
Sign = Callable[["Provider", Claims], str]


def now() -> datetime:
    """The provider's clock, UTC."""
    return datetime.now(UTC)


def new_key() -> RSAKey:
    """A key to sign with; making it takes a tenth of a second."""
    return RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


@dataclass
class Code:
    """Somebody has logged in; the code has not become a token yet."""

    person: str
    request: dict[str, str]
    expires: datetime
    used: bool = False


@dataclass
class Provider:
    """One provider. ``issuer`` is set once it is known where it listens."""

    issuer: str = ""
    redirect_uris: set[str] = field(default_factory=set)
    people: dict[str, Claims] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    is_down: bool = False
    by_form: bool = False
    claims_changed: Claims = field(default_factory=dict)
    sign: Sign | None = None

    def __post_init__(self) -> None:
        self.keys = self.keys or [new_key()]

    def rotate(self) -> None:
        """Sign with another key, of another kind, and publish the old one no more."""
        self.keys = [ECKey.generate_key("P-256", {"kid": "second", "use": "sig"})]

    def description(self) -> Claims:
        """The document at ``/.well-known/openid-configuration``."""
        method = "client_secret_post" if self.by_form else "client_secret_basic"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=acme",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": [method],
        }

    def published(self) -> dict[str, Any]:
        """The keys without what signs."""
        return dict(KeySet(list(self.keys)).as_dict(private=False))

    def code_for(self, person: str, request: dict[str, str]) -> str:
        """A code for somebody who has logged in."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = Code(person, request, now() + CODE_LIFE)
        return code

    def token_for(self, form: dict[str, str]) -> str | None:
        """The id token that a code is good for; None where a provider says invalid_grant."""
        code = self.codes.get(form.get("code", ""))
        if code is None or code.used or code.expires <= now():
            return None
        code.used = True
        if form.get("redirect_uri") != code.request["redirect_uri"]:
            return None
        if challenge_of(form.get("code_verifier", "")) != code.request["code_challenge"]:
            return None
        token = (self.sign or signed)(self, self._claims(code))
        self.given.append(token)
        return token

    def _claims(self, code: Code) -> Claims:
        at = now()
        claims = {
            "iss": self.issuer,
            "sub": code.person,
            "aud": code.request["client_id"],
            "iat": int(at.timestamp()),
            "exp": int((at + TOKEN_LIFE).timestamp()),
            "nonce": code.request["nonce"],
            **self.people[code.person],
            **self.claims_changed,
        }
        return {name: value for name, value in claims.items() if value is not None}


def signed(provider: Provider, claims: Claims) -> str:
    """A token as it should be."""
    key = provider.keys[-1]
    algorithm = "ES256" if isinstance(key, ECKey) else "RS256"
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key)


def challenge_of(verifier: str) -> str:
    """PKCE's S256 challenge."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")

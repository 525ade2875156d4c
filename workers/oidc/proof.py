"""What makes an id token a proof: its signature, and claims that speak of us, now, of this log-in.

Pure. OpenID Connect Core 1.0, section 3.1.3.7. Only asymmetric algorithms are taken: ``none``
proves nothing, and with a symmetric one whoever knows the provider's public key could sign.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")

LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""


class NotProven(Exception):  # noqa: N818  named after what it is
    """The id token proves nothing; the text says why, and quotes nothing of it."""


class UnknownKey(NotProven):
    """It is signed with a key that the provider does not publish, or did not when we looked."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an id token must say: who speaks, to whom, and of which log-in."""

    issuer: str
    client_id: str
    nonce: str


def verified(token: str, keys: KeySet, expected: Expected, now: datetime) -> Mapping[str, Any]:
    """Return the claims of *token*. Raises NotProven, UnknownKey."""
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        _registry(expected, now).validate(claims)
    except InvalidKeyIdError:
        raise UnknownKey("it is signed with a key that the provider does not publish") from None
    except (JoseError, ValueError) as error:
        raise NotProven(_words(error)) from None
    _check_party(claims, expected.client_id)
    _check_nonce(claims, expected.nonce)
    return claims


def _registry(expected: Expected, now: datetime) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """A token for several audiences names the one that it was given to."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != client_id:
        raise NotProven("it was given to another application (azp)")


def _check_nonce(claims: Mapping[str, Any], nonce: str) -> None:
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise NotProven("it answers another sign-in (nonce)")


def _words(error: Exception) -> str:
    claim = getattr(error, "claim", None)
    return f"{type(error).__name__}: {claim}" if claim else type(error).__name__

"""Xero's identity service: access tokens of 30 minutes, refresh tokens used once.

A used refresh token works again for 30 minutes, unless a token that came of it has been used in
turn: that is the grace for a client that never saw the answer. A grant is one consent of one user;
it ends when it is revoked, and its connections with it.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulators.exchange import Json
from tests.simulators.xero.organisation import new_id

ACCESS_LIFE = timedelta(minutes=30)
REFRESH_LIFE = timedelta(days=60)
GRACE = timedelta(minutes=30)
DEFAULT_SCOPE = (
    "openid profile email offline_access accounting.invoices accounting.contacts "
    "accounting.settings"
)


class InvalidGrantError(Exception):
    """The refresh token is unknown, spent, expired or revoked."""


@dataclass
class Grant:
    """One consent and the connections it made: connection id to tenant id."""

    scope: str
    connections: dict[str, str]
    created: datetime
    revoked: bool = False


@dataclass
class AccessToken:
    """A bearer token."""

    grant: Grant
    expires: datetime


@dataclass
class RefreshToken:
    """A refresh token; `parent` is the one that was spent for it."""

    grant: Grant
    expires: datetime
    parent: "RefreshToken | None" = None
    used: datetime | None = None
    superseded: bool = False


@dataclass
class Tokens:
    """All tokens of the app."""

    access_life: timedelta = ACCESS_LIFE
    access: dict[str, AccessToken] = field(default_factory=dict)
    refresh: dict[str, RefreshToken] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    refreshes: int = 0

    def issue(self, tenants: list[str], scope: str, now: datetime, life: timedelta) -> Json:
        """Consent to connections with `tenants`; gives the token endpoint's answer."""
        grant = Grant(scope, {new_id(): tenant for tenant in tenants}, now)
        self.grants.append(grant)
        return self._pair(grant, None, now, life)

    def renew(self, text: str, now: datetime) -> Json:
        """Spend a refresh token; raises InvalidGrantError where Xero says invalid_grant."""
        token = self.refresh.get(text)
        if token is None or not usable(token, now):
            raise InvalidGrantError
        token.used = token.used or now
        if token.parent:
            token.parent.superseded = True
        self.refreshes += 1
        return self._pair(token.grant, token, now, self.access_life)

    def revoke(self, text: str) -> None:
        """End the grant of a refresh token and its connections; an unknown token is no error."""
        token = self.refresh.get(text)
        if token is not None:
            end(token.grant)

    def revoke_all(self) -> None:
        """End every grant."""
        for grant in self.grants:
            end(grant)

    def expire_access(self, now: datetime) -> None:
        """Let every access token expire at once."""
        for token in self.access.values():
            token.expires = min(token.expires, now)

    def _pair(
        self, grant: Grant, parent: RefreshToken | None, now: datetime, life: timedelta
    ) -> Json:
        access, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(32)
        self.access[access] = AccessToken(grant, now + life)
        self.refresh[refresh] = RefreshToken(grant, now + REFRESH_LIFE, parent)
        return {
            "access_token": access,
            "expires_in": int(life.total_seconds()),
            "token_type": "Bearer",
            "refresh_token": refresh,
            "scope": grant.scope,
        }


def usable(token: RefreshToken, now: datetime) -> bool:
    """Whether a refresh token may be spent (again) now."""
    if token.grant.revoked or token.expires <= now or token.superseded:
        return False
    return token.used is None or now <= token.used + GRACE


def end(grant: Grant) -> None:
    """Revoke a grant and drop its connections."""
    grant.revoked = True
    grant.connections.clear()

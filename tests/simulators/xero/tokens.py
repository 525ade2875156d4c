"""Xero's identity service: access tokens of 30 minutes, refresh tokens used once.

A used refresh token works again for 30 minutes, unless a token that came of it has been used in
turn: that is the grace for a client that never saw the answer. A grant is one consent of one user.
Connections are the user's: one to an organisation, however many grants named it, reached by the
tokens of each; revoking one grant removes all connections of its user.
"""

import base64
import json
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
class User:
    """Somebody at Xero: connection id to tenant id, and to the consent that named it last."""

    id: str = field(default_factory=new_id)
    connections: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)

    def allow(self, tenant: str, event: str) -> None:
        """Let the app into an organisation, perhaps again."""
        known = {value: key for key, value in self.connections.items()}
        connection = known.get(tenant) or new_id()
        self.connections[connection] = tenant
        self.events[connection] = event


@dataclass
class Grant:
    """One consent of a user."""

    scope: str
    user: User
    created: datetime
    revoked: bool = False
    event: str = field(default_factory=new_id)

    @property
    def connections(self) -> dict[str, str]:
        """What its tokens reach: all that the user has let us into."""
        return self.user.connections


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
    users: dict[str, User] = field(default_factory=dict)
    refreshes: int = 0

    def issue(
        self, tenants: list[str], scope: str, now: datetime, life: timedelta, user: str = ""
    ) -> Json:
        """Consent to connections with `tenants`; gives the token endpoint's answer.

        `user` names who consents; without it, somebody who never did before.
        """
        who = self.users.setdefault(user or new_id(), User())
        grant = Grant(scope, who, now)
        for tenant in tenants:
            who.allow(tenant, grant.event)
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
        access, refresh = access_token(grant), secrets.token_urlsafe(32)
        self.access[access] = AccessToken(grant, now + life)
        self.refresh[refresh] = RefreshToken(grant, now + REFRESH_LIFE, parent)
        return {
            "access_token": access,
            "expires_in": int(life.total_seconds()),
            "token_type": "Bearer",
            "refresh_token": refresh,
            "scope": grant.scope,
        }


def access_token(grant: Grant) -> str:
    """A token in the shape of Xero's; its signature is nobody's, so don't verify it."""
    claims = {"xero_userid": grant.user.id, "authentication_event_id": grant.event}
    parts = (json.dumps(each).encode() for each in ({"alg": "RS256", "typ": "JWT"}, claims))
    texts = [base64.urlsafe_b64encode(each).decode().rstrip("=") for each in parts]
    return ".".join([*texts, secrets.token_urlsafe(48)])


def usable(token: RefreshToken, now: datetime) -> bool:
    """Whether a refresh token may be spent (again) now."""
    if token.grant.revoked or token.expires <= now or token.superseded:
        return False
    return token.used is None or now <= token.used + GRACE


def end(grant: Grant) -> None:
    """Revoke a grant and drop every connection of its user."""
    grant.revoked = True
    grant.user.connections.clear()

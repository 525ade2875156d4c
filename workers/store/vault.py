"""OAuth tokens at rest, encrypted, and the lease that makes one process their refresher.

Access and refresh token leave this module only inside a TokenSet, whose repr hides them. Times
of a lease are the server's; times of a token are the caller's clock, in UTC.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import psycopg
from cryptography.fernet import InvalidToken, MultiFernet

from workers.errors import AuthorisationLost, Transient
from workers.reasons.catalogue import BY_CODE
from workers.store.sql import queries

_SQL = queries("vault")


@dataclass(frozen=True, slots=True)
class TokenSet:
    """What Xero's token endpoint gives; ``expires_at`` is the access token's end, in UTC."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    scope: str = ""

    @classmethod
    def from_answer(cls, answer: Mapping[str, object], now: datetime) -> "TokenSet":
        """Read the JSON of the token endpoint, as in tokens.json, received at *now*.

        Raises ValueError naming the field that is missing or wrong, never its value.
        """
        seconds = answer.get("expires_in")
        if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 0:
            raise ValueError("expires_in must be a whole number of seconds; give Xero's answer")
        return cls(
            access_token=_text(answer, "access_token"),
            refresh_token=_text(answer, "refresh_token"),
            expires_at=now + timedelta(seconds=seconds),
            scope=str(answer.get("scope") or ""),
        )

    @property
    def xero_user(self) -> UUID | None:
        """Who gave the consent, as far as the access token says."""
        return _id(self._claims.get("xero_userid"))

    @property
    def event(self) -> UUID | None:
        """The consent itself: Xero marks the organisations that were allowed in it."""
        return _id(self._claims.get("authentication_event_id"))

    @property
    def _claims(self) -> Mapping[str, object]:
        """What the access token says of itself, not proven: it came from Xero, over TLS."""
        _, _, rest = self.access_token.partition(".")
        payload = rest.partition(".")[0]
        try:
            found = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _id(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def store_token_set(
    conn: psycopg.Connection, fernet: MultiFernet, tokens: TokenSet, now: datetime
) -> UUID:
    """Keep a token set, refreshed at *now*, and return its id: the same id for the same set."""
    row = conn.execute(_SQL["store"], _columns(fernet, tokens, now)).fetchone()
    assert row is not None, "an insert that returns its id"
    return UUID(str(row[0]))


def load(conn: psycopg.Connection, fernet: MultiFernet, token_set_id: UUID) -> TokenSet:
    """Return a token set.

    Raises AuthorisationLost when there is none, Transient when none of the keys opens it.
    """
    row = conn.execute(_SQL["load"], {"id": token_set_id}).fetchone()
    if row is None:
        raise AuthorisationLost(BY_CODE["tokens_erased"].message)
    return _opened(fernet, row)


def claim(
    conn: psycopg.Connection,
    fernet: MultiFernet,
    token_set_id: UUID,
    holder: UUID,
    lease: timedelta,
) -> TokenSet | None:
    """Make *holder* the refresher for *lease* and return the set, or None while another is."""
    values = {"id": token_set_id, "holder": holder, "lease": lease}
    row = conn.execute(_SQL["claim"], values).fetchone()
    return None if row is None else _opened(fernet, row)


def claim_idle(
    conn: psycopg.Connection,
    fernet: MultiFernet,
    token_set_id: UUID,
    holder: UUID,
    lease: timedelta,
) -> TokenSet | None:
    """Like claim, but only for a set that has lain idle so long that it should be renewed."""
    values = {"id": token_set_id, "holder": holder, "lease": lease}
    row = conn.execute(_SQL["claim_idle"], values).fetchone()
    return None if row is None else _opened(fernet, row)


def user_is_needed(conn: psycopg.Connection, token_set_id: UUID) -> bool:
    """Return whether another connection, or a choice still open, lives by the set's Xero user.

    A user who is not known may be any.
    """
    row = conn.execute(_SQL["user_is_needed"], {"id": token_set_id}).fetchone()
    return row is not None and bool(row[0])


def keep_later(conn: psycopg.Connection, token_set_id: UUID, delay: timedelta) -> None:
    """Try to renew an idle set again after *delay*."""
    conn.execute(_SQL["keep_later"], {"id": token_set_id, "delay": delay})


def replace(
    conn: psycopg.Connection,
    fernet: MultiFernet,
    token_set_id: UUID,
    holder: UUID,
    tokens: TokenSet,
    now: datetime,
) -> bool:
    """Store the rotated set and end the lease; False when *holder* has lost it, nothing stored."""
    values = _columns(fernet, tokens, now) | {"id": token_set_id, "holder": holder}
    return conn.execute(_SQL["replace"], values).rowcount == 1


def release(conn: psycopg.Connection, token_set_id: UUID, holder: UUID) -> None:
    """End the lease of *holder*, if it still has it."""
    conn.execute(_SQL["release"], {"id": token_set_id, "holder": holder})


def _columns(fernet: MultiFernet, tokens: TokenSet, now: datetime) -> dict[str, object]:
    return {
        "access_token": fernet.encrypt(tokens.access_token.encode()).decode(),
        "refresh_token": fernet.encrypt(tokens.refresh_token.encode()).decode(),
        "digest": sha256(tokens.refresh_token.encode()).digest(),
        "scope": tokens.scope,
        "xero_user": tokens.xero_user,
        "expires_at": tokens.expires_at,
        "now": now,
    }


def _opened(fernet: MultiFernet, row: tuple[str, str, str, datetime]) -> TokenSet:
    access, refresh, scope, expires_at = row
    try:
        return TokenSet(
            access_token=fernet.decrypt(access).decode(),
            refresh_token=fernet.decrypt(refresh).decode(),
            expires_at=expires_at,
            scope=scope,
        )
    except InvalidToken:
        raise Transient(
            "no key in MX_SECRET_KEYS opens the stored tokens: put the old key behind the new one"
        ) from None


def _text(answer: Mapping[str, object], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is missing or no text; give the answer of Xero's token endpoint")
    return value

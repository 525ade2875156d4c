"""Access tokens for calls: one refresher per token set in the whole fleet.

Invariant: the rotated set is committed before anybody uses it. The refresher is chosen by a
lease in PostgreSQL, taken under the row's lock and re-read there; no lock is held while Xero is
asked. If the refresher dies after Xero's answer, the old refresh token is used once more when
the lease is over: Xero takes the last one for another 30 minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from cryptography.fernet import MultiFernet
from psycopg_pool import ConnectionPool

from workers.clock import Clock
from workers.errors import ConsentLost, Failure, Transient
from workers.reasons.catalogue import BY_CODE
from workers.store import vault
from workers.store.vault import TokenSet
from workers.xero.identity import Identity, InvalidGrant

MARGIN = timedelta(minutes=2)
"""A token is renewed this long before its end: longer than a call may last."""

LEASE = timedelta(seconds=30)
"""Longer than the identity service may take (20 s): two refreshers never overlap."""

POLL_SECONDS = 0.1
PATIENCE = 100
"""How often those who wait look for the new set: 10 s in all, then the work is put back."""


class Tokens:
    """Token sets by id. Safe for threads and shared, through PostgreSQL, by processes."""

    def __init__(
        self, pool: ConnectionPool, fernet: MultiFernet, identity: Identity, clock: Clock
    ) -> None:
        self._pool = pool
        self._fernet = fernet
        self._identity = identity
        self._clock = clock

    def of(self, token_set_id: UUID) -> "TokensOf":
        """Return the credentials that a gateway of one token set needs."""
        return TokensOf(self, token_set_id)

    def access_token(self, token_set_id: UUID) -> str:
        """Return a token that lives for two minutes more.

        Raises ConsentLost when Xero has ended the consent, Transient when no token can
        be had just now.
        """
        return self._usable(token_set_id, self._is_fresh)

    def force_refresh(self, token_set_id: UUID, seen: str) -> str:
        """Return another token than *seen*, which Xero refused; asks Xero only if none is stored.

        Raises like access_token.
        """
        return self._usable(token_set_id, lambda tokens: tokens.access_token != seen)

    def keep_alive(self, token_set_id: UUID) -> bool:
        """Renew a set that nobody has needed for weeks; False when that is not due.

        Raises like access_token.
        """
        holder = uuid4()
        with self._pool.connection() as conn:
            claimed = vault.claim_idle(conn, self._fernet, token_set_id, holder, LEASE)
        if claimed is None:
            return False
        self._as_refresher(token_set_id, holder, claimed, lambda _: False)
        return True

    def revoke(self, token_set_id: UUID) -> None:
        """End the set at Xero, **with every connection made by it**. Raises Transient.

        The stored set stays. Revoking again is no error.
        """
        with self._pool.connection() as conn:
            tokens = vault.load(conn, self._fernet, token_set_id)
        self._identity.revoke(tokens)

    def _is_fresh(self, tokens: TokenSet) -> bool:
        return tokens.expires_at > self._clock.now() + MARGIN

    def _usable(self, token_set_id: UUID, usable: Callable[[TokenSet], bool]) -> str:
        """Return the stored token if it is usable, else renew it or wait for who does."""
        holder = uuid4()
        for _ in range(PATIENCE):
            tokens = self._load(token_set_id)
            if usable(tokens):
                return tokens.access_token
            claimed = self._claim(token_set_id, holder)
            if claimed is not None:
                return self._as_refresher(token_set_id, holder, claimed, usable)
            self._clock.sleep(POLL_SECONDS)
        raise Transient("another worker has been renewing the access token for 10 seconds")

    def _as_refresher(
        self,
        token_set_id: UUID,
        holder: UUID,
        tokens: TokenSet,
        usable: Callable[[TokenSet], bool],
    ) -> str:
        """Renew *tokens*, re-read under the lock, unless somebody has done so; free the lease."""
        try:
            if usable(tokens):
                return tokens.access_token
            return self._renew(token_set_id, holder, tokens)
        finally:
            with self._pool.connection() as conn:
                vault.release(conn, token_set_id, holder)

    def _renew(self, token_set_id: UUID, holder: UUID, tokens: TokenSet) -> str:
        try:
            renewed = self._identity.refresh(tokens)
        except InvalidGrant:
            return self._newer_than(
                token_set_id, tokens, ConsentLost(BY_CODE["consent_ended"].message)
            )
        with self._pool.connection() as conn:
            stored = vault.replace(
                conn, self._fernet, token_set_id, holder, renewed, self._clock.now()
            )
        if stored:
            return renewed.access_token
        cause = "renewing the access token took longer than its lease"
        return self._newer_than(token_set_id, tokens, Transient(cause))

    def _newer_than(self, token_set_id: UUID, tokens: TokenSet, otherwise: Failure) -> str:
        """Return what somebody stored while we asked, or raise *otherwise*."""
        stored = self._load(token_set_id)
        if stored.refresh_token == tokens.refresh_token:
            raise otherwise
        return stored.access_token

    def _load(self, token_set_id: UUID) -> TokenSet:
        with self._pool.connection() as conn:
            return vault.load(conn, self._fernet, token_set_id)

    def _claim(self, token_set_id: UUID, holder: UUID) -> TokenSet | None:
        with self._pool.connection() as conn:
            return vault.claim(conn, self._fernet, token_set_id, holder, LEASE)


@dataclass(frozen=True, slots=True)
class TokensOf:
    """The credentials of one token set, as workers.xero.gateway wants them."""

    tokens: Tokens
    token_set_id: UUID

    def access_token(self) -> str:
        """Return a token that lives long enough for a call."""
        return self.tokens.access_token(self.token_set_id)

    def renew(self, seen: str) -> str:
        """Return another token than *seen*."""
        return self.tokens.force_refresh(self.token_set_id, seen)

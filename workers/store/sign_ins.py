"""Log-ins asked of the OpenID provider: one state, one browser, one answer, ten minutes.

Neither the state nor the browser's token is stored, only their SHA-256; PKCE's verifier is stored
encrypted. Nobody is known yet, so how many one address may begin is limited.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from psycopg import Connection
from psycopg.rows import class_row

from workers.store.sessions import digest_of
from workers.store.sql import queries

_SQL = queries("sign_ins")

LIFE = timedelta(minutes=10)
"""For the log-in at the provider."""

AT_ONCE = 100
"""Log-ins that one address, perhaps of a whole office, may begin in that time."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A log-in that is to be answered; ``verifier`` is encrypted."""

    nonce: str
    verifier: str = field(repr=False)
    target: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a log-in stands whose answer was not taken."""

    is_ours: bool
    is_used: bool


def begin(conn: Connection, browser: str, address: str, state: str, begun: Begun) -> bool:
    """Remember a log-in begun in *browser*; False when *address* has begun too many."""
    conn.execute(_SQL["prune"], {"life": LIFE})
    values = {
        "digest": digest_of(state),
        "browser": digest_of(browser),
        "address": sha256(f"address:{address}".encode()).digest(),
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "target": begun.target,
        "at_once": AT_ONCE,
    }
    return conn.execute(_SQL["begin"], values).rowcount == 1


def spend(conn: Connection, browser: str, state: str) -> Begun | None:
    """Return the log-in of *state* once, to the browser that began it, in time."""
    values = {"digest": digest_of(state), "browser": digest_of(browser), "life": LIFE}
    with conn.cursor(row_factory=class_row(Begun)) as cursor:
        return cursor.execute(_SQL["spend"], values).fetchone()


def standing(conn: Connection, browser: str, state: str) -> Standing | None:
    """Return why *state* was not taken; None when nobody began with it, or long ago."""
    values = {"digest": digest_of(state), "browser": digest_of(browser)}
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        return cursor.execute(_SQL["standing"], values).fetchone()

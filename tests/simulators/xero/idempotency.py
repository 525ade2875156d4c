"""Idempotency keys: the same key with the same request gives the stored answer again, whatever
has changed since; with another request it is refused. Keys die after their life, by the
simulator's clock.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.simulators.exchange import Answer, Call
from tests.simulators.xero.problems import bad_request

MAX_LENGTH = 128
STORED_STATUSES = range(200, 500)


@dataclass(frozen=True)
class _Stored:
    fingerprint: str
    answer: Answer
    expires: datetime


class IdempotencyKeys:
    """The keys of the app, apart for each organisation."""

    def __init__(self, life: timedelta) -> None:
        self.life = life
        self.replays = 0
        self._stored: dict[tuple[str, str], _Stored] = {}

    def once(self, call: Call, tenant: str, now: datetime, act: Callable[[], Answer]) -> Answer:
        """Run `act` unless the call's key has an answer already."""
        key = call.headers.get("idempotency-key")
        if key is None or call.method not in ("PUT", "POST", "PATCH"):
            return act()
        if len(key) > MAX_LENGTH:
            return bad_request(f"Idempotency Key must be {MAX_LENGTH} characters or less.")
        stored = self._living((tenant, key), now)
        if stored is None:
            return self._remember((tenant, key), call, now, act())
        if stored.fingerprint != fingerprint(call):
            return bad_request(f"Idempotency Key: {key} is used with a different request.")
        self.replays += 1
        return stored.answer

    def _living(self, place: tuple[str, str], now: datetime) -> _Stored | None:
        stored = self._stored.get(place)
        if stored and stored.expires <= now:
            del self._stored[place]
            return None
        return stored

    def _remember(
        self, place: tuple[str, str], call: Call, now: datetime, answer: Answer
    ) -> Answer:
        if answer.status in STORED_STATUSES:
            self._stored[place] = _Stored(fingerprint(call), answer, now + self.life)
        return answer


def fingerprint(call: Call) -> str:
    """What must be the same for a repeated request to be the same request."""
    text = f"{call.method} {call.path}?{call.query_string}\n".encode() + call.body
    return hashlib.sha256(text).hexdigest()

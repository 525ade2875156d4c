"""Tells people what they should know: decides in the database, then sends what is on its way.

One process does it, the leading scheduler; two would do no harm. A digest is claimed, sent with no
transaction open, and recorded. A process that dies in between has it sent again, at most
MOST_TRIES times: a mail then has the same Message-ID, a web hook shows it twice.
"""

from collections.abc import Callable, Mapping

import structlog
from psycopg_pool import ConnectionPool

from workers.clock import Clock, backoff
from workers.metrics import meters
from workers.notices.saying import after, meanwhile, news
from workers.notices.sending import Channel, NotSent
from workers.notices.wording import digest
from workers.store import notices
from workers.store.notices import Candidate, Outgoing

log = structlog.get_logger(__name__)

MOST_TRIES = 20
"""About four hours with pauses that grow to half an hour."""

MOST_AT_ONCE = 20
"""Digests that are sent between two looks at how connections stand."""


class Notifier:
    """Decides and sends while it leads; without any channel it only learns what is usual."""

    def __init__(
        self,
        pool: ConnectionPool,
        channels: Mapping[str, Channel],
        leads: Callable[[], bool],
        clock: Clock,
        public_url: str,
    ) -> None:
        self._pool = pool
        self._channels = channels
        self._leads = leads
        self._clock = clock
        self._public_url = public_url

    def once(self) -> int:
        """Decide about every connection and send digests; return how many were tried."""
        if not self._leads():
            return 0
        self._learn()
        if not self._channels:
            return 0
        with self._pool.connection() as conn:
            found = notices.candidates(conn, self._clock.now())
        for each in found:
            self._decide(each)
        return self._send_all()

    def _learn(self) -> None:
        now = self._clock.now()
        with self._pool.connection() as conn:
            notices.note_flow(conn, now)
            notices.forget(conn, now)

    def _decide(self, found: Candidate) -> None:
        told = news(found.said, found.look)
        with self._pool.connection() as conn:
            if not told:
                still = meanwhile(found.said, found.look)
                if still != found.said:
                    notices.remember(conn, found, still)
                return
            said = after(found.said, found.look)
            words = digest(found.about, found.look, told, self._public_url)
            now = self._clock.now()
            if notices.say(conn, found, said, words, self._channels, now):
                log.info("notices.decided", connection=str(found.about.id))

    def _send_all(self) -> int:
        """Send what is due; a way in trouble rests until the next turn, and holds no other up."""
        ways = set(self._channels)
        for number in range(MOST_AT_ONCE):
            with self._pool.connection() as conn:
                one = notices.claim(conn, ways, self._clock.now())
            if one is None:
                return number
            if not self._send(one):
                ways.discard(one.channel)
        return MOST_AT_ONCE

    def _send(self, one: Outgoing) -> bool:
        if one.tries > MOST_TRIES:
            self._failed(one, "whoever sent it ended in the middle of it, every time")
            return True
        try:
            self._channels[one.channel].send(one.digest, one.message_id)
        except NotSent as error:
            self._failed(one, str(error))
            return False
        with self._pool.connection() as conn:
            notices.sent(conn, one, self._clock.now())
        meters.NOTICES.labels(one.channel, "sent").inc()
        log.info("notices.sent", connection=str(one.connection_id), channel=one.channel)
        return True

    def _failed(self, one: Outgoing, cause: str) -> None:
        gives_up = one.tries >= MOST_TRIES
        outcome = "given_up" if gives_up else "failed"
        with self._pool.connection() as conn:
            if gives_up:
                notices.give_up(conn, one, self._clock.now(), cause)
            else:
                delay = backoff(one.tries, self._clock.rng)
                notices.later(conn, one, self._clock.now(), delay, cause)
        meters.NOTICES.labels(one.channel, outcome).inc()
        log.warning(
            f"notices.{outcome}",
            channel=one.channel,
            cause=cause,
            tries=one.tries,
            connection=str(one.connection_id),
        )

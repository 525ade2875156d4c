"""Fetches documents from Mintsoft that somebody wants to export and that no event brought.

Found, a document comes in as the event that was missed, and the request for it is met. An order
that has not left yet is left alone: its despatch will be told. Any connection of the account may
have the key that sees it, so all are asked.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from psycopg_pool import ConnectionPool

from events.egress import NotConfirmed
from events.envelope import Message
from schemas.connections import Mode
from schemas.exports import Kind
from workers.clock import Clock, backoff
from workers.entrance import Publish
from workers.errors import AccessRefused, Failure, Permanent, Throttled
from workers.mintsoft import happenings, watermarks
from workers.mintsoft.gateway import MintsoftGateway
from workers.mintsoft.happenings import NotADocument
from workers.store import connections, incoming
from workers.store.incoming import Wanted

log = structlog.get_logger(__name__)

BATCH = 20
"""Documents in one turn: a call or two each."""

MOST_TRIES = 12
"""After some hours a document that can't be had is waited for, not asked for."""

KINDS = {Mode.ACCOUNTING: Kind.ORDER, Mode.FULFILMENT: Kind.INVOICE}


class Fetcher:
    """Fetches what export requests of an account wait for."""

    def __init__(
        self,
        pool: ConnectionPool,
        mintsoft_for: Callable[[UUID], MintsoftGateway],
        publish: Publish,
        clock: Clock,
    ) -> None:
        self._pool = pool
        self._mintsoft_for = mintsoft_for
        self._publish = publish
        self._clock = clock

    def fetch(self, connection_id: UUID) -> None:
        """Fetch a batch for the connection's account; what fails comes up again later."""
        with self._pool.connection() as conn:
            connection = connections.find(conn, connection_id)
            if connection is None or connection.status != "active":
                return
            mode, account = connection.mode, connection.account
            wanted = incoming.claim_requests(conn, account, KINDS[mode], BATCH)
            siblings = incoming.siblings(conn, account, mode) if wanted else []
        for each in wanted:
            self._fetch_one(each, siblings or [connection_id])

    def _fetch_one(self, wanted: Wanted, siblings: Sequence[UUID]) -> None:
        try:
            message = self._look_for(wanted, siblings)
            if message is not None:
                self._publish([message])
        except (Permanent, NotADocument) as failure:
            log.warning("fetch.given_up", document=wanted.mintsoft_id, failure=str(failure))
            self._done(wanted)
        except (Failure, NotConfirmed) as failure:
            log.warning("fetch.later", document=wanted.mintsoft_id, failure=str(failure))
            self._later(wanted, failure)
        else:
            log.info("fetch.done", document=wanted.mintsoft_id, found=message is not None)
            self._done(wanted)

    def _look_for(self, wanted: Wanted, siblings: Sequence[UUID]) -> Message | None:
        """Return the event; None for an order that has not left.

        Raises AccessRefused when some key is refused, which may be the one that sees it.
        """
        refusals: list[Failure] = []
        asked: set[int] = set()
        for each in siblings:
            try:
                gateway = self._mintsoft_for(each)
                if id(gateway) not in asked:  # most connections share the fleet's key
                    asked.add(id(gateway))
                    return _event(gateway, wanted)
            except (Permanent, AccessRefused) as refusal:
                refusals.append(refusal)
        raise next((each for each in refusals if isinstance(each, AccessRefused)), refusals[-1])

    def _done(self, wanted: Wanted) -> None:
        with self._pool.connection() as conn:
            incoming.fetched(conn, wanted)

    def _later(self, wanted: Wanted, failure: Failure | NotConfirmed) -> None:
        delay = backoff(wanted.failures + 3, self._clock.rng)
        if isinstance(failure, Throttled):
            delay = max(failure.until - self._clock.now(), timedelta(seconds=1))
        with self._pool.connection() as conn:
            if wanted.failures + 1 >= MOST_TRIES:
                incoming.fetched(conn, wanted)
            else:
                incoming.fetch_later(conn, wanted, delay)


def _event(gateway: MintsoftGateway, wanted: Wanted) -> Message | None:
    if wanted.kind is Kind.ORDER:
        order = gateway.get_order(wanted.mintsoft_id)
        if not watermarks.is_despatched(order):
            return None
        return happenings.order_despatched(wanted.account, order)
    invoice = gateway.get_invoice(wanted.mintsoft_id)
    return happenings.invoice_of(wanted.account, invoice, gateway.clients(), gateway.currencies())

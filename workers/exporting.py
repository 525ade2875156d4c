"""One batch of one connection on its way to Xero.

    claim -> decide (pure) -> items Xero lacks -> seal -> one PUT -> record

Nothing is held across a call to Xero but a lease. What is sealed is on disk before it is sent
and goes out only as it was sealed, under the attempt's id as Idempotency-Key; when that key may
have died, every number is looked up first. Whoever claims a full batch sends the next wake-up
at once, so that one connection's backlog is shared and no other waits behind it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from schemas.connections import ConnectionLostV1
from schemas.exports import Kind
from workers import announcements, books, preparing, settling
from workers.clock import Clock, backoff
from workers.errors import (
    AuthorisationLost,
    Failure,
    Permanent,
    Throttled,
    Transient,
    Uncertain,
)
from workers.intake import EXPORT_QUEUES, Send
from workers.mapping import outcomes
from workers.mapping.decisions import Decision
from workers.mapping.outcomes import Member, Settlement
from workers.store import connections, ledger, outbox, wakeups
from workers.store.connections import ConnectionRow
from workers.store.ledger import Claimed, InAttempt, Resumed
from workers.store.outbox import Notice
from workers.store.wakeups import Wakeup
from workers.xero.gateway import XeroGateway
from workers.xero.results import FoundInvoice, InvoiceOutcome

log = structlog.get_logger(__name__)

RECONNECT = "Reconnect the organisation; everything that waits goes on by itself."

CHART_CODES = frozenset(
    {
        "xero_account_archived",
        "xero_account_invalid",
        "xero_tax_not_for_account",
        "xero_tax_type_invalid",
        "xero_currency_not_enabled",
        "xero_date_locked",
        "xero_tracking_invalid",
    }
)
"""Refusals that our copy of the chart would have foreseen: it is out of date."""

ITEM_INVALID = "xero_item_invalid"
"""Xero denies an item: somebody deleted one that we believed in."""

CONTACT_GONE = frozenset({"xero_contact_archived", "xero_contact_missing"})
"""The linked contact is of no use any more: the next try goes by its name."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that is ours as long as nobody has raised ``tries``."""

    id: UUID
    tries: int

    @property
    def is_repeat(self) -> bool:
        """Whether an earlier try may have been carried out."""
        return self.tries > 1


class Exporter:
    """Sends documents of connections to Xero, a batch at a time."""

    def __init__(
        self,
        pool: ConnectionPool,
        gateway_for: Callable[[ConnectionRow], XeroGateway],
        send: Send,
        clock: Clock,
        web_url: str,
    ) -> None:
        self._pool = pool
        self._gateway_for = gateway_for
        self._send = send
        self._clock = clock
        self._web_url = web_url

    def export(self, connection_id: UUID, kind: Kind) -> None:
        """Move one batch of *connection_id* forward; nothing to do is fine."""
        wakeup = Wakeup(connection_id, EXPORT_QUEUES[kind])
        with self._pool.connection() as conn:
            wakeups.take(conn, wakeup)
        with self._pool.connection() as conn:
            connection = connections.find(conn, connection_id)
            if connection is None or connection.status != "active" or connection.is_paused:
                return
            resumed = self._sealed_attempt(conn, connection, kind)
            claimed = [] if resumed else _claim(conn, connection, kind)
            to_wake = wakeups.wake(conn, [wakeup] if resumed or _is_full(claimed) else [])
        self._send(to_wake)
        run = Run(self._pool, self._gateway_for(connection), self._clock, connection, kind)
        with structlog.contextvars.bound_contextvars(connection=str(connection_id), kind=kind):
            if resumed:
                run.resume(resumed)
            elif claimed:
                run.send(claimed, self._web_url)

    def _sealed_attempt(
        self, conn: Connection, connection: ConnectionRow, kind: Kind
    ) -> Resumed | None:
        """Return a sealed attempt to go on with; let go of those that were never sealed."""
        while resumed := ledger.take_over(conn, connection.id, kind):
            if resumed.state == "sealed":
                return resumed
            give_back(conn, connection, kind, resumed.id, self._clock)
        return None

    def preview(self, connection: ConnectionRow, kind: Kind, document: Claimed) -> Decision:
        """Return what would become of *document* now; creates nothing in Xero.

        Raises LookupError while the connection has no mapping, and what the gateway raises
        when the chart must be read first.
        """
        chart = books.read_chart(self._pool, self._gateway_for(connection), connection.id)
        with self._pool.connection() as conn:
            context = books.context(conn, connection, chart, self._web_url)
        return preparing.decide_one(document, kind, context).decision


def _claim(conn: Connection, connection: ConnectionRow, kind: Kind) -> list[Claimed]:
    if connection.mapping_revision is None:
        return []
    return ledger.claim(conn, connection.id, kind)


def _is_full(claimed: Sequence[Claimed]) -> bool:
    """Whether more may be due: the batch is full, or one went alone."""
    return len(claimed) == ledger.BATCH or any(each.alone for each in claimed)


def give_back(
    conn: Connection, connection: ConnectionRow, kind: Kind, attempt_id: UUID, clock: Clock
) -> None:
    """Let go of the documents of an attempt that ended without a word before it was sealed."""
    settled = [
        (each, settling.by_crash(each, clock.rng)) for each in ledger.in_attempt(conn, attempt_id)
    ]
    settle_unsent(conn, connection, kind, attempt_id, settled)
    ledger.finish(conn, attempt_id, "abandoned")


def settle_unsent(
    conn: Connection,
    connection: ConnectionRow,
    kind: Kind,
    attempt_id: UUID,
    settled: Sequence[tuple[Claimed | InAttempt, Settlement]],
) -> None:
    """Write where documents stand that were not sent, and say so where others must hear."""
    ledger.settle(conn, attempt_id, [settlement for _, settlement in settled])
    found = [
        announcements.of_settlement(
            connection, kind, document.mintsoft_id, settlement, document.traceparent
        )
        for document, settlement in settled
    ]
    outbox.add(conn, [notice for notice in found if notice is not None])


class Run:
    """One attempt of one connection, from its claim to its record."""

    def __init__(
        self,
        pool: ConnectionPool,
        gateway: XeroGateway,
        clock: Clock,
        connection: ConnectionRow,
        kind: Kind,
    ) -> None:
        self._pool = pool
        self._gateway = gateway
        self._clock = clock
        self._connection = connection
        self._kind = kind

    def send(self, claimed: Sequence[Claimed], web_url: str) -> None:
        """Decide, seal and send freshly *claimed* documents."""
        attempt = Attempt(claimed[0].attempt_id, 1)
        try:
            decided = preparing.prepare(
                self._pool, self._gateway, self._connection, self._kind, claimed, web_url
            )
            body = self._seal(attempt, decided)
        except Failure as failure:
            self._release(attempt, failure)
        except psycopg.Error:
            raise  # the database is away: the lease will end
        except Exception:
            log.exception("export.not_prepared", attempt=str(attempt.id))
            self._give_back(attempt)
        else:
            if body is not None:
                self._put(attempt, body)

    def resume(self, resumed: Resumed) -> None:
        """Go on with an attempt whose outcome nobody knows."""
        attempt = Attempt(resumed.id, resumed.tries)
        log.info("export.resumed", attempt=str(attempt.id), tries=attempt.tries)
        if resumed.key_lives and resumed.body is not None:
            self._put(attempt, resumed.body)
        else:
            self._look_up(attempt)

    def _seal(self, attempt: Attempt, decided: Sequence[preparing.Decided]) -> bytes | None:
        """Put on disk what will be sent, settle what will not. None: nothing is to be sent."""
        with self._pool.connection() as conn:
            if not ledger.hold(conn, attempt.id, attempt.tries):
                return None
            now = {each.document_id: each for each in ledger.in_attempt(conn, attempt.id)}
            ready, rest = preparing.split(decided, now)
            settle_unsent(conn, self._connection, self._kind, attempt.id, rest)
            if not ready:
                ledger.finish(conn, attempt.id, "nothing to send")
                return None
            body = preparing.body_of(ready)
            ledger.seal(conn, attempt.id, body, [preparing.member_of(each) for each in ready])
        return body

    def _give_back(self, attempt: Attempt) -> None:
        with self._pool.connection() as conn:
            if ledger.hold(conn, attempt.id, attempt.tries):
                give_back(conn, self._connection, self._kind, attempt.id, self._clock)

    def _put(self, attempt: Attempt, body: bytes) -> None:
        try:
            answers = self._gateway.put_invoices(body, attempt.id)
        except Failure as failure:
            self._failed(attempt, failure)
            return
        try:
            found = self._look_up_taken(answers)
        except Failure as failure:
            self._repeat(attempt, failure)
            return
        rng = self._clock.rng
        self._record(
            attempt,
            "answered",
            lambda member: settling.by_answer(member, answers[member.position], found, rng),
            body,
        )

    def _look_up_taken(self, answers: Sequence[InvoiceOutcome]) -> dict[str, FoundInvoice]:
        """Return what has the numbers that Xero calls taken: an earlier try may have done it."""
        taken = [answer.number for answer in answers if settling.is_taken(answer)]
        return self._gateway.invoices_by_number(taken) if taken else {}

    def _look_up(self, attempt: Attempt) -> None:
        """The key may have died: record what Xero has, send again only what it lacks."""
        with self._pool.connection() as conn:
            numbers = [each.invoice_number for each in ledger.members(conn, attempt.id)]
        try:
            found = self._gateway.invoices_by_number(numbers)
        except Failure as failure:
            self._repeat(attempt, failure)
            return
        rng = self._clock.rng
        self._record(attempt, "looked up", lambda each: settling.by_look_up(each, found, rng))

    def _record(
        self,
        attempt: Attempt,
        outcome: str,
        settle: Callable[[Member], Settlement],
        body: bytes = b"",
    ) -> None:
        with self._pool.connection() as conn:
            if not ledger.hold(conn, attempt.id, attempt.tries):
                log.warning("export.taken_over", attempt=str(attempt.id))
                return
            settled = [(member, settle(member)) for member in ledger.members(conn, attempt.id)]
            ledger.settle(conn, attempt.id, [settlement for _, settlement in settled])
            ledger.finish(conn, attempt.id, outcome)
            connections.unpause(conn, self._connection.id)
            self._consequences(conn, settled)
            self._learn(conn, settled, body)
        log.info("export.recorded", attempt=str(attempt.id), outcome=outcome, **_counts(settled))

    def _consequences(self, conn: Connection, settled: Sequence[tuple[Member, Settlement]]) -> None:
        """Say what became of the documents, and have orders that are in Xero tagged."""
        short_code = connections.short_code(conn, self._connection.id)
        found = [
            announcements.of_member(self._connection, short_code, member, settlement)
            for member, settlement in settled
        ]
        outbox.add(conn, [notice for notice in found if notice is not None])
        in_xero = [each.document_id for _, each in settled if each.in_xero is not None]
        if self._kind is Kind.ORDER and in_xero:
            ledger.add_tags(conn, in_xero)

    def _learn(
        self, conn: Connection, settled: Sequence[tuple[Member, Settlement]], body: bytes
    ) -> None:
        """Remember contacts; forget what Xero has shown to be wrong."""
        connection_id = self._connection.id
        connections.link_contacts(conn, connection_id, _contact_links(settled))
        for key in _lost_contacts(settled):
            connections.unlink_contact(conn, connection_id, key)
        if lost := [member.position for member, each in settled if _code(each) == ITEM_INVALID]:
            connections.forget_items(conn, connection_id, preparing.items_in(body, lost))
        if any(_code(each) in CHART_CODES for _, each in settled):
            connections.chart_is_stale(conn, connection_id)

    def _failed(self, attempt: Attempt, failure: Failure) -> None:
        """Settle by the kind of failure. Whatever a repeat meets, its first try may have worked."""
        if isinstance(failure, Uncertain) or attempt.is_repeat:
            self._repeat(attempt, failure)
        elif isinstance(failure, Permanent):
            self._refused_whole(attempt, failure)
        else:
            self._release(attempt, failure)

    def _repeat(self, attempt: Attempt, failure: Failure) -> None:
        """Nobody knows what was carried out: the sealed attempt comes up again."""
        log.warning("export.repeat", attempt=str(attempt.id), failure=str(failure))
        with self._pool.connection() as conn:
            if ledger.hold(conn, attempt.id, attempt.tries):
                ledger.repeat_later(conn, attempt.id, self._delay(failure, attempt.tries))
        self._tell(failure)

    def _delay(self, failure: Failure, tries: int) -> timedelta:
        if isinstance(failure, Throttled):
            return max(failure.until - self._clock.now(), timedelta(seconds=1))
        return backoff(tries, self._clock.rng)

    def _release(self, attempt: Attempt, failure: Failure) -> None:
        """Nothing was carried out: the documents go back to waiting."""
        log.warning("export.released", attempt=str(attempt.id), failure=str(failure))
        with self._pool.connection() as conn:
            if not ledger.hold(conn, attempt.id, attempt.tries):
                return
            documents = ledger.in_attempt(conn, attempt.id)
            only = len(documents) == 1
            settled = [
                (each, settling.by_failure(each, failure, self._clock.rng, only=only))
                for each in documents
            ]
            settle_unsent(conn, self._connection, self._kind, attempt.id, settled)
            ledger.finish(conn, attempt.id, type(failure).__name__.lower())
        self._tell(failure)

    def _tell(self, failure: Failure) -> None:
        """Let the rest of the fleet know: a closed or troubled Xero is not asked for each batch."""
        connection = self._connection
        with self._pool.connection() as conn:
            match failure:
                case Throttled(until=until):
                    connections.pause_until(conn, connection.id, until)
                case Transient():
                    delay = backoff(connection.outages + 1, self._clock.rng)
                    connections.pause_for(conn, connection.id, delay)
                case AuthorisationLost(cause=cause):
                    lose(conn, connection, cause)

    def _refused_whole(self, attempt: Attempt, failure: Permanent) -> None:
        """Xero refuses the batch as such: each goes alone, so that one can't hold the others."""
        with self._pool.connection() as conn:
            only_one = len(ledger.members(conn, attempt.id)) == 1
        if only_one:
            self._record(
                attempt,
                "refused",
                lambda member: outcomes.refused(member, failure.reason, failure.detail),
            )
        else:
            now = timedelta()
            self._record(attempt, "refused", lambda each: outcomes.again(each, now, alone=True))


def lose(conn: Connection, connection: ConnectionRow, cause: str) -> None:
    """Tell everyone, once, that Xero lets this connection in no more."""
    if connections.lose(conn, connection.id, cause) is not None:
        outbox.add(conn, [_lost_notice(connection, cause)])
        log.error("connection.lost", cause=cause)


def _lost_notice(connection: ConnectionRow, cause: str) -> Notice:
    data = ConnectionLostV1(
        connection_id=connection.id,
        mode=connection.mode,
        tenant_id=connection.tenant_id,
        reason=cause,
        remedy=RECONNECT,
    )
    return Notice("connection.lost.v1", connection.account, str(connection.id), data)


def _contact_links(settled: Sequence[tuple[Member, Settlement]]) -> dict[str, UUID]:
    return {
        member.contact_key: settlement.in_xero.contact_id
        for member, settlement in settled
        if member.contact_key
        and settlement.in_xero is not None
        and settlement.in_xero.contact_id is not None
    }


def _lost_contacts(settled: Sequence[tuple[Member, Settlement]]) -> set[str]:
    return {
        member.contact_key
        for member, settlement in settled
        if member.contact_key and _code(settlement) in CONTACT_GONE
    }


def _code(settlement: Settlement) -> str | None:
    return settlement.reason.code if settlement.reason else None


def _counts(settled: Sequence[tuple[Member, Settlement]]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for _, settlement in settled:
        counts[settlement.status.value] = counts.get(settlement.status.value, 0) + 1
    return counts

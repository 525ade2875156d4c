"""One batch of one connection on its way to Xero.

    claim -> decide (pure) -> items Xero lacks -> seal -> one PUT -> record

Nothing is held across a call to Xero but a lease. What is sealed is on disk before it is sent
and goes out only as it was sealed, under the attempt's id as Idempotency-Key; when that key may
have died, every number is looked up first. Whoever claims a full batch sends the next wake-up
at once, so that one connection's backlog is shared and no other waits behind it.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from schemas.exports import Kind
from workers import books, preparing, settling, tracing
from workers.clock import Clock
from workers.errors import Failure, Permanent, Uncertain
from workers.intake import EXPORT_QUEUES, Send
from workers.mapping import halving, outcomes
from workers.mapping.decisions import Decision
from workers.metrics import meters
from workers.recording import CRASHING, Attempt, Recorder, give_back, give_up, settle_unsent
from workers.store import connections, drafts, ledger, wakeups
from workers.store.connections import ConnectionRow
from workers.store.ledger import Claimed, Resumed
from workers.store.wakeups import Wakeup
from workers.xero.gateway import XeroGateway
from workers.xero.results import FoundInvoice, InvoiceOutcome

log = structlog.get_logger(__name__)

Patience = Callable[[Connection, UUID], timedelta]
"""How long an organisation's documents may gather before a call that is not full is worth it."""


class Exporter:
    """Sends documents of connections to Xero, a batch at a time."""

    def __init__(
        self,
        pool: ConnectionPool,
        gateway_for: Callable[[ConnectionRow], XeroGateway],
        send: Send,
        clock: Clock,
        web_url: str,
        patience: Patience,
    ) -> None:
        self._pool = pool
        self._gateway_for = gateway_for
        self._send = send
        self._clock = clock
        self._web_url = web_url
        self._patience = patience

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
            claimed = [] if resumed else self._claim(conn, connection, kind)
            to_wake = wakeups.wake(conn, [wakeup] if resumed or _is_full(claimed) else [])
        self._send(to_wake)
        run = Run(self._pool, self._gateway_for(connection), self._clock, connection, kind)
        with structlog.contextvars.bound_contextvars(connection=str(connection_id), kind=kind):
            if resumed:
                run.resume(resumed)
            elif claimed:
                run.send(claimed, self._web_url)

    def _claim(self, conn: Connection, connection: ConnectionRow, kind: Kind) -> list[Claimed]:
        """Claim what is due; nothing while documents gather. The sweep looks again in seconds."""
        assert connection.tenant_id is not None, "an active connection has an organisation"
        patience = self._patience(conn, connection.tenant_id)
        if patience and not ledger.worth_a_call(conn, connection.id, kind, patience):
            return []
        return _claim(conn, connection, kind)

    def _sealed_attempt(
        self, conn: Connection, connection: ConnectionRow, kind: Kind
    ) -> Resumed | None:
        """Return a sealed attempt to go on with; let go of those never sealed, or hopeless."""
        while resumed := ledger.take_over(conn, connection.id, kind):
            meters.RESUMED.labels("crash").inc()
            if resumed.state != "sealed":
                give_back(conn, connection, kind, resumed.id, self._clock)
            elif resumed.crashes >= outcomes.HOPELESS:
                give_up(conn, connection, kind, resumed.id, CRASHING)
            else:
                return resumed
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
    room = _room_for_drafts(conn, connection) if connection.is_drafting else ledger.BATCH
    return ledger.claim(conn, connection.id, kind, min(room, ledger.BATCH)) if room else []


def _room_for_drafts(conn: Connection, connection: ConnectionRow) -> int:
    """Return how many documents may still go as drafts; the others learn why they wait."""
    found = drafts.locked_progress(conn, connection.id)
    if found.is_full:
        drafts.hold(conn, connection.id, found.wanted)
    return found.room


def _is_full(claimed: Sequence[Claimed]) -> bool:
    """Whether more may be due: the batch is full, or one went alone."""
    return len(claimed) == ledger.BATCH or any(each.alone for each in claimed)


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
        self._recorder = Recorder(pool, clock, connection, kind)

    def send(self, claimed: Sequence[Claimed], web_url: str) -> None:
        """Decide, seal and send freshly *claimed* documents."""
        attempt = Attempt(claimed[0].attempt_id, 1)
        self._tell_claimed(attempt, claimed)
        parents = [each.traceparent for each in claimed]
        with tracing.span("export", parents, attempt=str(attempt.id), documents=len(claimed)):
            self._send(attempt, claimed, web_url)

    def _tell_claimed(self, attempt: Attempt, claimed: Sequence[Claimed]) -> None:
        documents = [tracing.ref(self._kind, each.mintsoft_id) for each in claimed]
        log.info("export.claimed", attempt=str(attempt.id), documents=documents)
        for each in claimed:
            if each.first_wait is not None:
                meters.WAITED.labels(self._kind.value).observe(each.first_wait)

    def _send(self, attempt: Attempt, claimed: Sequence[Claimed], web_url: str) -> None:
        try:
            with meters.STAGE.labels("prepare").time():
                decided = preparing.prepare(
                    self._pool, self._gateway, self._connection, self._kind, claimed, web_url
                )
            body = self._seal(attempt, decided)
        except Failure as failure:
            self._recorder.release(attempt, failure)
        except psycopg.Error:
            raise  # the database is away: the lease will end
        except Exception:
            log.exception("export.not_prepared", attempt=str(attempt.id))
            self._recorder.give_back(attempt)
        else:
            if body is not None:
                self._put(attempt, body)

    def resume(self, resumed: Resumed) -> None:
        """Go on with an attempt whose outcome nobody knows.

        One that has ended three workers is not sent again: first Xero is asked what it has.
        """
        attempt = Attempt(resumed.id, resumed.tries, resumed.crashes)
        log.info("export.resumed", attempt=str(attempt.id), tries=attempt.tries)
        suspect = resumed.crashes + resumed.crashes_before >= outcomes.CRASHES
        meters.RESUMED.labels("crash" if resumed.crashes else "repeat").inc()
        with tracing.span("resume", attempt=str(attempt.id), tries=attempt.tries):
            if resumed.key_lives and resumed.body and not suspect:
                self._put(attempt, resumed.body)
            else:
                self._look_up(attempt, was_sent=bool(resumed.body))

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

    def _put(self, attempt: Attempt, body: bytes) -> None:
        try:
            with (
                meters.STAGE.labels("send").time(),
                tracing.span("PUT Invoices", kind=tracing.CLIENT, attempt=str(attempt.id)),
            ):
                answers = self._gateway.put_invoices(body, attempt.id)
        except Failure as failure:
            self._failed(attempt, failure)
            return
        try:
            found = self._look_up_refused(attempt, answers)
        except Failure as failure:
            self._recorder.repeat(attempt, failure)
            return
        rng = self._clock.rng
        self._recorder.record(
            attempt,
            "answered",
            lambda member: settling.by_answer(member, answers[member.position], found, rng),
            body,
        )

    def _look_up_refused(
        self, attempt: Attempt, answers: Sequence[InvoiceOutcome]
    ) -> dict[str, FoundInvoice]:
        """Return what Xero has under numbers that it refused and an earlier try may have used.

        A repeat may be refused for another reason than the number: Xero had forgotten the key,
        and an account was archived in between.
        """
        doubtful = settling.refused if attempt.is_repeat else settling.taken
        numbers = doubtful(answers)
        return self._gateway.invoices_by_number(numbers) if numbers else {}

    def _look_up(self, attempt: Attempt, *, was_sent: bool) -> None:
        """The key may have died: record what Xero has, send again only what it lacks.

        Only one that *was_sent* by itself may be blamed; a part of an attempt never was.
        """
        with self._pool.connection() as conn:
            numbers = [each.invoice_number for each in ledger.members(conn, attempt.id)]
        only = was_sent and len(numbers) == 1
        try:
            found = self._gateway.invoices_by_number(numbers)
        except Permanent as refusal:
            self._recorder.give_up(attempt, refusal)
            return
        except Failure as failure:
            self._recorder.repeat(attempt, failure)
            return
        rng = self._clock.rng
        self._recorder.record(
            attempt,
            "looked up",
            lambda each: settling.by_look_up(each, found, rng, crashes=attempt.crashes, only=only),
        )

    def _failed(self, attempt: Attempt, failure: Failure) -> None:
        """Settle by the kind of failure. Whatever a repeat meets, its first try may have worked."""
        if isinstance(failure, Uncertain) or attempt.is_repeat:
            self._recorder.repeat(attempt, failure)
        elif isinstance(failure, Permanent):
            self._refused_whole(attempt, failure)
        else:
            self._recorder.release(attempt, failure)

    def _refused_whole(self, attempt: Attempt, failure: Permanent) -> None:
        """Xero refuses the batch as such: it is halved, so that one can't hold the others."""
        with self._pool.connection() as conn:
            members = [each.document_id for each in ledger.members(conn, attempt.id)]
        halves = dict(zip(members, halving.halves(attempt.id, len(members)), strict=True))
        self._recorder.record(
            attempt,
            "refused",
            lambda each: settling.by_refusal(each, failure, halves[each.document_id]),
        )

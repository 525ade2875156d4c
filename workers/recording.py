"""What becomes of an attempt is written here: recorded, released, or left to be repeated.

Each in one transaction under the attempt's lock, so that an attempt that was taken over by
another worker is never written by its old holder. What others must hear goes into the outbox
in the same transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from schemas.exports import Kind
from workers import announcements, losing, preparing, settling, tracing
from workers.clock import Clock, backoff
from workers.errors import AuthorisationLost, Failure, Permanent, Throttled, Transient
from workers.mapping import halving, outcomes
from workers.mapping.outcomes import Member, Settlement
from workers.metrics import meters
from workers.settled import settle
from workers.store import connections, ledger
from workers.store.connections import ConnectionRow
from workers.store.ledger import Claimed, InAttempt

log = structlog.get_logger(__name__)

CHART_CODES = frozenset(
    {
        "xero_account_archived",
        "xero_account_unknown",
        "xero_account_invalid",
        "xero_tax_not_for_account",
        "xero_tax_type_invalid",
        "xero_currency_not_enabled",
        "xero_date_locked",
        "xero_tracking_invalid",
        "xero_tracking_option_invalid",
    }
)
"""Refusals that our copy of the chart would have foreseen: it is out of date."""

ITEM_INVALID = "xero_item_invalid"
"""Xero denies an item: somebody deleted one that we believed in."""

CONTACT_GONE = frozenset({"xero_contact_archived", "xero_contact_missing"})
"""The linked contact is of no use any more: the next try goes by its name."""


REFUSED = "Xero refuses to search for it"
"""Why an attempt is given up whose look-up is answered, but not with what Xero has."""

CRASHING = "that ended this program again and again"
"""Why an attempt is given up whose look-up ends its workers."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that is ours as long as nobody has raised ``tries``.

    ``crashes``: its holders before us, in a row, that ended without a word.
    """

    id: UUID
    tries: int
    crashes: int = 0

    @property
    def is_repeat(self) -> bool:
        """Whether an earlier try may have been carried out."""
        return self.tries > 1


Settled = tuple[Member, Settlement]


class Recorder:
    """Writes how the attempts of one connection ended. Reaches no other system."""

    def __init__(
        self, pool: ConnectionPool, clock: Clock, connection: ConnectionRow, kind: Kind
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._connection = connection
        self._kind = kind

    def record(
        self,
        attempt: Attempt,
        outcome: str,
        outcome_of: Callable[[Member], Settlement],
        body: bytes = b"",
    ) -> None:
        """Write where each member stands by *outcome_of*; *body* is what was sent."""
        with meters.STAGE.labels("record").time(), self._pool.connection() as conn:
            if not ledger.hold(conn, attempt.id, attempt.tries):
                log.warning("export.taken_over", attempt=str(attempt.id))
                return
            settled = [(member, outcome_of(member)) for member in ledger.members(conn, attempt.id)]
            short_code = connections.short_code(conn, self._connection.id)
            notice = partial(announcements.of_member, self._connection, short_code)
            settle(conn, attempt.id, settled, notice)
            ledger.finish(conn, attempt.id, outcome)
            self._tag(conn, settled)
            self._learn(conn, settled, body)
        if outcome == "answered":
            with self._pool.connection() as conn:  # apart: who disconnects holds this row first
                connections.unpause(conn, self._connection.id)
        log.info("export.recorded", attempt=str(attempt.id), outcome=outcome, **_counts(settled))
        meters.ATTEMPTS.labels(outcome.replace(" ", "_")).inc()
        tell(self._kind, attempt.id, settled)

    def _tag(self, conn: Connection, settled: Sequence[Settled]) -> None:
        """Have orders that are in Xero tagged."""
        in_xero = [each.document_id for _, each in settled if each.in_xero is not None]
        if self._kind is Kind.ORDER and in_xero:
            ledger.add_tags(conn, in_xero)

    def _learn(self, conn: Connection, settled: Sequence[Settled], body: bytes) -> None:
        """Remember contacts; forget what Xero has shown to be wrong."""
        connection_id = self._connection.id
        connections.link_contacts(conn, connection_id, _contact_links(settled))
        for key in _lost_contacts(settled):
            connections.unlink_contact(conn, connection_id, key)
        if lost := [member.position for member, each in settled if _code(each) == ITEM_INVALID]:
            connections.forget_items(conn, connection_id, preparing.items_in(body, lost))
        if any(_code(each) in CHART_CODES for _, each in settled):
            connections.chart_is_stale(conn, connection_id)

    def repeat(self, attempt: Attempt, failure: Failure) -> None:
        """Nobody knows what was carried out: the sealed attempt comes up again."""
        log.warning("export.repeat", attempt=str(attempt.id), failure=str(failure))
        meters.ATTEMPTS.labels("repeat").inc()
        with self._pool.connection() as conn:
            if ledger.hold(conn, attempt.id, attempt.tries):
                ledger.repeat_later(conn, attempt.id, self._delay(failure, attempt.tries))
        self._tell(failure)

    def give_up(self, attempt: Attempt, refusal: Permanent) -> None:
        """Xero refuses to say what it has of the attempt."""
        with self._pool.connection() as conn:
            if ledger.hold(conn, attempt.id, attempt.tries):
                words = (REFUSED, refusal.detail)
                give_up(conn, self._connection, self._kind, attempt.id, *words)

    def _delay(self, failure: Failure, tries: int) -> timedelta:
        if isinstance(failure, Throttled):
            return max(failure.until - self._clock.now(), timedelta(seconds=1))
        return backoff(tries, self._clock.rng)

    def release(self, attempt: Attempt, failure: Failure) -> None:
        """Nothing was carried out: the documents go back to waiting."""
        log.warning("export.released", attempt=str(attempt.id), failure=str(failure))
        with self._pool.connection() as conn:
            if not ledger.hold(conn, attempt.id, attempt.tries):
                return
            documents = ledger.in_attempt(conn, attempt.id)
            halves = halving.halves(attempt.id, len(documents))
            settled = [
                (each, settling.by_failure(each, failure, self._clock.rng, half=half))
                for each, half in zip(documents, halves, strict=True)
            ]
            settle_unsent(conn, self._connection, self._kind, attempt.id, settled)
            ledger.finish(conn, attempt.id, type(failure).__name__.lower())
        meters.ATTEMPTS.labels("released").inc()
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
                case AuthorisationLost():
                    losing.lose(conn, connection, failure)

    def give_back(self, attempt: Attempt) -> None:
        """Something unforeseen happened before anything was sent."""
        with self._pool.connection() as conn:
            if ledger.hold(conn, attempt.id, attempt.tries):
                give_back(conn, self._connection, self._kind, attempt.id, self._clock)


def tell(
    kind: Kind,
    attempt_id: UUID,
    settled: Sequence[tuple[Member | Claimed | InAttempt, Settlement]],
) -> None:
    """Say of each document what became of it: to the log, to its publisher's trace, by number."""
    for document, settlement in settled:
        named = tracing.ref(kind, document.mintsoft_id)
        status, code = settlement.status.value, _code(settlement)
        log.info(
            "document.settled",
            document=named,
            status=status,
            reason=code,
            attempt=str(attempt_id),
            trace=tracing.trace_id(document.traceparent),
        )
        meters.DOCUMENTS.labels(kind.value, status).inc()
        tracing.tell(
            f"document {status}",
            document.traceparent,
            document=named,
            reason=code or "",
            attempt=str(attempt_id),
        )


def give_back(
    conn: Connection, connection: ConnectionRow, kind: Kind, attempt_id: UUID, clock: Clock
) -> None:
    """Let go of the documents of an attempt that ended without a word before it was sealed."""
    settled = [
        (each, settling.by_crash(each, clock.rng)) for each in ledger.in_attempt(conn, attempt_id)
    ]
    settle_unsent(conn, connection, kind, attempt_id, settled)
    ledger.finish(conn, attempt_id, "abandoned")


def give_up(
    conn: Connection,
    connection: ConnectionRow,
    kind: Kind,
    attempt_id: UUID,
    cause: str,
    detail: str = "",
) -> None:
    """Take apart an attempt that can't be looked up; whoever is alone in it is set aside.

    A part that crashes once is taken apart as well: something in it is known to be bad.
    """
    members = ledger.members(conn, attempt_id)
    halves = halving.halves(attempt_id, len(members))
    if None in halves:
        notice = partial(announcements.of_document, connection, kind)
        settled = [(each, outcomes.unknown(each, cause, detail)) for each in members]
        settle(conn, attempt_id, settled, notice)
    else:
        ledger.take_apart(conn, attempt_id, members, halves, outcomes.HOPELESS - 1)
    ledger.finish(conn, attempt_id, "given up")
    log.error("export.given_up", attempt=str(attempt_id), documents=len(members), cause=cause)


def settle_unsent(
    conn: Connection,
    connection: ConnectionRow,
    kind: Kind,
    attempt_id: UUID,
    settled: Sequence[tuple[Claimed | InAttempt, Settlement]],
) -> None:
    """Write where documents stand that were not sent, and say so where others must hear."""
    settle(conn, attempt_id, settled, partial(announcements.of_document, connection, kind))
    tell(kind, attempt_id, settled)


def _contact_links(settled: Sequence[Settled]) -> dict[str, UUID]:
    return {
        member.contact_key: settlement.in_xero.contact_id
        for member, settlement in settled
        if member.contact_key
        and settlement.in_xero is not None
        and settlement.in_xero.contact_id is not None
    }


def _lost_contacts(settled: Sequence[Settled]) -> set[str]:
    return {
        member.contact_key
        for member, settlement in settled
        if member.contact_key and _code(settlement) in CONTACT_GONE
    }


def _code(settlement: Settlement) -> str | None:
    return settlement.reason.code if settlement.reason else None


def _counts(settled: Sequence[Settled]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for _, settlement in settled:
        counts[settlement.status.value] = counts.get(settlement.status.value, 0) + 1
    return counts

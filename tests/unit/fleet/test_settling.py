"""Failures of a whole batch, and what they mean for each document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from schemas.exports import Status
from workers import settling
from workers.clock import BACKOFF_LIMIT, backoff
from workers.errors import AuthorisationLost, Failure, Permanent, Throttled, Transient, Uncertain
from workers.mapping.reasons import Cure, Reason
from workers.store.ledger import InAttempt

UNTIL = datetime(2026, 11, 2, 12, tzinfo=UTC)
WHY = Reason("xero_too_large", "too large", "split it", Cure.PERSON)
HALF = UUID(int=5)
DOCUMENT = InAttempt(1, 7, UNTIL, 2, 0, False, None, None)

CASES = [
    (Throttled(UNTIL, "minute"), Status.WAITING, 2),
    (Transient("down"), Status.WAITING, 3),
    (Uncertain("no answer"), Status.WAITING, 3),
    (AuthorisationLost("gone"), Status.WAITING, 2),
    (Permanent(WHY), Status.NEEDS_ATTENTION, 0),
]


@pytest.mark.parametrize(("failure", "status", "failures"), CASES)
def test_by_failure(failure: Failure, status: Status, failures: int) -> None:
    """Throttled and locked out are not failed; only trouble counts as a failure."""
    settled = settling.by_failure(DOCUMENT, failure, Random(1), half=None)
    assert (settled.status, settled.failures) == (status, failures)


def test_throttled_documents_are_due_when_the_limit_opens() -> None:
    """The due time is Xero's, not a guess."""
    settled = settling.by_failure(DOCUMENT, Throttled(UNTIL, "day"), Random(1), half=HALF)
    assert settled.due_at == UNTIL


def test_a_withdrawn_document_is_not_sent_again() -> None:
    """Whatever failed: it was taken back meanwhile."""
    gone = replace(DOCUMENT, withdrawal="changed their mind")
    settled = settling.by_failure(gone, Transient("down"), Random(1), half=HALF)
    assert settled.status is Status.WITHDRAWN


def test_a_refusal_of_the_whole_batch_sends_its_halves() -> None:
    """One bad document must not condemn its neighbours."""
    settled = settling.by_failure(DOCUMENT, Permanent(WHY), Random(1), half=HALF)
    assert (settled.status, settled.alone, settled.half) == (Status.WAITING, True, HALF)


@pytest.mark.parametrize("failure", [Throttled(UNTIL, "minute"), Transient("down")])
def test_what_has_nothing_to_do_with_a_half_leaves_it_together(failure: Failure) -> None:
    """The search for the bad document goes on where it was."""
    half = replace(DOCUMENT, alone=True, half=HALF)
    settled = settling.by_failure(half, failure, Random(1), half=UUID(int=6))
    assert (settled.alone, settled.half) == (True, HALF)


def test_a_document_that_ends_its_attempts_goes_alone_and_is_then_set_aside() -> None:
    """Twice it may be bad luck; the third time a person must look."""
    found = [
        settling.by_crash(replace(DOCUMENT, crashes=crashes, alone=crashes > 1), Random(1))
        for crashes in (0, 1, 2)
    ]
    assert [each.status for each in found] == [
        Status.WAITING,
        Status.WAITING,
        Status.NEEDS_ATTENTION,
    ]
    assert [each.alone for each in found] == [False, True, False]


def test_backoff_grows_with_jitter_to_half_an_hour() -> None:
    """Each pause lies in the upper half of a ceiling that doubles; huge counts don't overflow."""
    rng = Random(1)
    for failures, ceiling in [(1, 2), (2, 4), (5, 32), (10, 1024), (11, 1800), (10_000, 1800)]:
        pause = backoff(failures, rng)
        assert timedelta(seconds=ceiling / 2) <= pause <= timedelta(seconds=ceiling)
    assert timedelta(minutes=30) == BACKOFF_LIMIT

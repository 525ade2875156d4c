"""What an event changes about a document, as a table over all states it may stand in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.exports import Kind, Status
from workers.mapping.arrivals import SKIPPED_BY_PERSON, Arrival, Key, Standing, arrive
from workers.mapping.reasons import Cure, Reason

KEY = Key(UUID(int=1), Kind.ORDER, 7)
T0 = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHY = Reason("totals_differ", "they differ", "mend them", Cure.MINTSOFT)
BY_PERSON = Reason(SKIPPED_BY_PERSON, "not wanted", "", Cure.PERSON)


def standing(status: Status, **more: object) -> Standing:
    base = Standing(KEY, 3, "ORD-7", status, T0, None, Decimal(10), "GBP")
    return replace(base, **more)  # type: ignore[arg-type]


def posted(status: Status = Status.POSTED) -> Standing:
    reason = WHY if status is Status.NEEDS_ATTENTION else None
    return standing(
        status,
        xero_id=UUID(int=2),
        xero_number="MS-7",
        xero_total=Decimal(10),
        exported_total=Decimal(10),
        exported_currency="GBP",
        reason=reason,
    )


def document(version: datetime, total: int = 10, *, asked_for: bool = True) -> Arrival:
    return Arrival(KEY, 3, "ORD-7", version, "{}", Decimal(total), "GBP", asked_for=asked_for)


def withdrawal(version: datetime) -> Arrival:
    return Arrival(KEY, 3, "7", version, withdrawal="changed their mind")


NEW = [
    (document(T0), Status.WAITING),
    (document(T0, asked_for=False), Status.READY),
    (withdrawal(T0), Status.WITHDRAWN),
]


@pytest.mark.parametrize(("arrival", "expected"), NEW)
def test_a_document_not_seen_before(arrival: Arrival, expected: Status) -> None:
    """It waits, is ready for a person, or leaves the mark of its withdrawal."""
    assert arrive(None, arrival).status is expected


NEWER = [
    (standing(Status.READY), document(T0 + HOUR), Status.WAITING),
    (standing(Status.WAITING), document(T0 + HOUR), Status.WAITING),
    (standing(Status.SENDING), document(T0 + HOUR, 11), Status.SENDING),
    (standing(Status.NEEDS_ATTENTION, reason=WHY), document(T0 + HOUR), Status.WAITING),
    (standing(Status.SKIPPED, reason=WHY), document(T0 + HOUR), Status.WAITING),
    (standing(Status.SKIPPED, reason=BY_PERSON), document(T0 + HOUR), Status.SKIPPED),
    (standing(Status.WITHDRAWN), document(T0 + HOUR), Status.WAITING),
    (standing(Status.WITHDRAWN), document(T0 + HOUR, asked_for=False), Status.READY),
    (posted(), document(T0 + HOUR), Status.POSTED),
    (posted(), document(T0 + HOUR, 11), Status.NEEDS_ATTENTION),
    (posted(Status.NEEDS_ATTENTION), document(T0 + HOUR), Status.NEEDS_ATTENTION),
    (standing(Status.READY), document(T0 + HOUR, asked_for=False), Status.READY),
    (standing(Status.READY), withdrawal(T0 + HOUR), Status.WITHDRAWN),
    (standing(Status.WAITING), withdrawal(T0 + HOUR), Status.WITHDRAWN),
    (standing(Status.SENDING), withdrawal(T0 + HOUR), Status.SENDING),
    (standing(Status.NEEDS_ATTENTION, reason=WHY), withdrawal(T0 + HOUR), Status.WITHDRAWN),
    (standing(Status.SKIPPED, reason=WHY), withdrawal(T0 + HOUR), Status.WITHDRAWN),
    (standing(Status.WITHDRAWN), withdrawal(T0 + HOUR), Status.WITHDRAWN),
    (posted(), withdrawal(T0 + HOUR), Status.NEEDS_ATTENTION),
]


@pytest.mark.parametrize(
    ("before", "arrival", "expected"),
    NEWER,
    ids=lambda value: getattr(value, "status", None),
)
def test_a_newer_version(before: Standing, arrival: Arrival, expected: Status) -> None:
    """What is in Xero stays there and is reported; all else follows the newer wish."""
    assert arrive(before, arrival).status is expected


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.POSTED])
@pytest.mark.parametrize("arrival", [document(T0), document(T0 - HOUR, 99), withdrawal(T0 - HOUR)])
def test_the_same_or_an_older_version_changes_nothing(status: Status, arrival: Arrival) -> None:
    """The very same object comes back, so nothing is written."""
    before = standing(status)
    assert arrive(before, arrival) is before


def test_mintsoft_says_again_what_xero_has() -> None:
    """Taken back and finalised anew, or changed and changed back: nothing is left to mend."""
    for between in (withdrawal(T0 + HOUR), document(T0 + HOUR, 24)):
        stuck = arrive(posted(), between)
        assert stuck.status is Status.NEEDS_ATTENTION
        mended = arrive(stuck, document(T0 + 2 * HOUR))
        assert (mended.status, mended.reason) == (Status.POSTED, None)


def test_a_second_change_is_compared_with_what_was_exported() -> None:
    """The sentence names what is in Xero, not what stood in between."""
    stuck = arrive(arrive(posted(), document(T0 + HOUR, 24)), document(T0 + 2 * HOUR, 36))
    assert stuck.reason is not None
    assert "10 GBP to 36 GBP" in stuck.reason.message


def test_a_withdrawal_may_seem_a_little_older_than_its_document() -> None:
    """Its event's clock and the document's LastUpdated are two clocks."""
    just_before = withdrawal(T0 - timedelta(seconds=1))
    assert arrive(standing(Status.WAITING), just_before).status is Status.WITHDRAWN


def test_a_withdrawal_said_twice_is_no_news() -> None:
    """Only its version moves, so nobody is told again, and what is older stays older."""
    once = arrive(posted(), withdrawal(T0 + HOUR))
    twice = arrive(once, withdrawal(T0 + 3 * HOUR))
    assert (twice.status, twice.reason) == (once.status, once.reason)
    assert arrive(twice, document(T0 + 2 * HOUR)) is twice


def test_a_withdrawal_while_it_is_sent_is_kept_until_the_answer() -> None:
    """The attempt's members are fixed: the wish stands beside the document meanwhile."""
    assert arrive(standing(Status.SENDING), withdrawal(T0 + HOUR)).withdrawal is not None


EVENTS = st.lists(
    st.tuples(st.integers(0, 6), st.booleans(), st.integers(1, 5)),
    min_size=1,
    max_size=8,
    unique_by=lambda each: each[0],
)


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    events: list[tuple[int, bool, int]], rng: object
) -> None:
    """Whatever comes when: the newest version decides whether and what is to be sent."""
    arrivals = [
        withdrawal(T0 + hour * HOUR) if gone else document(T0 + hour * HOUR, total)
        for hour, gone, total in events
    ]
    shuffled = list(arrivals)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    newest = max(arrivals, key=lambda each: each.version)
    outcome: Standing | None = None
    for arrival in [*shuffled, *arrivals]:
        outcome = arrive(outcome, arrival)
    assert outcome is not None
    assert outcome.version == newest.version
    assert (outcome.status is Status.WITHDRAWN) == (newest.withdrawal is not None)
    if newest.withdrawal is None:
        assert outcome.total == newest.total

"""What is news about a connection, and in which words it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from workers.notices.hook import text_of
from workers.notices.saying import Look, News, Said, after, meanwhile, news
from workers.notices.wording import About, Digest, digest

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=20)

QUIET = Look(flowed_at=NOON, is_late=True)


@pytest.mark.parametrize(
    ("said", "look", "expected"),
    [
        (Said(), Look(), News()),
        (Said(), Look({"a": 1}), News(needs=True)),
        (Said({"a": 1}), Look({"a": 1}), News()),
        (Said({"a": 2}), Look({"a": 1}), News()),
        (Said({"a": 1}), Look({"a": 2}), News(needs=True)),
        (Said({"a": 1}), Look({"b": 1}), News(needs=True)),
        (Said({"a": 0}), Look({"a": 1}), News(needs=True)),
        (Said({"a": 1}), Look(), News(settled=True)),
        (Said({"a": 0}), Look(), News(settled=True)),
        (Said(), Look(lost=True), News(lost=True)),
        (Said(lost=True), Look(lost=True), News()),
        (Said(lost=True), Look(), News(regained=True)),
        (Said(lost=True), Look({"a": 1}), News(regained=True, needs=True)),
        (Said(), QUIET, News(quiet=True)),
        (Said(quiet_since=NOON), QUIET, News()),
        (Said(), Look(lost=True, flowed_at=NOON, is_late=True), News(lost=True)),
        (Said(quiet_since=NOON), Look(flowed_at=NOON), News()),
        (Said(quiet_since=NOON), Look(flowed_at=LATER), News(flows=True)),
        (Said(quiet_since=NOON), Look(flowed_at=LATER, is_late=True), News(quiet=True)),
    ],
)
def test_news(said: Said, look: Look, expected: News) -> None:
    """Once said it is no news; its end is, once; a silence that nobody can measure goes on."""
    assert news(said, look) == expected
    assert not news(after(said, look), look)


def test_fewer_then_more() -> None:
    """Three were said; two are mended in silence; one more is news, though fewer than three."""
    said = meanwhile(Said({"a": 3}), Look({"a": 1}))
    assert said == Said({"a": 1})
    assert news(said, Look({"a": 2})).needs


def test_one_cause_is_gone() -> None:
    """It comes back: that is news; all are gone: that is said once."""
    said = after(Said({"a": 3}), Look({"b": 1}))
    assert said.needs == {"a": 0, "b": 1}
    assert news(said, Look({"a": 1, "b": 1})).needs
    assert after(said, Look()) == Said()


@pytest.mark.parametrize("said", [Said(), Said({"a": 2}, True, NOON)])
def test_what_was_said_is_stored(said: Said) -> None:
    assert Said.of(said.stored()) == said


ABOUT = About(UUID(int=7), "acme", 3)


def _digest(look: Look, told: News) -> Digest:
    return digest(ABOUT, look, told, "https://books.example")


@pytest.mark.parametrize(
    ("look", "told", "subject", "words"),
    [
        (
            Look({"xero_refused": 30, "unknown_code": 7}),
            News(needs=True),
            "acme, client 3: 37 things need you",
            ["37 things need a person:\n- 30: ", "- 7: unknown_code"],
        ),
        (
            Look({"drafts_unconfirmed": 1}),
            News(needs=True),
            "acme, client 3: 1 thing needs you",
            ["- drafts are in Xero, and the other documents wait"],
        ),
        (
            Look(lost=True),
            News(lost=True),
            "acme, client 3: Xero has ended the access",
            ["reconnect the organisation"],
        ),
        (
            QUIET,
            News(quiet=True),
            "acme, client 3: nothing reaches Xero",
            ["since the hour of 20 November 2026, 12:00 UTC"],
        ),
        (
            Look(),
            News(settled=True, regained=True, flows=True),
            "acme, client 3: well again",
            ["lets the connection in again", "reach Xero again", "Nothing needs a person"],
        ),
        (
            Look({"a": 1}),
            News(regained=True),
            "acme, client 3: better, not well yet",
            ["lets the connection in again"],
        ),
    ],
)
def test_words(look: Look, told: News, subject: str, words: list[str]) -> None:
    """Which connection, what, and where to look."""
    found = _digest(look, told)
    assert found.subject == subject
    assert all(each in found.body for each in words)
    assert f"https://books.example/connections/{ABOUT.id}\n" in found.body


def test_many_reasons_are_summed_up() -> None:
    """The most frequent ten one by one."""
    found = _digest(Look({f"r{n}": n for n in range(1, 13)}), News(needs=True))
    assert found.body.count("\n- ") == 11
    assert "- 3 for other reasons" in found.body


def test_nothing_is_markup_for_slack() -> None:
    assert text_of(Digest("a <b>", "a <b>\n\nc & d\n")) == "*a &lt;b&gt;*\nc &amp; d"

"""The overview in one sentence, and its charts."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from workers.console import charts, home, words
from workers.console.charts import Bar
from workers.store.glance import Besides
from workers.store.tallies import Hour, Tally

HERE = UUID(int=7)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def hours(posted: int) -> list[Hour]:
    return [Hour(NOW, 0, 0, 0)] * 23 + [Hour(NOW, posted, posted, 0)]


def figures(**standing: int) -> list[home.Figure]:
    found = [Tally(HERE, "order", each, False, "", count) for each, count in standing.items()]
    return home.figures_of(found, {("posted", False): 2, ("posted", True): 1})


@pytest.mark.parametrize(
    ("status", "standing", "posted", "oldest", "tone", "sentence"),
    [
        ("active", {}, 0, 0, "good", "nothing needs anybody"),
        ("active", {"posted": 9}, 9, 0, "good", "Money is flowing: 9 documents reached Xero"),
        ("active", {"waiting": 4}, 1, 3600, "good", "Money is flowing"),
        ("active", {"waiting": 4}, 0, 60, "good", "All is well"),
        (
            "active",
            {"waiting": 4},
            0,
            7200,
            "bad",
            "Nothing reaches Xero. 4 documents waiting, for up to 2 hours",
        ),
        ("active", {"needs_attention": 37}, 0, 0, "warn", "37 documents need attention"),
        ("active", {"needs_attention": 1}, 5, 0, "warn", "1 document needs attention"),
        ("lost", {"posted": 9}, 9, 0, "bad", "no longer lets us in: 1 connection"),
        ("pending", {"waiting": 4}, 0, 7200, "warn", "No organisation is connected"),
        ("disconnected", {"posted": 9}, 0, 0, "warn", "No organisation is connected"),
    ],
)
def test_the_page_in_one_sentence(
    status: str, standing: dict[str, int], posted: int, oldest: float, tone: str, sentence: str
) -> None:
    """The worst comes first."""
    found = home.verdict({status: 1}, figures(**standing), hours(posted), oldest, Besides())
    assert (found.tone, sentence in found.sentence) == (tone, True), found.sentence


@pytest.mark.parametrize(
    ("held", "besides", "sentence", "path"),
    [
        (0, Besides(imports=1), "1 import needs attention.", "/imports?status=needs_attention"),
        (0, Besides(parked=3), "3 parked messages need attention.", "/parked"),
        (
            12,
            Besides(5, 1),
            "12 documents, 5 imports and 1 parked message need attention.",
            "/documents?status=needs_attention",
        ),
        (1, Besides(parked=1), "1 document and 1 parked message need attention.", "/documents"),
    ],
)
def test_what_is_no_document_is_not_forgotten(
    held: int, besides: Besides, sentence: str, path: str
) -> None:
    """All is well only when no import and no parked message waits for somebody either."""
    found = home.verdict({"active": 1}, figures(needs_attention=held), hours(0), 0, besides)
    assert (found.tone, found.sentence) == ("warn", sentence)
    assert found.path.startswith(path)


def test_what_flows_says_since_when() -> None:
    """Two hours by the clock: the one that runs and the one before."""
    found = home.verdict({"active": 1}, figures(posted=9), hours(9), 0, Besides())
    assert found.sentence == "Money is flowing: 9 documents reached Xero since 09:00 UTC."


def test_figures_have_every_status_and_tell_warnings_apart() -> None:
    found = {
        each.status: (each.standing.word, each.documents, each.today) for each in figures(posted=5)
    }
    assert found["posted"] == ("In Xero", 5, 2)
    assert found["posted_with_warnings"] == ("In Xero with warnings", 0, 1)
    assert [word for word, *_ in found.values()] == [
        "Needs attention",
        "Waiting",
        "Sending",
        "Ready",
        "In Xero",
        "In Xero with warnings",
        "Skipped",
        "Withdrawn",
    ]


@pytest.mark.parametrize(
    ("values", "top"),
    [([], 1), ([0, 0], 1), ([1], 1), ([3], 5), ([37, 2], 50), ([100], 100), ([101], 200)],
)
def test_the_top_of_a_chart_is_round(values: list[int], top: int) -> None:
    assert charts.ceiling(values) == top


def test_bars_stand_on_the_floor_and_little_is_seen() -> None:
    first, none, little = charts.bars([100, 0, 1], 100)
    assert first == Bar(16.0, 0.0, 128.0, 120.0)
    assert none.height == 0
    assert little.height == charts.FLOOR


def test_a_line_goes_from_edge_to_edge() -> None:
    assert charts.line([0, 50, 100], 100) == "0.0,120.0 240.0,60.0 480.0,0.0"


def test_depths_are_told_backwards_from_now() -> None:
    """The last hour ends as it stands now; it grew by 3 in it, and shrank by 5 the hour before."""
    assert charts.depths(10, [99, -5, 3]) == [12, 7, 10]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(5, "less than a minute"), (61, "1 minute"), (7300, "2 hours"), (200_000, "2 days")],
)
def test_ages(seconds: float, told: str) -> None:
    assert words.age(seconds) == told

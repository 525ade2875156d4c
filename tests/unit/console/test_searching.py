"""A search in an address: read, told back, counted."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from workers.console import searching
from workers.store.browsing import Counts, Search
from workers.store.tallies import Tally

HERE = UUID(int=7)


@pytest.mark.parametrize(
    ("fields", "search"),
    [
        ({}, Search()),
        ({"status": "posted_with_warnings"}, Search(status="posted_with_warnings")),
        ({"kind": "invoice", "client": " 7 "}, Search(kind="invoice", client_id=7)),
        ({"connection": str(HERE)}, Search(connection_id=HERE)),
        (
            {"from": "2026-11-01", "to": "2026-11-02"},
            Search(since=date(2026, 11, 1), until=date(2026, 11, 2)),
        ),
        (
            {"q": "  ORD-1 ", "reason": "totals_differ"},
            Search(text="ORD-1", reason="totals_differ"),
        ),
        ({"q": "x" * 300}, Search(text="x" * 100)),
    ],
)
def test_an_address_is_a_search_and_back(fields: dict[str, str], search: Search) -> None:
    """What is read is what is written into the links of the page."""
    asked = searching.asked(fields)
    assert (asked.search, asked.problems) == (search, {})
    assert searching.asked(searching.fields_of(search)).search == search


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("status", "finished"),
        ("kind", "parcel"),
        ("connection", "acme"),
        ("client", "-3"),
        ("client", "²"),
        ("client", "9" * 30),
        ("from", "yesterday"),
        ("to", "2026-02-30"),
    ],
)
def test_what_can_not_be_read_is_told_at_its_field(field: str, text: str) -> None:
    """The rest of the search still counts."""
    asked = searching.asked({field: text, "q": "ORD"})
    assert list(asked.problems) == [field]
    assert asked.search == Search(text="ORD")


def test_links_change_one_filter_and_keep_the_others() -> None:
    fields = {"status": "waiting", "q": "a b"}
    assert searching.address(fields, status="ready") == "/documents?status=ready&q=a+b"
    assert searching.address(fields, status="", q="") == "/documents"
    assert searching.address({}, below=51) == "/documents?below=51"


TALLIES = [
    Tally(HERE, "order", "posted", False, "", 1200),
    Tally(HERE, "order", "posted", True, "", 3),
    Tally(HERE, "order", "needs_attention", False, "totals_differ", 5),
    Tally(HERE, "order", "needs_attention", False, "account_archived", 37),
    Tally(HERE, "order", "skipped", False, "totals_differ", 2),
]


def test_counts_by_status_and_by_reason_are_of_the_other_filters() -> None:
    """A status shows what it would give under the reason in force, and the other way round."""
    counts = Counts(TALLIES, is_cut=False)
    everything = searching.by_status(counts, Search())
    assert everything == {
        "posted": 1200,
        "posted_with_warnings": 3,
        "needs_attention": 42,
        "skipped": 2,
    }
    reason = Search(reason="totals_differ")
    assert searching.by_status(counts, reason) == {"needs_attention": 5, "skipped": 2}
    held = Search(status="needs_attention")
    assert searching.by_reason(counts, held) == [("account_archived", 37), ("totals_differ", 5)]
    assert searching.matching(counts, held) == 42
    assert searching.matching(counts, Search(status="skipped", reason="account_archived")) == 0


def test_a_count_that_was_cut_says_so() -> None:
    assert searching.number(1001, is_cut=True) == "1,000+"
    assert searching.number(40, is_cut=True) == "40"
    assert searching.number(966573, is_cut=False) == "966,573"

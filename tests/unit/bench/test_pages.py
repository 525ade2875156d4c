"""No page is left out of the benchmark that says how long pages take over a large ledger."""

import pytest

from tests.bench.pages import ACT, addresses
from tests.support.pages import is_at, page_paths

ELSEWHERE = ("/sign-in", "/sign-in/provider", "/sign-in/callback", "/xero/connect")
ONCE = ("/xero/callback", "/xero/choose")
"""Pages without a table behind them: on the way in, and answers that can be fetched only once."""

SOME = {"month": "2026-10-01", "year": "2025-11-01", "end": "2026-10-31", "middle": 5}
VISITED = [*addresses(**SOME), ACT]


@pytest.mark.parametrize("path", page_paths())
def test_every_page_is_visited(path: str) -> None:
    """A page in the table of routes is measured, or is one of those that read nothing."""
    assert path in (*ELSEWHERE, *ONCE) or any(is_at(path, each) for each in VISITED)

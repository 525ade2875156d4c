"""A code's heading is written as people write it."""

from __future__ import annotations

import pytest

from workers.reasons.entries import in_words


@pytest.mark.parametrize(
    ("code", "heading"),
    [
        ("account_archived", "Account archived"),
        ("came_from_xero", "Came from Xero"),
        ("xero_refused", "Xero refused"),
        ("sku_unknown", "SKU unknown"),
        ("mintsoft_access_refused", "Mintsoft access refused"),
        ("not-json", "Not json"),
    ],
)
def test_a_code_in_words(code: str, heading: str) -> None:
    """Names keep their capitals."""
    assert in_words(code) == heading

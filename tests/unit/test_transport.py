"""Addresses as the transport takes them apart."""

from __future__ import annotations

import pytest

from workers.transport import parted, with_query

XERO = "https://api.xero.com"
CASES = [
    (f"{XERO}/api.xro/2.0/Invoices", XERO, "/api.xro/2.0/Invoices"),
    ("http://127.0.0.1:8000/a?b=/c", "http://127.0.0.1:8000", "/a?b=/c"),
    (XERO, XERO, "/"),
]


@pytest.mark.parametrize(("url", "host", "target"), CASES)
def test_parted(url: str, host: str, target: str) -> None:
    """The connection is by scheme and host; all behind is asked of it."""
    assert parted(url) == (host, target)


def test_a_query_is_escaped() -> None:
    """What a tag or a number contains can't become another parameter."""
    query = [("tag", "a&b=c/é"), ("yes", True)]
    assert with_query("/Tag", query) == "/Tag?tag=a%26b%3Dc%2F%C3%A9&yes=true"

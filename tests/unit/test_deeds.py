"""What stands against a deed, for every way in which a document may stand."""

from __future__ import annotations

import pytest

from workers.deeds import HINDRANCES, Standing, Verb, hindrance

AT_WORK = Standing("needs_attention")


@pytest.mark.parametrize(
    ("document", "retry", "skip", "mark"),
    [
        (Standing("ready"), "", "", ""),
        (Standing("waiting"), "waiting", "", ""),
        (Standing("sending"), "sending", "sending", "sending"),
        (Standing("posted", in_xero=True), "posted", "posted", "posted"),
        (Standing("needs_attention"), "", "", ""),
        (Standing("needs_attention", in_xero=True), "to_close", "to_close", ""),
        (Standing("skipped"), "", "skipped", ""),
        (Standing("skipped", from_xero=True), "from_xero", "skipped", ""),
        (Standing("withdrawn"), "withdrawn", "withdrawn", ""),
        (Standing("withdrawn", known=False), "withdrawn", "withdrawn", "unknown"),
        (Standing("needs_attention", disconnected=True), "disconnected", "", "disconnected"),
    ],
)
def test_what_stands_against_a_deed(document: Standing, retry: str, skip: str, mark: str) -> None:
    found = [hindrance(verb, document) for verb in (Verb.RETRY, Verb.SKIP, Verb.MARK_POSTED)]
    assert found == [retry, skip, mark]
    assert {each for each in found if each} <= HINDRANCES.keys()

"""Parked messages can be stored; waiting grows and stays random; exact JSON refuses floats."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from events.backoff import Backoff
from events.delivery import Delivery, Parked, read
from events.errors import Code
from events.exact_json import NotJson, dumps, loads


def test_a_parked_message_keeps_what_a_replay_needs() -> None:
    """The body unchanged; headers as JSON without NUL."""
    headers = {
        "x-death": [{"count": 2, "time": datetime(2026, 11, 23, 12, tzinfo=UTC)}],
        "raw": b"\xffa\0b",
        "price": Decimal("1.50"),
        "n\0me": None,
    }
    found = read(Delivery(9, b"\0not json", headers, "text/pl\0in", "order.\0", True, 1))
    assert found == Parked(
        code=Code.NOT_JSON,
        reason="body: not JSON in UTF-8 (expected value at line 1 column 1); "
        "publish a CloudEvents message",
        body=b"\0not json",
        headers={
            "x-death": [{"count": 2, "time": "2026-11-23T12:00:00+00:00"}],
            "raw": "\\xffa\ufffdb",
            "price": "1.50",
            "n\ufffdme": None,
        },
        content_type="text/pl\ufffdin",
        routing_key="order.\ufffd",
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.10"), "0.10"),
        (Decimal("1000.0"), "1000.0"),
        (Decimal("-0.00"), "-0.00"),
        (Decimal("0.1234567890123456789012345678901234567890"), None),
        (12345678901234567890123456789, "12345678901234567890123456789"),
        ({"ü": [True, None, "a\u2028\x7f"]}, '{"ü":[true,null,"a\u2028\x7f"]}'),
    ],
)
def test_numbers_are_written_with_their_own_digits(value: object, text: str | None) -> None:
    """What is written is read again as the same value, digit by digit."""
    written = dumps(value)
    assert written == (text or str(value))
    assert repr(loads(written.encode())) == repr(value)


@pytest.mark.parametrize("value", [0.1, float("nan"), b"bytes", {1: 2}, object(), {1, 2}])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    """A float in an amount is a defect, found before it reaches a wire."""
    with pytest.raises(TypeError):
        dumps(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("-Infinity"), datetime(2026, 1, 1)])  # noqa: DTZ001  the case itself
def test_values_without_a_meaning_are_refused(value: object) -> None:
    """Neither infinite amounts nor times without a zone leave the house."""
    with pytest.raises(ValueError, match="no"):
        dumps(value)


@pytest.mark.parametrize("raw", [b"", b"NaN", b"Infinity", b"'a'", b'{"a":1,}', b"1 2", b"\xff"])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    """Only the standard's JSON is read."""
    with pytest.raises(NotJson):
        loads(raw)


def test_pauses_double_up_to_the_longest_and_start_again_after_a_success() -> None:
    """Each pause lies between half and all of 1, 2, 4, 5, 5 seconds."""
    backoff = Backoff(first=1, most=5, rng=Random(1))
    pauses = [backoff.next() for _ in range(5)]
    for pause, longest in zip(pauses, [1, 2, 4, 5, 5], strict=True):
        assert longest / 2 <= pause <= longest
    backoff.reset()
    assert backoff.next() <= 1
    assert backoff.after(10**6) <= 5

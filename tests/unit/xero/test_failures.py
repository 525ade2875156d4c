"""Every answer of Xero is one of the kinds that decide what happens next."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPHeaderDict

from workers.errors import (
    AuthorisationLost,
    Failure,
    Permanent,
    Throttled,
    Transient,
    Uncertain,
)
from workers.transport import Answer, NoAnswer
from workers.xero import failures

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
VALIDATION = (
    b'{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred",'
    b'"Elements":[{"ValidationErrors":[{"Message":"Email address must be valid."}]}]}'
)


def answer(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, HTTPHeaderDict(headers or {}), body)


@pytest.mark.parametrize(
    ("status", "write", "kind"),
    [
        (200, True, None),
        (204, True, None),
        (302, True, Uncertain),
        (302, False, Transient),
        (400, True, Permanent),
        (401, True, AuthorisationLost),
        (403, False, AuthorisationLost),
        (404, False, Permanent),
        (405, True, Permanent),
        (408, True, Uncertain),
        (413, True, Permanent),
        (429, True, Throttled),
        (429, False, Throttled),
        (500, True, Uncertain),
        (500, False, Transient),
        (503, True, Uncertain),
        (503, False, Transient),
    ],
)
def test_status(status: int, write: bool, kind: type[Failure] | None) -> None:
    """After a 5xx a write is uncertain, a read is not; a 4xx is never tried again by itself."""
    failure = failures.of_answer(answer(status, b"<html>"), write=write, now=NOW)
    assert (None if failure is None else type(failure)) is kind


@pytest.mark.parametrize(
    ("sent", "write", "kind"),
    [
        (True, True, Uncertain),
        (True, False, Transient),
        (False, True, Transient),
        (False, False, Transient),
    ],
)
def test_silence(sent: bool, write: bool, kind: type[Failure]) -> None:
    """Only a write that may have arrived is uncertain."""
    assert type(failures.of_silence(NoAnswer("broken", sent=sent), write=write)) is kind


@pytest.mark.parametrize(
    ("headers", "problem", "seconds"),
    [
        ({"X-Rate-Limit-Problem": "minute", "Retry-After": "17"}, "minute", 17),
        ({"x-rate-limit-problem": "Day", "retry-after": "40000"}, "day", 40000),
        ({"X-Rate-Limit-Problem": "appminute"}, "appminute", 60),
        ({"X-Rate-Limit-Problem": "concurrent"}, "concurrent", 1),
        ({"X-Rate-Limit-Problem": "minute", "Retry-After": "soon"}, "minute", 60),
        ({"X-Rate-Limit-Problem": "minute", "Retry-After": "0"}, "minute", 1),
        ({"X-Rate-Limit-Problem": "day", "Retry-After": "99999999"}, "day", 86400),
        ({"X-Rate-Limit-Problem": "hour", "Retry-After": "-5"}, "hour", 60),
        ({}, "minute", 60),
    ],
)
def test_throttled(headers: dict[str, str], problem: str, seconds: int) -> None:
    """The wait is Xero's, within reason; a header that can't be read has a default."""
    failure = failures.of_answer(answer(429, headers=headers), write=True, now=NOW)
    assert isinstance(failure, Throttled)
    assert (failure.problem, failure.until) == (problem, NOW + timedelta(seconds=seconds))


def test_a_refusal_carries_reason_and_words() -> None:
    """A bookkeeper sees what to do, and what Xero said."""
    failure = failures.of_answer(answer(400, VALIDATION), write=True, now=NOW)
    assert isinstance(failure, Permanent)
    assert failure.reason.code == "xero_email_invalid"
    assert failure.detail == "HTTP 400 Email address must be valid."


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (VALIDATION, ["Email address must be valid."]),
        (b'{"Message":"No."}', ["No."]),
        (b'{"Title":"Forbidden","Detail":"AuthenticationUnsuccessful"}', None),
        (b"<html>down</html>", ["<html>down</html>"]),
        (b"", []),
        (b"[1]", []),
        (b'{"Elements":"none","Message":null}', []),
        (b"\xff\xfe", ["\ufffd\ufffd"]),
    ],
)
def test_messages(body: bytes, messages: list[str] | None) -> None:
    """Whatever Xero or a proxy before it sends, its words are found and nothing breaks."""
    expected = ["AuthenticationUnsuccessful", "Forbidden"] if messages is None else messages
    assert failures.messages_of(body) == expected


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"NaN"])
def test_a_success_without_an_object_is_not_believed(body: bytes) -> None:
    """An unreadable answer to a write leaves its outcome open."""
    with pytest.raises(Uncertain):
        failures.content(answer(200, body), write=True)
    with pytest.raises(Transient):
        failures.content(answer(200, body), write=False)


@given(st.integers(100, 599), st.binary() | st.text().map(str.encode), st.booleans())
def test_no_answer_breaks_the_judgement(status: int, body: bytes, write: bool) -> None:
    """Whatever comes back, it is a success or one of the kinds, never a crash."""
    failure = failures.of_answer(answer(status, body), write=write, now=NOW)
    assert (failure is None) is (200 <= status < 300)

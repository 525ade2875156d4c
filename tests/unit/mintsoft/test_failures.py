"""Every answer of Mintsoft is one of the kinds that decide what happens next."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from workers.errors import AccessRefused, Failure, Permanent, Throttled, Transient, Uncertain
from workers.mintsoft import failures
from workers.mintsoft.auth import ApiKey, api_key
from workers.store.mintsoft_keys import Credentials
from workers.transport import Answer, NoAnswer, Transport

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "write", "kind"),
    [
        (200, True, None),
        (302, False, Transient),
        (400, True, Permanent),
        (401, True, AccessRefused),
        (403, False, AccessRefused),
        (404, True, Permanent),
        (408, True, Uncertain),
        (429, True, Throttled),
        (500, True, Uncertain),
        (500, False, Transient),
    ],
)
def test_status(status: int, write: bool, kind: type[Failure] | None) -> None:
    """Only a refusal of the thing itself asks for a person."""
    answer = Answer(status, {}, b"<html>")
    failure = failures.of_answer(answer, "order 12", write=write, now=NOW)
    assert (None if failure is None else type(failure)) is kind


@pytest.mark.parametrize(("given", "seconds"), [("7", 7), ("", 60), ("soon", 60), ("99999", 3600)])
def test_throttled(given: str, seconds: int) -> None:
    """The wait is Mintsoft's, within reason."""
    answer = Answer(429, {"Retry-After": given}, b"")
    failure = failures.of_answer(answer, "order 12", write=True, now=NOW)
    assert isinstance(failure, Throttled)
    assert failure.until == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (False, Transient),
        (True, Uncertain),
    ],
)
def test_silence(sent: bool, kind: type[Failure]) -> None:
    """What never left can't have been done."""
    error = NoAnswer("no connection", sent=sent)
    assert type(failures.of_silence(error, write=True)) is kind
    assert type(failures.of_silence(error, write=False)) is Transient


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"Success": True}, None),
        ({"Success": False, "Message": "Locked", "WarningMessage": None}, Permanent),
        ({"Success": None}, Permanent),
        ({"ID": 1}, Uncertain),
        ([], Uncertain),
        ("done", Uncertain),
    ],
)
def test_result(body: object, kind: type[Failure] | None) -> None:
    """HTTP 200 is not success; without the word Success nobody knows."""
    failure = failures.of_result(body)
    assert (None if failure is None else type(failure)) is kind


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"Message": "No stock"}', "No stock"),
        ('"No stock"', "No stock"),
        ("{broken", "{broken"),
        ("[1]", "[1]"),
        ('{"Message": null}', "it gives no reason."),
    ],
)
def test_words(body: str, words: str) -> None:
    """Mintsoft's own words reach the person who has to act."""
    answer = Answer(400, {}, body.encode())
    failure = failures.of_answer(answer, "order 12", write=True, now=NOW)
    assert isinstance(failure, Permanent)
    assert words in failure.reason.message


def test_a_key_is_renewed_once() -> None:
    """Of two threads whose key was refused the second takes what the first got."""
    got = iter([SecretStr("one"), SecretStr("two")])
    key = ApiKey(SecretStr(""), lambda: next(got))
    assert key.current() == "one"
    assert key.renew("one") == "two"
    assert key.renew("one") == "two"


def test_without_key_or_user_the_settings_are_named() -> None:
    """Said at the start, not at the first order."""
    with pytest.raises(ValueError, match="MX_MINTSOFT_API_KEY"):
        api_key(Transport(), Credentials(), "http://127.0.0.1:9", failures.REMEDY)

"""Which kind of failure an answer of Xero is: the one place where that is decided. Pure.

                      a read        a write
no connection         Transient     Transient     it never left
silence afterwards    Transient     Uncertain     it may have been carried out
5xx, 408, unreadable  Transient     Uncertain
429                   Throttled     Throttled     Xero carried nothing out
401, 403              AuthorisationLost           a 401 gets one new token first (gateway)
400, 404, 413, 4xx    Permanent     Permanent
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from workers.errors import (
    AuthorisationLost,
    Failure,
    Permanent,
    Throttled,
    Transient,
    Uncertain,
)
from workers.reasons.catalogue import BY_CODE
from workers.reasons.connections import LOST_BY_STATUS
from workers.transport import Answer, NoAnswer
from workers.xero import wire
from workers.xero.reasons import NOT_FOUND, TOO_LARGE, reason_of

LONGEST_WAIT = 24 * 3600
"""No limit of Xero lasts longer than a day, whatever a header says. Seconds."""

_DEFAULT_WAIT = {"concurrent": 1, "minute": 60, "appminute": 60, "day": 3600}
"""Seconds to wait when a 429 has no Retry-After that can be read."""

LONGEST_DETAIL = 2000
"""Xero's own words are kept up to this length."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit that a 429 names, and for how long it is closed."""

    problem: str
    wait: timedelta


def limit_of(headers: Mapping[str, str]) -> Limit:
    """Return which limit a 429 speaks of: minute, day, appminute or concurrent."""
    problem = headers.get("X-Rate-Limit-Problem", "").strip().lower() or "minute"
    wait = headers.get("Retry-After", "").strip()
    seconds = int(wait) if wait.isdecimal() else _DEFAULT_WAIT.get(problem, 60)
    return Limit(problem, timedelta(seconds=min(max(seconds, 1), LONGEST_WAIT)))


def of_answer(answer: Answer, *, write: bool, now: datetime) -> Failure | None:
    """Return what is wrong with *answer* to a write or a read, or None for a success."""
    if 200 <= answer.status < 300:
        return None
    match answer.status:
        case 429:
            limit = limit_of(answer.headers)
            return Throttled(now + limit.wait, limit.problem)
        case 401 | 403:
            return AuthorisationLost(f"{_not_let_in(answer.status)} (Xero: {_describe(answer)})")
        case 404:
            return Permanent(NOT_FOUND, _describe(answer))
        case 413:
            return Permanent(TOO_LARGE, _describe(answer))
        case status if 400 <= status < 500 and status != 408:
            return Permanent(reason_of(messages_of(answer.body)), _describe(answer))
    return broken(_describe(answer), write=write)


def _not_let_in(status: int) -> str:
    return BY_CODE[LOST_BY_STATUS[status]].message


def of_silence(error: NoAnswer, *, write: bool) -> Failure:
    """Return what a request without an answer is."""
    return broken(str(error), write=write and error.sent)


def broken(cause: str, *, write: bool) -> Transient:
    """Return Uncertain for a write whose outcome nobody knows, Transient for a read."""
    return Uncertain(f"Xero: {cause}") if write else Transient(f"Xero: {cause}")


def content(answer: Answer, *, write: bool) -> dict[str, object]:
    """Return the JSON object in a success. Raises Uncertain or Transient when there is none."""
    try:
        found = wire.decode(answer.body)
    except ValueError as error:
        raise broken(f"an answer that is no JSON ({error})", write=write) from error
    if not isinstance(found, dict):
        raise broken("an answer that is no JSON object", write=write)
    return found


def messages_of(body: bytes) -> list[str]:
    """Return all that Xero says in the body of a refusal, the most precise first."""
    try:
        found = wire.decode(body)
    except ValueError:
        text = body.decode("utf-8", errors="replace").strip()
        return [text[:LONGEST_DETAIL]] if text else []
    return list(dict.fromkeys(_messages(found)))


def validation_errors(element: object, field: str = "ValidationErrors") -> tuple[str, ...]:
    """Return the messages that Xero attached to one element of a batch."""
    entries = element.get(field) if isinstance(element, dict) else None
    return tuple(
        str(entry["Message"])
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and entry.get("Message")
    )


def _messages(found: object) -> Iterator[str]:
    if not isinstance(found, dict):
        return
    elements = found.get("Elements")
    precise = [
        message
        for element in (elements if isinstance(elements, list) else ())
        for message in validation_errors(element)
    ]
    general = (found.get(field) for field in ("Message", "Detail", "Title"))
    yield from precise or (text for text in general if isinstance(text, str))


def _describe(answer: Answer) -> str:
    said = " ".join(messages_of(answer.body))
    return f"HTTP {answer.status} {said}".strip()[:LONGEST_DETAIL]

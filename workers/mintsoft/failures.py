"""Which kind of failure an answer of Mintsoft is. Pure.

HTTP 200 is not success: most writes answer {ID, Success, Message, WarningMessage}. A key that
is refused is no document's failure: everything waits, and goes on once the right one is given.
"""

from datetime import datetime, timedelta

import jiter

from workers.errors import AccessRefused, Failure, Permanent, Throttled, Transient, Uncertain
from workers.mintsoft.reasons import not_found, not_placed, refused
from workers.transport import Answer, NoAnswer

WAIT = timedelta(seconds=60)
"""How long to stay away after a 429 that does not say; Mintsoft publishes no limit."""

LONGEST_WAIT = timedelta(hours=1)
LONGEST_DETAIL = 2000

REMEDY = "check MX_MINTSOFT_API_KEY, or MX_MINTSOFT_USERNAME and MX_MINTSOFT_PASSWORD"
"""What to do about the fleet's own key."""


def of_answer(
    answer: Answer, what: str, *, write: bool, now: datetime, remedy: str = REMEDY
) -> Failure | None:
    """Return what is wrong with *answer* about *what* (``order 12``), or None."""
    match answer.status:
        case status if 200 <= status < 300:
            return None
        case 429:
            return Throttled(now + _wait(answer.headers.get("Retry-After", "")), "Mintsoft")
        case 401 | 403:
            return AccessRefused(f"Mintsoft answers HTTP {answer.status}: {remedy}")
        case 404:
            return Permanent(not_found(what), _describe(answer))
        case status if 400 <= status < 500 and status != 408:
            words = _words(answer)
            return Permanent(
                not_placed(what, words) if write else refused(words), _describe(answer)
            )
    return broken(f"HTTP {answer.status}", write=write)


def of_silence(error: NoAnswer, *, write: bool) -> Failure:
    """Return what a request without an answer is; one that never left can't have done anything."""
    return broken(str(error), write=write and error.sent)


def broken(cause: str, *, write: bool) -> Transient:
    """Return Uncertain for a write whose outcome nobody knows, Transient for a read."""
    return Uncertain(f"Mintsoft: {cause}") if write else Transient(f"Mintsoft: {cause}")


def content(answer: Answer, *, write: bool) -> object:
    """Return the JSON in a success, fractions as Decimal. Raises Uncertain or Transient."""
    try:
        return jiter.from_json(answer.body, float_mode="decimal", allow_inf_nan=False)
    except ValueError as error:
        raise broken(f"an answer that is no JSON ({error})", write=write) from error


def missing(what: str) -> Permanent:
    """Return the failure for something that a list of Mintsoft's does not have."""
    return Permanent(not_found(what))


def of_result(found: object) -> Failure | None:
    """Return what is wrong with the body of a write, or None where Mintsoft says Success."""
    if not isinstance(found, dict) or "Success" not in found:
        return broken("a write was answered without Success", write=True)
    if found["Success"] is True:
        return None
    return Permanent(refused(str(found.get("Message") or "")), _result_text(found))


def _result_text(found: dict[str, object]) -> str:
    said = (found.get("Message"), found.get("WarningMessage"))
    return " ".join(str(each) for each in said if each)[:LONGEST_DETAIL]


def _words(answer: Answer) -> str:
    try:
        found = jiter.from_json(answer.body)
    except ValueError:
        return answer.body.decode("utf-8", errors="replace")[:200]
    message = found.get("Message") if isinstance(found, dict) else found
    return str(message or "")[:LONGEST_DETAIL]


def _describe(answer: Answer) -> str:
    return f"HTTP {answer.status} {_words(answer)}".strip()


def _wait(value: str) -> timedelta:
    wait = timedelta(seconds=int(value)) if value.isdecimal() else WAIT
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)

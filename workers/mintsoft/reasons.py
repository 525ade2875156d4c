"""What Mintsoft's refusals mean: the codes that only its answers can cause."""

import re

from workers.mapping.reasons import Cure, Entry, Reason

_REFUSED = Entry(
    "mintsoft_refused",
    "Mintsoft refuses: {words}",
    "Correct what Mintsoft names, then retry.",
    Cure.MINTSOFT,
)
_NOT_FOUND = Entry(
    "mintsoft_not_found",
    "Mintsoft does not have {what}; it may have been deleted, or belongs to another account.",
    "Look for it in Mintsoft, then retry or skip the document.",
    Cure.PERSON,
)
_EXISTS = Entry(
    "mintsoft_exists",
    "Mintsoft has {what} already: {words}",
    "Look at it in Mintsoft: give one of the two another number, then retry, or skip the document.",
    Cure.PERSON,
)
_HALF_PLACED = Entry(
    "mintsoft_half_placed",
    "Mintsoft took only a part of {what}, as {placed}, and says of the rest: {words}",
    "Complete or cancel it in Mintsoft by hand, then skip the document.",
    Cure.PERSON,
)

EXISTS = _EXISTS.code
"""The code of a number or reference that is taken."""

_TAKEN = re.compile(r"\b(already|duplicate|exists?|in use|unique)\b", re.IGNORECASE)
"""Mintsoft has no codes for its refusals, only words; whoever meets these looks the order up."""


def all_codes() -> tuple[Entry, ...]:
    """Return every failure code that only Mintsoft's answers can cause."""
    return (_REFUSED, _NOT_FOUND, _EXISTS, _HALF_PLACED)


def refused(words: str) -> Reason:
    """Return the reason for a refusal in Mintsoft's own *words*."""
    return _filled(_REFUSED, words=words.strip() or "it gives no reason.")


def not_placed(what: str, words: str) -> Reason:
    """Return why *what* (``order INV-7``) was not created; a number that is taken is told apart."""
    if _TAKEN.search(words):
        return _filled(_EXISTS, what=what, words=words.strip())
    return refused(words)


def half_placed(what: str, placed: str, words: str) -> Reason:
    """Return the reason for *what* of which only the orders *placed* were created."""
    return _filled(_HALF_PLACED, what=what, placed=placed, words=words.strip() or "nothing.")


def not_found(what: str) -> Reason:
    """Return the reason for something that is not there, such as ``order 12``."""
    return _filled(_NOT_FOUND, what=what)


def _filled(entry: Entry, **facts: str) -> Reason:
    return Reason(entry.code, entry.message.format_map(facts), entry.remedy, entry.cure)

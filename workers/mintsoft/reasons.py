"""What Mintsoft's refusals mean: which of its reasons an answer gives."""

import re

from workers.mapping.reasons import Reason, reason
from workers.reasons import mintsoft

EXISTS = mintsoft.EXISTS.code
"""The code of a number or reference that is taken."""

_TAKEN = re.compile(r"\b(already|duplicate|exists?|in use|unique)\b", re.IGNORECASE)
"""Mintsoft has no codes for its refusals, only words; whoever meets these looks the order up."""


def refused(words: str) -> Reason:
    """Return the reason for a refusal in Mintsoft's own *words*."""
    return reason("mintsoft_refused", words=words.strip() or "it gives no reason.")


def not_placed(what: str, words: str) -> Reason:
    """Return why *what* (``order INV-7``) was not created; a number that is taken is told apart."""
    if _TAKEN.search(words):
        return reason("mintsoft_exists", what=what, words=words.strip())
    return refused(words)


def half_placed(what: str, placed: str, words: str) -> Reason:
    """Return the reason for *what* of which only the orders *placed* were created."""
    return reason(
        "mintsoft_half_placed", what=what, placed=placed, words=words.strip() or "nothing."
    )


def not_found(what: str) -> Reason:
    """Return the reason for something that is not there, such as ``order 12``."""
    return reason("mintsoft_not_found", what=what)

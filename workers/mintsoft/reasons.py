"""What Mintsoft's refusals mean: the codes that only its answers can cause."""

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


def all_codes() -> tuple[Entry, ...]:
    """Return every failure code that only Mintsoft's answers can cause."""
    return (_REFUSED, _NOT_FOUND)


def refused(words: str) -> Reason:
    """Return the reason for a refusal in Mintsoft's own *words*."""
    return _filled(_REFUSED, words=words.strip() or "it gives no reason.")


def not_found(what: str) -> Reason:
    """Return the reason for something that is not there, such as ``order 12``."""
    return _filled(_NOT_FOUND, what=what)


def _filled(entry: Entry, **facts: str) -> Reason:
    return Reason(entry.code, entry.message.format_map(facts), entry.remedy, entry.cure)

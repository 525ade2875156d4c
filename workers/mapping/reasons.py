"""Why a document waits, as one sentence with its names and figures filled in.

What each code says stands in :mod:`workers.reasons`; :func:`reason` makes no other. So no code can
exist without a remedy, and one page lists them all.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from workers.reasons.catalogue import BY_CODE
from workers.reasons.entries import Cure as Cure
from workers.reasons.entries import Entry

MOST_SENTENCES = 5
"""A merged reason names this many problems; a screen of fifty helps nobody."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one document can't be sent: ``message`` carries names and figures."""

    code: str
    message: str
    remedy: str
    cure: Cure


def reason(code: str, /, **facts: object) -> Reason:
    """Return the reason *code* with *facts* in its sentence. Raises KeyError on a wrong name."""
    return told(BY_CODE[code], **facts)


def told(entry: Entry, /, **facts: object) -> Reason:
    """Return the reason that *entry* is, with *facts* in its sentence and remedy."""
    message, remedy = entry.message.format_map(facts), entry.remedy.format_map(facts)
    return Reason(entry.code, message, remedy, entry.cure)


def merge(reasons: Iterable[Reason]) -> Reason:
    """Return one reason that tells all *reasons* (at least one); the first decides the code."""
    distinct = list(dict.fromkeys(reasons))
    first, shown = distinct[0], distinct[:MOST_SENTENCES]
    return Reason(
        first.code,
        " ".join([*dict.fromkeys(each.message for each in shown), *_rest(len(distinct))]),
        " ".join(dict.fromkeys(each.remedy for each in shown)),
        first.cure,
    )


def _rest(count: int) -> list[str]:
    left = count - MOST_SENTENCES
    return [f"And {left} more like these."] if left > 0 else []

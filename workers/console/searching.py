"""What people look for among documents, as it stands in an address. Pure.

An address is a bookmark: what it names wrongly is told at its field, and the rest still counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from schemas.exports import Kind, Status
from workers.store.browsing import MOST_COUNTED, WARNED, Counts, Search
from workers.store.tallies import Tally

FIELDS = ("status", "kind", "connection", "client", "reason", "from", "to", "q")
"""Of an address, and of the form above the list."""

LARGEST = 2**63 - 1
LONGEST = 100
"""Characters of a text that is looked for; numbers and references are shorter."""

STATUSES = (
    Status.NEEDS_ATTENTION.value,
    Status.WAITING.value,
    Status.SENDING.value,
    Status.READY.value,
    Status.POSTED.value,
    WARNED,
    Status.SKIPPED.value,
    Status.WITHDRAWN.value,
)
"""In the order of what somebody has to do about them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search, and what of it could not be read, by field."""

    search: Search
    problems: Mapping[str, str]


def asked(fields: Mapping[str, str]) -> Asked:
    """Return the search that an address or a form describes."""
    given = {name: fields.get(name, "").strip() for name in FIELDS}
    problems: dict[str, str] = {}
    search = Search(
        status=_one_of(given, "status", STATUSES, problems),
        kind=_one_of(given, "kind", [each.value for each in Kind], problems),
        connection_id=_connection(given["connection"], problems),
        client_id=_client(given["client"], problems),
        since=_day(given, "from", problems),
        until=_day(given, "to", problems),
        reason=given["reason"][:LONGEST] or None,
        text=given["q"][:LONGEST] or None,
    )
    return Asked(search, problems)


def fields_of(search: Search) -> dict[str, str]:
    """Return a search as fields, without those that ask for nothing."""
    found = {
        "status": search.status,
        "kind": search.kind,
        "connection": search.connection_id,
        "client": search.client_id,
        "reason": search.reason,
        "from": search.since,
        "to": search.until,
        "q": search.text,
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def address(fields: Mapping[str, str], **changed: object) -> str:
    """Return the list's address with some fields changed; "" takes one away."""
    merged = {**fields, **{name: str(value) for name, value in changed.items()}}
    query = urlencode({name: value for name, value in merged.items() if value})
    return f"/documents?{query}" if query else "/documents"


def id_of(text: str) -> int | None:
    """Return the id that a text is, None when it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))):
        return None
    return int(text) if 0 < int(text) <= LARGEST else None


def key_of(tally: Tally) -> str:
    """Return the status of a tally as the list names it."""
    return WARNED if tally.warned and tally.status == Status.POSTED else tally.status


def by_status(counts: Counts, search: Search) -> dict[str, int]:
    """Return how many documents stand how, whatever status is asked for."""
    wanted = [each for each in counts.tallies if search.reason in (None, each.reason)]
    return _summed((key_of(each), each.documents) for each in wanted)


def by_reason(counts: Counts, search: Search) -> list[tuple[str, int]]:
    """Return how many documents wait or were skipped for which reason, the most frequent first."""
    fitting = [each for each in counts.tallies if search.status in (None, key_of(each))]
    found = _summed((each.reason, each.documents) for each in fitting if each.reason)
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def matching(counts: Counts, search: Search) -> int:
    """Return how many documents fit, as far as they were counted."""
    found = by_status(counts, search)
    return found.get(search.status, 0) if search.status else sum(found.values())


def number(count: int, *, is_cut: bool) -> str:
    """Return a count as people read it; one that was cut says so."""
    return f"{MOST_COUNTED:,}+" if is_cut and count > MOST_COUNTED else f"{count:,}"


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in pairs:
        found[name] = found.get(name, 0) + count
    return found


def _one_of(
    given: Mapping[str, str], name: str, known: Iterable[str], problems: dict[str, str]
) -> str | None:
    text = given[name]
    if not text or text in known:
        return text or None
    problems[name] = f"There is no {name} “{text[:LONGEST]}”. Choose one of the list."
    return None


def _connection(text: str, problems: dict[str, str]) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        problems["connection"] = "There is no such connection. Choose one of the list."
        return None


def _client(text: str, problems: dict[str, str]) -> int | None:
    found = id_of(text)
    if text and found is None:
        problems["client"] = "Give Mintsoft's id of the client: a whole number from 1."
    return found


def _day(given: Mapping[str, str], name: str, problems: dict[str, str]) -> date | None:
    text = given[name]
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problems[name] = f"“{text[:LONGEST]}” is no day. Write it so: 2026-11-23."
        return None

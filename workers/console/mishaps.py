"""What can go wrong on the way to Xero and back: each with a cause, a remedy and a way on.

In all of these nothing has changed: the connection is as it was before. What each says stands in
:mod:`workers.reasons.connections`.
"""

from collections.abc import Sequence
from uuid import UUID

from workers.console import words
from workers.console.refusals import Refused
from workers.errors import Failure
from workers.reasons.catalogue import BY_CODE
from workers.store.connections import ConnectionRow
from workers.store.consents import Organisation, Standing
from workers.store.overview import Holder

ALL = ("All connections", "/connections")
UNCHANGED = "Nothing was changed."

Links = Sequence[tuple[str, str]]


def _mishap(code: str, status: int, links: Links, /, **facts: str) -> Refused:
    """Return the page about *code*, with *facts* in its sentences."""
    entry = BY_CODE[f"consent_{code}"]
    why = entry.message.format_map(facts)
    return Refused(
        status,
        entry.title.format_map(facts),
        f"{why} {UNCHANGED}".strip(),
        entry.remedy.format_map(facts),
        links,
    )


def of_state(standing: Standing | None) -> Refused:
    """An answer that we did not ask for, or not so, or that came already."""
    if standing is None:
        return _mishap("unknown", 403, [ALL])
    if not standing.is_ours:
        return _mishap("other_session", 403, [ALL])
    if standing.is_used:
        return _mishap("used", 409, [ALL])
    return _mishap("late", 410, [ALL])


def no_answer() -> Refused:
    """The callback was called without what Xero sends."""
    return _mishap("incomplete", 400, [ALL])


def user_refused(connection_id: UUID) -> Refused:
    """The user pressed Cancel at Xero."""
    return _mishap("denied", 403, _back(connection_id))


def xero_refused(connection_id: UUID, error: str) -> Refused:
    """Xero's log-in page refused the request itself."""
    return _mishap("request_refused", 502, _back(connection_id), error=repr(error[:100]))


def code_refused(connection_id: UUID) -> Refused:
    """The code was used, is too old, or was made for somebody else."""
    return _mishap("code_refused", 403, _back(connection_id))


def xero_away(connection_id: UUID, failure: Failure) -> Refused:
    """Xero did not do its part."""
    return _mishap("xero_away", 502, _back(connection_id), cause=str(failure)[:300])


def no_organisation(row: ConnectionRow) -> Refused:
    """The user let us in nowhere."""
    return _mishap("no_organisation", 409, _back(row.id))


def other_organisation(row: ConnectionRow, found: Sequence[Organisation]) -> Refused:
    """The user let us into another organisation than the connection's."""
    allowed = ", ".join(each.name for each in found)
    back, name = _back(row.id), words.title(row)
    return _mishap("other_organisation", 409, back, organisation=name, allowed=allowed)


def organisation_fixed(row: ConnectionRow, why: str) -> Refused:
    """Documents are in the first organisation: another would have them twice."""
    return _mishap("organisation_fixed", 409, _back(row.id), why=_sentence(why))


def taken(row: ConnectionRow, chosen: Organisation, by: Holder) -> Refused:
    """The organisation is connected under another Mintsoft account."""
    links = [("Show the other connection", f"/connections/{by.id}"), *_back(row.id)]
    facts = {"organisation": chosen.name, "account": by.account}
    return _mishap("organisation_taken", 409, links, **facts)


def place_taken(connection_id: UUID, why: str) -> Refused:
    """Another connection takes the same documents."""
    return _mishap("place_taken", 409, [ALL, *_back(connection_id)], why=_sentence(why))


def connected_already(row: ConnectionRow) -> Refused:
    """There is nothing to connect."""
    return _mishap("not_needed", 409, _back(row.id), organisation=words.title(row))


def not_offered(connection_id: UUID) -> Refused:
    """The form names an organisation that Xero did not."""
    return _mishap("not_offered", 409, _back(connection_id))


def too_late() -> Refused:
    """There is nothing to choose from any more."""
    return _mishap("nothing_to_choose", 410, [ALL])


def not_set_up(names: str) -> Refused:
    """A setting is missing without which nobody can connect."""
    return _mishap("not_set_up", 503, [ALL], names=names)


def no_such_connection() -> Refused:
    """The link names a connection that is not there."""
    return _mishap("no_connection", 404, [ALL])


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _back(connection_id: UUID) -> list[tuple[str, str]]:
    return [("Back to the connection", f"/connections/{connection_id}")]

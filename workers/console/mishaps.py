"""What can go wrong on the way to Xero and back: each with a cause, a remedy and a way on.

In all of these nothing has changed: the connection is as it was before.
"""

from collections.abc import Sequence
from uuid import UUID

from workers.console import words
from workers.console.refusals import Refused
from workers.errors import Failure
from workers.store.connections import ConnectionRow
from workers.store.consents import Organisation, Standing
from workers.store.overview import Holder

ALL = ("All connections", "/connections")
UNCHANGED = "Nothing was changed."


def of_state(standing: Standing | None) -> Refused:
    """An answer that we did not ask for, or not so, or that came already."""
    if standing is None:
        return _answer("This answer was not asked for", "Its state is not one of ours.")
    if not standing.is_ours:
        return _answer(
            "This was started in another session",
            "It was asked for in another browser, or before you signed in again.",
        )
    if standing.is_used:
        return _answer(
            "This answer was used already", "An answer from Xero can be used once.", status=409
        )
    return _answer(
        "It took too long", "Ten minutes have passed since you pressed Connect.", status=410
    )


def _answer(title: str, why: str, status: int = 403) -> Refused:
    return Refused(
        status, title, f"{why} {UNCHANGED}", "Open the connection and press Connect again.", [ALL]
    )


def no_answer() -> Refused:
    """The callback was called without what Xero sends."""
    return _answer("Xero's answer is incomplete", "It has no state or no code.", status=400)


def user_refused(connection_id: UUID) -> Refused:
    """The user pressed Cancel at Xero."""
    return Refused(
        403,
        "You did not allow access at Xero",
        UNCHANGED,
        "Press Connect again when you are ready, and allow access there.",
        _back(connection_id),
    )


def xero_refused(connection_id: UUID, error: str) -> Refused:
    """Xero's log-in page refused the request itself."""
    return Refused(
        502,
        "Xero refused the request",
        f"Xero says {error[:100]!r}. {UNCHANGED}",
        "Check the app at developer.xero.com: its scopes, its redirect address and "
        "MX_XERO_CLIENT_ID. `mintsoft-xero doctor` shows what is set here.",
        _back(connection_id),
    )


def code_refused(connection_id: UUID) -> Refused:
    """The code was used, is too old, or was made for somebody else."""
    return Refused(
        403,
        "Xero did not accept its own answer",
        f"The code in it was used before, is too old, or is not for us. {UNCHANGED}",
        "Press Connect again.",
        _back(connection_id),
    )


def xero_away(connection_id: UUID, failure: Failure) -> Refused:
    """Xero did not do its part."""
    return Refused(
        502,
        "Xero does not answer just now",
        f"{str(failure)[:300]}. {UNCHANGED}",
        "Press Connect again in a few minutes.",
        _back(connection_id),
    )


def no_organisation(row: ConnectionRow) -> Refused:
    """The user let us in nowhere."""
    return Refused(
        409,
        "No organisation was allowed",
        f"At Xero no organisation was ticked, so there is nothing to connect. {UNCHANGED}",
        "Press Connect again and tick the organisation.",
        _back(row.id),
    )


def other_organisation(row: ConnectionRow, found: Sequence[Organisation]) -> Refused:
    """The user let us into another organisation than the connection's."""
    names = ", ".join(each.name for each in found)
    return Refused(
        409,
        "That is another organisation",
        f"This connection belongs to {words.title(row)}, but you allowed {names}. {UNCHANGED}",
        f"Press Reconnect again and allow {words.title(row)}. If the organisation is meant to "
        "change, tick “Connect a different organisation” on the connection's page.",
        _back(row.id),
    )


def organisation_fixed(row: ConnectionRow, why: str) -> Refused:
    """Documents are in the first organisation: another would have them twice."""
    return Refused(
        409,
        "The organisation can't change any more",
        f"{why[:1].upper()}{why[1:]}. {UNCHANGED}",
        "",
        _back(row.id),
    )


def taken(row: ConnectionRow, chosen: Organisation, by: Holder) -> Refused:
    """The organisation is connected under another Mintsoft account."""
    return Refused(
        409,
        f"{chosen.name} is connected elsewhere",
        f"The Mintsoft account {by.account} sends its documents there, and invoice numbers of "
        f"two accounts can't share one organisation. {UNCHANGED}",
        "Disconnect it there first, or connect another organisation here.",
        [("Show the other connection", f"/connections/{by.id}"), *_back(row.id)],
    )


def place_taken(connection_id: UUID, why: str) -> Refused:
    """Another connection takes the same documents."""
    return Refused(
        409,
        "Another connection has taken its place",
        f"{why[:1].upper()}{why[1:]}. {UNCHANGED}",
        "Disconnect the other one first: documents have one place to go.",
        [ALL, *_back(connection_id)],
    )


def connected_already(row: ConnectionRow) -> Refused:
    """There is nothing to connect."""
    return Refused(
        409,
        "It is connected already",
        f"This connection sends to {words.title(row)}. {UNCHANGED}",
        "To connect another organisation, disconnect this one first.",
        _back(row.id),
    )


def not_offered(connection_id: UUID) -> Refused:
    """The form names an organisation that Xero did not."""
    return Refused(
        409,
        "That organisation was not offered",
        f"You did not allow it at Xero. {UNCHANGED}",
        "Choose one of those that you allowed, or press Connect again.",
        _back(connection_id),
    )


def too_late() -> Refused:
    """There is nothing to choose from any more."""
    return _answer(
        "There is nothing to choose any more",
        "It was chosen already, or more than ten minutes have passed.",
        status=410,
    )


def not_set_up(names: str) -> Refused:
    """A setting is missing without which nobody can connect."""
    return Refused(
        503,
        "Connecting is not set up here",
        f"{names} must be set for it. {UNCHANGED}",
        "Tell whoever runs this service; `mintsoft-xero doctor` shows what is set.",
        [ALL],
    )


def no_such_connection() -> Refused:
    """The link names a connection that is not there."""
    return Refused(
        404,
        "There is no such connection",
        "The link may be mistyped.",
        "Choose it from the list.",
        [ALL],
    )


def _back(connection_id: UUID) -> list[tuple[str, str]]:
    return [("Back to the connection", f"/connections/{connection_id}")]

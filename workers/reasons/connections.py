"""Why a connection is lost, a consent came to nothing, or a poll did not run.

A consent that came to nothing has changed nothing: the connection is as it was before.
"""

from workers.reasons.entries import Cure, Entry, Sort, Who

_RECONNECT = "Reconnect the organisation; everything that waits goes on by itself."
_AGAIN = "Open the connection and press Connect again."

LOST_BY_STATUS = {401: "xero_access_refused", 403: "xero_access_removed"}
"""What a connection is lost by, by the status of Xero's answer."""

_LOST = (
    Entry(
        "xero_access_refused",
        "Xero refuses access although it was renewed just now; it may be for less than is needed",
        _RECONNECT,
        Cure.PERSON,
        title="Xero refuses access",
    ),
    Entry(
        "xero_access_removed",
        "Xero lets us into this organisation no more: somebody removed the app there, or the "
        "user who connected it has no access any longer",
        _RECONNECT,
        Cure.PERSON,
        title="Xero lets us in no more",
    ),
    Entry(
        "consent_ended",
        "Xero has ended the consent, because a person withdrew it or it lay unused for 60 days: "
        "connect the organisation again",
        _RECONNECT,
        Cure.PERSON,
        title="Xero has ended the consent",
    ),
    Entry(
        "tokens_erased",
        "its tokens have been erased: connect the organisation again",
        _RECONNECT,
        Cure.PERSON,
        title="There are no tokens any more",
    ),
)

_RUNS = (
    Entry(
        "other_system_away",
        "Xero or Mintsoft did not answer, or answered with a fault of its own.",
        "Nothing needs to be done: it is tried again by itself.",
        Cure.PERSON,
        Sort.TRANSIENT,
        Who.NOBODY,
    ),
    Entry(
        "answer_missing",
        "No answer came after the request was sent: it may or may not have been carried out.",
        "Nothing needs to be done: it is looked up before anything is sent again.",
        Cure.PERSON,
        Sort.TRANSIENT,
        Who.NOBODY,
    ),
    Entry(
        "mintsoft_access_refused",
        "Mintsoft does not take our key, or there is none.",
        "Set the connection's key (mintsoft-xero connection mintsoft-key) or the fleet's "
        "(MX_MINTSOFT_API_KEY); everything goes on by itself.",
        Cure.PERSON,
        Sort.TRANSIENT,
        Who.ADMINISTRATOR,
    ),
    Entry(
        "throttled",
        "A limit of Xero or Mintsoft is used up for now.",
        "Nothing needs to be done: it goes on when the limit opens again.",
        Cure.PERSON,
        Sort.THROTTLED,
        Who.NOBODY,
    ),
    Entry(
        "access_lost",
        "Xero no longer lets this connection in.",
        _RECONNECT,
        Cure.PERSON,
    ),
    Entry(
        "consent_lost",
        "Xero has ended the consent itself, and with it every connection made by it.",
        _RECONNECT,
        Cure.PERSON,
    ),
    Entry(
        "refused",
        "Xero or Mintsoft refuses, and will again until somebody acts.",
        "Look at the code that stands with the document or the run: it says what to do.",
        Cure.PERSON,
    ),
)


def _consent(code: str, title: str, message: str, remedy: str, by: Who = Who.BOOKKEEPER) -> Entry:
    return Entry(f"consent_{code}", message, remedy, Cure.PERSON, by=by, title=title)


_CONSENTS = (
    _consent("unknown", "This answer was not asked for", "Its state is not one of ours.", _AGAIN),
    _consent(
        "other_session",
        "This was started in another session",
        "It was asked for in another browser, or before you signed in again.",
        _AGAIN,
    ),
    _consent(
        "used", "This answer was used already", "An answer from Xero can be used once.", _AGAIN
    ),
    _consent(
        "late", "It took too long", "Ten minutes have passed since you pressed Connect.", _AGAIN
    ),
    _consent("incomplete", "Xero's answer is incomplete", "It has no state or no code.", _AGAIN),
    _consent(
        "denied",
        "You did not allow access at Xero",
        "",
        "Press Connect again when you are ready, and allow access there.",
    ),
    _consent(
        "request_refused",
        "Xero refused the request",
        "Xero says {error}.",
        "Check the app at developer.xero.com: its scopes, its redirect address and "
        "MX_XERO_CLIENT_ID. `mintsoft-xero doctor` shows what is set here.",
        Who.ADMINISTRATOR,
    ),
    _consent(
        "code_refused",
        "Xero did not accept its own answer",
        "The code in it was used before, is too old, or is not for us.",
        "Press Connect again.",
    ),
    _consent(
        "xero_away",
        "Xero does not answer just now",
        "{cause}.",
        "Press Connect again in a few minutes.",
    ),
    _consent(
        "no_organisation",
        "No organisation was allowed",
        "At Xero no organisation was ticked, so there is nothing to connect.",
        "Press Connect again and tick the organisation.",
    ),
    _consent(
        "other_organisation",
        "That is another organisation",
        "This connection belongs to {organisation}, but you allowed {allowed}.",
        "Press Reconnect again and allow {organisation}. If the organisation is meant to "
        "change, tick “Connect a different organisation” on the connection's page.",
    ),
    _consent("organisation_fixed", "The organisation can't change any more", "{why}.", ""),
    _consent(
        "organisation_taken",
        "{organisation} is connected elsewhere",
        "The Mintsoft account {account} sends its documents there, and invoice numbers of "
        "two accounts can't share one organisation.",
        "Disconnect it there first, or connect another organisation here.",
    ),
    _consent(
        "place_taken",
        "Another connection has taken its place",
        "{why}.",
        "Disconnect the other one first: documents have one place to go.",
    ),
    _consent(
        "not_needed",
        "It is connected already",
        "This connection sends to {organisation}.",
        "To connect another organisation, disconnect this one first.",
    ),
    _consent(
        "not_offered",
        "That organisation was not offered",
        "You did not allow it at Xero.",
        "Choose one of those that you allowed, or press Connect again.",
    ),
    _consent(
        "nothing_to_choose",
        "There is nothing to choose any more",
        "It was chosen already, or more than ten minutes have passed.",
        _AGAIN,
    ),
    _consent(
        "not_set_up",
        "Connecting is not set up here",
        "{names} must be set for it.",
        "Tell whoever runs this service; `mintsoft-xero doctor` shows what is set.",
        Who.ADMINISTRATOR,
    ),
    _consent(
        "no_connection",
        "There is no such connection",
        "The link may be mistyped.",
        "Choose it from the list.",
    ),
)

CONNECTIONS = (*_LOST, *_RUNS, *_CONSENTS)
"""Every code of a connection, a consent and a poll."""

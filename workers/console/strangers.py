"""Why somebody who comes from the OpenID provider is not let in: each with what to do about it.

Nobody is signed in by any of these, and nothing that the provider said stands on a page.
"""

from collections.abc import Sequence

from workers.console.refusals import Refused
from workers.store.sign_ins import Standing

AGAIN = [("Sign in", "/sign-in")]
UNCHANGED = "You are not signed in."


def of_state(standing: Standing | None) -> Refused:
    """An answer that this browser did not ask for, or that came already, or too late."""
    if standing is None:
        return _refused(
            403, "This sign-in is unknown here", "It was begun more than ten minutes ago, or never."
        )
    if not standing.is_ours:
        return _refused(403, "This sign-in was begun in another browser", "It counts there alone.")
    if standing.is_used:
        return _refused(409, "This sign-in was used already", "An answer can be used once.")
    return _refused(410, "It took too long", "Ten minutes have passed since you began.")


def incomplete() -> Refused:
    """The callback was called without what a provider sends."""
    return _refused(400, "The answer is incomplete", "It has no state or no code.")


def other_issuer(name: str) -> Refused:
    """The answer says that it comes from another provider (RFC 9207)."""
    return _refused(403, "That answer is not from the right place", f"It is not from {name}.")


def denied(name: str) -> Refused:
    """The user pressed Cancel, or the provider lets them into other applications only."""
    return _refused(
        403,
        f"{name} did not let you in",
        "The log-in was cancelled, or you are not assigned to this application there.",
        f"Sign in again, or ask whoever runs {name} to assign you.",
    )


def provider_refused(name: str) -> Refused:
    """The provider refused the request itself."""
    return _refused(
        502,
        f"{name} refused the request",
        "It does not know this console as it asks, or has a fault.",
        "Tell whoever runs this service; its words are in the log.",
    )


def away(name: str) -> Refused:
    """The provider did not do its part."""
    return _refused(
        502,
        f"{name} does not answer as it should",
        "Without it nobody can be recognised.",
        "Try again in a minute. If it lasts, tell whoever runs this service; the log says more.",
    )


def code_refused(name: str) -> Refused:
    """The code was used, is too old, or was made for somebody else."""
    return _refused(403, f"{name} did not accept its own answer", "It was used or is too old.")


def not_proven(name: str) -> Refused:
    """The id token is not one that we may believe."""
    return _refused(
        403,
        f"What {name} says of you can't be trusted",
        "Its proof is not valid for this sign-in.",
        "Sign in again. If it happens again, tell whoever runs this service; the log says why.",
    )


def no_role(name: str) -> Refused:
    """The provider names none of the groups that may do something here."""
    return _refused(
        403,
        "You have no role here",
        f"{name} knows you, but none of your groups may use this console.",
        f"Ask whoever runs {name} to put you into a group for it, then sign in again.",
    )


def disabled() -> Refused:
    """Somebody disabled the account here."""
    return _refused(
        403, "Your account is disabled here", "It was disabled on purpose.", "Ask an operator.", []
    )


def too_many() -> Refused:
    """Somebody begins and begins."""
    return _refused(
        429, "Too many sign-ins were begun", "From your address, in ten minutes.", "Wait a little."
    )


def no_keys() -> Refused:
    """A setting is missing without which nothing can be kept secret meanwhile."""
    return _refused(
        503,
        "Signing in is not set up here",
        "MX_SECRET_KEYS must be set for it.",
        "Tell whoever runs this service; `mintsoft-xero doctor` shows what is set.",
    )


def passwords_forbidden() -> Refused:
    """MX_LOCAL_SIGN_IN is false."""
    return _refused(403, "No passwords are taken here", "Sign in with the button on the page.")


def _refused(
    status: int,
    title: str,
    why: str,
    remedy: str = "Sign in again.",
    links: Sequence[tuple[str, str]] = tuple(AGAIN),
) -> Refused:
    return Refused(status, title, f"{why} {UNCHANGED}", remedy, links)

"""What can go wrong with another system, in the three kinds that decide what happens next.

Failure
├── Transient            try again later, by itself (time-out, 5xx, broken connection)
│   ├── Uncertain        the same, but the write may have been carried out
│   └── AccessRefused    Mintsoft does not take our key: nothing was done, and nothing is lost
├── Throttled            not now: the limit opens again at ``until``; nothing has failed
│   └── BeingRead        somebody else reads the organisation's chart of accounts just now
├── AuthorisationLost    the connection is lost until a person reconnects it
│   └── ConsentLost      the same for every connection that lives by the token set
└── Permanent            a person must act; carries the reason
"""

from datetime import datetime
from typing import ClassVar

from workers.mapping.reasons import Reason


class Failure(Exception):  # noqa: N818  the word of this field, as in failures.py
    """Another system did not do what was asked; ``code`` is its entry in the catalogue."""

    code: ClassVar[str] = "refused"


class Transient(Failure):
    """The other system is in trouble; the same call may succeed later."""

    code = "other_system_away"


class Uncertain(Transient):
    """No answer came after the request was sent: it may or may not have been carried out."""

    code = "answer_missing"


class AccessRefused(Transient):
    """Mintsoft does not let us in, or there is no key; all goes on once the right one is given."""

    code = "mintsoft_access_refused"


class Throttled(Failure):
    """The limit is used up until a moment in UTC."""

    code = "throttled"

    def __init__(self, until: datetime, problem: str) -> None:
        super().__init__(f"the {problem} limit is used up until {until:%Y-%m-%d %H:%M:%S} UTC")
        self.until = until
        self.problem = problem


class BeingRead(Throttled):
    """Somebody else is reading the organisation's chart of accounts; ``until`` (UTC) it may be."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until, "chart of accounts")
        self.args = (f"the chart of accounts is being read until {until:%Y-%m-%d %H:%M:%S} UTC",)


class AuthorisationLost(Failure):
    """Xero no longer lets this connection in."""

    code = "access_lost"

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class ConsentLost(AuthorisationLost):
    """Xero has ended the consent itself, and with it every connection made by it."""

    code = "consent_lost"


class Permanent(Failure):
    """The other system refuses, and will again until somebody acts."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.message)
        self.reason = reason
        self.detail = detail

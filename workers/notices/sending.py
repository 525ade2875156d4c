"""What every way of sending a notice is, and how it fails."""

from typing import Protocol
from uuid import UUID

from workers.notices.wording import Digest

SECONDS = 10.0
"""For each step of sending: connecting, and every answer. No document waits for it."""

WHOLE_SECONDS = 60.0
"""For all steps of a mail together: well within the lease, so that nobody sends it beside us."""


class NotSent(Exception):  # noqa: N818  named after what it is
    """It could not be sent, or nobody knows; the text says why, without address or password."""


class Channel(Protocol):
    """One way to people."""

    def send(self, message: Digest, message_id: UUID) -> None:
        """Send *message*; the same *message_id* marks a repetition. Raises NotSent."""

"""Notices as JSON ``{"text": …}`` to a web hook, as Slack and those like it take them.

The address is a secret: whoever has it can write there. It stands in no message and no log.
"""

import json
from uuid import UUID

from workers.notices.sending import SECONDS, NotSent
from workers.notices.wording import Digest
from workers.transport import NoAnswer, Transport

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""What begins markup there."""


class Hook:
    """Posts to one address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._transport = Transport(connect_seconds=SECONDS, read_seconds=SECONDS)

    def send(self, message: Digest, message_id: UUID) -> None:  # noqa: ARG002  they know no ids
        """Post *message*. Raises NotSent unless the answer is 2xx."""
        try:
            answer = self._transport.send(
                "POST",
                self._url,
                headers={"Content-Type": "application/json"},
                body=json.dumps({"text": text_of(message)}).encode(),
            )
        except NoAnswer as error:
            raise NotSent(f"the web hook: {error}") from error
        if not 200 <= answer.status < 300:
            raise NotSent(f"the web hook answered {answer.status}")


def text_of(message: Digest) -> str:
    """Return subject and text of *message* as one text in which nothing is markup but the first."""
    subject = message.subject.translate(_ESCAPED)
    _, _, rest = message.body.partition("\n\n")
    return f"*{subject}*\n{rest.translate(_ESCAPED).rstrip()}"

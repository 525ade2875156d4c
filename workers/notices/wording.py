"""The words of a digest. Pure, and without personal data.

It names the connection by its account and client, counts by reason, and leads to the console;
who a customer is, and what Xero said of them, is told there to people who signed in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from workers.notices.saying import Look, News
from workers.reasons.catalogue import find

MOST_REASONS = 10
"""Reasons that are told one by one."""

DRAFTS = "drafts_unconfirmed"


@dataclass(frozen=True, slots=True)
class About:
    """Which connection it is."""

    id: UUID
    account: str
    client_id: int | None

    @property
    def name(self) -> str:
        """As people know it."""
        whose = "all clients" if self.client_id is None else f"client {self.client_id}"
        return f"{self.account}, {whose}"


@dataclass(frozen=True, slots=True)
class Digest:
    """What is sent: plain text, the subject on one line."""

    subject: str
    body: str


def digest(about: About, look: Look, told: News, public_url: str) -> Digest:
    """Return the digest of *told* about a connection; *public_url* is the console's."""
    page = f"{public_url}/connections/{about.id}"
    told_lines = "\n\n".join(_paragraphs(look, told))
    body = f"{about.name}\n\n{told_lines}\n\nLook: {page}\nSilence: {page}/notices\n"
    return Digest(f"{about.name}: {_headline(look, told)}", body)


def _headline(look: Look, told: News) -> str:
    if told.lost:
        return "Xero has ended the access"
    if told.needs:
        return f"{_things(sum(look.needs.values()))} you"
    if told.quiet:
        return "nothing reaches Xero"
    return "well again" if not (look.needs or look.lost) else "better, not well yet"


def _paragraphs(look: Look, told: News) -> Iterator[str]:
    if told.lost:
        yield (
            "Xero has ended the access. Documents wait and nothing is lost: reconnect the "
            "organisation, and everything goes on by itself."
        )
    if told.needs:
        yield "\n".join(_needs(look))
    if told.quiet and look.flowed_at is not None:
        yield (
            f"Nothing has reached Xero since the hour of {look.flowed_at:%d %B %Y, %H:%M} UTC: "
            "that is longer than in the last weeks. If it is no holiday, see whether Mintsoft "
            "sends documents and what they wait for."
        )
    if told.regained:
        yield "Xero lets the connection in again."
    if told.flows:
        yield "Documents reach Xero again."
    if told.settled:
        yield "Nothing needs a person any more."


def _needs(look: Look) -> Iterator[str]:
    ordered = sorted(look.needs.items(), key=lambda each: (-each[1], each[0]))
    yield f"{_things(sum(look.needs.values()))} a person:"
    for code, count in ordered[:MOST_REASONS]:
        yield f"- {_reason(code, count)}"
    if rest := sum(count for _, count in ordered[MOST_REASONS:]):
        yield f"- {rest} for other reasons"


def _reason(code: str, count: int) -> str:
    if code == DRAFTS:
        return "drafts are in Xero, and the other documents wait until somebody has looked at them"
    entry = find(code)
    return f"{count}: {entry.heading if entry else code}"


def _things(count: int) -> str:
    return "1 thing needs" if count == 1 else f"{count} things need"

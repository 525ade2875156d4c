"""What is to be said about a connection, given how it stands and what was said before. Pure.

Each trouble is said once, again only when there is more of it, and its end is said once. What is
not said now, because of a silence or because something was said just before, is said later if it
is still true then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

GAP = timedelta(minutes=15)
"""From one notice about a connection to the next."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a connection and has not been taken back.

    ``needs``: how many things needed a person, by reason; a reason stays, with 0, until all of
    them are settled and that was said. ``quiet_since``: the last flow (UTC) when silence was said.
    """

    needs: Mapping[str, int] = field(default_factory=dict)
    lost: bool = False
    quiet_since: datetime | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Said":
        """Return what :meth:`stored` has stored."""
        since = stored.get("quiet_since")
        return cls(
            needs={code: int(count) for code, count in stored.get("needs", {}).items()},
            lost=bool(stored.get("lost", False)),
            quiet_since=None if since is None else datetime.fromisoformat(since),
        )

    def stored(self) -> dict[str, Any]:
        """Return it as JSON; empty when nothing was said."""
        found: dict[str, Any] = {}
        if self.needs:
            found["needs"] = dict(self.needs)
        if self.lost:
            found["lost"] = True
        if self.quiet_since is not None:
            found["quiet_since"] = self.quiet_since.isoformat()
        return found


@dataclass(frozen=True, slots=True)
class Look:
    """How a connection stands: what needs a person by reason, whether its access is lost, when
    documents last reached Xero (UTC, the hour), and whether that is longer ago than usual.
    """

    needs: Mapping[str, int] = field(default_factory=dict)
    lost: bool = False
    flowed_at: datetime | None = None
    is_late: bool = False

    @property
    def is_quiet(self) -> bool:
        """Whether the silence is worth a word; a lost connection explains its own."""
        return self.is_late and not self.lost and self.flowed_at is not None


@dataclass(frozen=True, slots=True)
class News:
    """What has not been said yet."""

    needs: bool = False
    lost: bool = False
    quiet: bool = False
    settled: bool = False
    regained: bool = False
    flows: bool = False

    def __bool__(self) -> bool:
        return any((self.needs, self.lost, self.quiet, self.settled, self.regained, self.flows))


def news(said: Said, look: Look) -> News:
    """Return what there is to say."""
    quiet = look.is_quiet and said.quiet_since != look.flowed_at
    return News(
        needs=any(count > said.needs.get(code, 0) for code, count in look.needs.items()),
        lost=look.lost and not said.lost,
        quiet=quiet,
        settled=bool(said.needs) and not look.needs,
        regained=said.lost and not look.lost,
        flows=_flows(said, look) and not quiet,
    )


def after(said: Said, look: Look) -> Said:
    """Return what has been said once all news are."""
    was = None if _flows(said, look) else said.quiet_since
    since = look.flowed_at if look.is_quiet else was
    gone = dict.fromkeys(said.needs, 0) if look.needs else {}
    return Said({**gone, **look.needs}, look.lost, since)


def meanwhile(said: Said, look: Look) -> Said:
    """Return what still holds of what was said: fewer than before, so that a rise is news."""
    fewer = {code: min(count, look.needs.get(code, 0)) for code, count in said.needs.items()}
    return Said(fewer, said.lost, said.quiet_since)


def _flows(said: Said, look: Look) -> bool:
    """Whether something has flowed since silence was said."""
    since, last = said.quiet_since, look.flowed_at
    return since is not None and last is not None and last > since

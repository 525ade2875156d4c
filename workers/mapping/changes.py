"""What one revision of a mapping changes in the one before: every key, with both values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workers.mapping.keys import Content, Key, dotted, flat, nested, shown, words


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs. An empty text: there is none."""

    key: Key
    before: str
    after: str

    @property
    def name(self) -> str:
        """What a bookkeeper calls the value."""
        found = words(self.key)
        return found[0].upper() + found[1:]

    def described(self) -> dict[str, str]:
        """Return it for the audit trail and for programs."""
        return {"key": dotted(self.key), "from": self.before, "to": self.after}


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Change]:
    """Return what *after* changes, in the order of the keys."""
    old, new = flat(before or {}), flat(after)
    return [
        Change(key, shown(old.get(key)), shown(new.get(key)))
        for key in sorted({*new, *old})
        if old.get(key) != new.get(key)
    ]


def merged(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Content:
    """Return *mine* where it differs from *base*, else *theirs*: both began with *base*."""
    start, own, other = flat(base), flat(mine), flat(theirs)
    changed = {key for key in {*start, *own} if start.get(key) != own.get(key)}
    found = {key: (own if key in changed else other).get(key) for key in [*other, *own]}
    return nested({key: value for key, value in found.items() if value is not None})

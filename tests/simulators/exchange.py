"""One HTTP exchange as plain data, so that everything behind the gate is a function of values.

A `Call` is what came in, an `Answer` what goes out. Neither knows the web framework.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A request. Header names are lower case; the body is already decompressed."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def query(self) -> dict[str, str]:
        """Query parameters with lower-case names; of a repeated one the last counts."""
        return {name.lower(): value for name, value in self.query_pairs}

    @property
    def query_pairs(self) -> list[tuple[str, str]]:
        """Query parameters as sent, in order."""
        return parse_qsl(self.query_string, keep_blank_values=True)


@dataclass(frozen=True)
class Answer:
    """An answer. `body` is JSON data (Decimal allowed), text, or None for no body."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"

    def with_headers(self, extra: Mapping[str, str]) -> "Answer":
        """The same answer carrying more headers."""
        return Answer(self.status, self.body, {**self.headers, **extra}, self.content_type)


Handler = Callable[[Call], Answer]

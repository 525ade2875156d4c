"""JSON over several lines, as people read and edit it. Pure.

The text is laid out anew, token by token, and never read into values: every number, escape and
repeated name stays to the letter, so that what somebody edits is what was sent.
"""

import re
from collections.abc import Iterator

from events.exact_json import dumps

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_OPENS = frozenset("{[")
_CLOSES = frozenset("}]")


def pretty(value: object) -> str:
    """Return a value as JSON that people read, amounts with their own digits; "" for None."""
    return "" if value is None else indented(dumps(value))


def indented(text: str) -> str:
    """Return JSON text over several lines; *text* must be JSON."""
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    depth, before = 0, ""
    for piece in _PIECE.findall(text):
        depth -= piece in _CLOSES
        if (before in _OPENS) != (piece in _CLOSES) or before == ",":
            yield "\n" + "  " * depth
        yield ": " if piece == ":" else piece
        depth += piece in _OPENS
        before = piece

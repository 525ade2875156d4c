"""Whether a parked message is about somebody, although nobody could read it.

It may be JSON of any shape, broken JSON, packed, or in another encoding; in the worst case what
counts is whether the words stand in it at all.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Sequence

from workers.privacy.person import Needle, is_about

MOST_BYTES = 64 * 1024 * 1024
"""What a packed message may unpack to; more is looked at no further."""


def message_is_about(body: bytes, needles: Sequence[Needle]) -> bool:
    """Whether *body* names one of *needles*, whatever it is packed and written in."""
    return any(_text_is_about(text, needles) for text in _readings(_unpacked(body)))


def _text_is_about(text: str, needles: Sequence[Needle]) -> bool:
    try:
        value = json.loads(text)
        return is_about(value, needles) or any(
            message_is_about(inner, needles) for inner in _inner(value)
        )
    except (ValueError, RecursionError):  # no JSON, or nested beyond all reason
        plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        return any(each.is_torn_in(plain) for each in needles)


_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def _inner(value: object) -> list[bytes]:
    """Return the data of a CloudEvent that carries it in base64, and of one whose data is text."""
    if not isinstance(value, dict):
        return []
    found = [
        value[name].encode() for name in ("data", "payload") if isinstance(value.get(name), str)
    ]
    packed = value.get("data_base64")
    try:
        return (
            [*found, base64.b64decode(packed, validate=True)] if isinstance(packed, str) else found
        )
    except binascii.Error:
        return found


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(body, MOST_BYTES)
    except zlib.error:
        return body


def _readings(body: bytes) -> list[str]:
    """Return *body* as text, in each encoding that it may be in."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in body[:64]:
        return [body.decode(each, "replace") for each in ("utf-16", "utf-16-le", "utf-16-be")]
    try:
        return [body.decode("utf-8-sig")]
    except UnicodeDecodeError:
        return [body.decode("latin-1"), body.decode("utf-8", "ignore")]

"""A form that carries a file (multipart/form-data), as browsers write it (RFC 7578).

Files of ours are small texts, so the whole body is in memory and a file becomes a field. Read in
one pass without any nesting: nobody can make reading it expensive.
"""

import re
from collections.abc import Iterator

BOUNDARY = re.compile(r'multipart/form-data\s*;.*?boundary="?([^";,\s]{1,70})"?', re.IGNORECASE)
NAME = re.compile(r'^content-disposition:\s*form-data;.*?\bname="([^"\r\n]{1,200})"', re.I | re.M)


def is_multipart(content_type: str) -> bool:
    """Return whether a body of this type carries files."""
    return content_type.lower().startswith("multipart/form-data")


def read(content_type: str, body: bytes, most: int) -> dict[str, str]:
    """Return the fields and files as text; of a repeated one the last counts.

    Raises ValueError when it is no such form, has more than *most* parts, or a file is no UTF-8.
    """
    found = BOUNDARY.match(content_type)
    if found is None:
        raise ValueError("the form does not say where its parts end")
    mark = b"\r\n--" + found[1].encode("latin-1")
    parts = (b"\r\n" + body).split(mark, most + 1)
    if len(parts) < 2 or parts[0] or not parts[-1].startswith(b"--"):
        raise ValueError("the form is not whole, or has too many parts")
    return dict(_fields(parts[1:-1]))


def _fields(parts: list[bytes]) -> Iterator[tuple[str, str]]:
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        named = NAME.search(head.decode())
        if named is None:
            raise ValueError("a part of the form has no name")
        yield named[1], content.decode("utf-8-sig")

"""Reads ``queries/*.sql``: named blocks, each with one line of English.

A block begins with ``-- name: what_it_is`` and the next comment line says what it does. SQL
is never put together from strings at run time.
"""

import re
from functools import cache
from importlib import resources
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def parse(text: str) -> dict[str, LiteralString]:
    """Return the blocks of *text* by name. Raises ValueError when a name comes twice."""
    pieces = _NAME.split(text)[1:]
    names, bodies = pieces[0::2], pieces[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"a query name comes twice in {sorted(names)}")
    return {
        name: cast("LiteralString", body.strip()) for name, body in zip(names, bodies, strict=True)
    }


@cache
def queries(module: str) -> dict[str, LiteralString]:
    """Return the named queries of ``queries/<module>.sql``."""
    source = resources.files("workers.store") / "queries" / f"{module}.sql"
    return parse(source.read_text(encoding="utf-8"))

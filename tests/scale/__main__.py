"""``python -m tests.scale``: prints the tables of docs/scale.md; ``--write`` puts them there."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.scale.tables import tables

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def filled(page: str) -> str:
    """Return *page* with each table between its marks as it is now. Raises KeyError for a mark
    without a table."""
    found = dict(tables())
    marks = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
    return marks.sub(lambda mark: f"{mark[1]}{chr(10).join(found[mark[2]])}\n{mark[3]}", page)


def main(arguments: Sequence[str]) -> int:
    """Exit code 0, 2 for wrong usage."""
    if arguments == ["--write"]:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    elif not arguments:
        for name, lines in tables():
            sys.stdout.write("\n".join([f"## {name}", "", *lines, "", ""]))
    else:
        sys.stderr.write("usage: python -m tests.scale [--write]\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

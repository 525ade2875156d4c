"""What the document says of each column is what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from workers.privacy.columns import Kind, kinds

DOCUMENT = Path(__file__).parents[3] / "docs" / "data-protection.md"

ROW = re.compile(r"`([a-z_]+\.[a-z_]+)`")


def written() -> dict[str, str]:
    """Each column in the document's tables, with the first word of its table's head."""
    found: dict[str, str] = {}
    kind = ""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if head := re.match(r"\| (\w+): ", line):
            kind = head[1]
        elif not line.startswith("|"):
            kind = ""
        if kind:
            for name in ROW.findall(line.split("|")[1]):
                assert name not in found, f"{name} stands there twice"
                found[name] = kind
    return found


def test_the_document_names_every_column_that_matters() -> None:
    """A column added to the code without a word about why and how long fails this."""
    told = {name: kind.value for name, kind in kinds().items() if kind is not Kind.PLAIN}
    assert written() == told

"""Words on a document that are no goods: they go into its comments."""

from collections.abc import Iterable

from workers.mapping.imports.lines import Line, Note
from workers.mapping.text import one_line

LONGEST = 4000
"""Characters of a document's comments."""


def comments(lines: Iterable[Line], *others: str | None) -> str | None:
    """Return *others* and the notes among *lines*, one a line, without empty ones."""
    notes = (line.text for line in lines if isinstance(line, Note))
    told = [one_line(each, LONGEST) for each in (*others, *notes)]
    return "\n".join(filter(None, told))[:LONGEST].rstrip() or None

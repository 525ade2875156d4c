"""``python -m workers.reasons.generate [--check]``: the catalogue as ``docs/reasons.md``."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from workers.reasons.catalogue import AREAS
from workers.reasons.entries import Entry, in_general

PAGE = Path(__file__).parents[2] / "docs" / "reasons.md"

_HEAD = """# Reasons

<!-- Made by python -m workers.reasons.generate; change workers/reasons/ instead. -->

Every code that a document, an import, a parked event, a connection or a poll may show, what it
means, what to do, and who can. Between \u2039 and \u203a stands a name or figure of the case. The
console shows the same under *Reasons*, and at each document the other system's own words beneath.
"""


def rendered() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_contents(), "", *_sections()]).rstrip() + "\n"


def _contents() -> Iterator[str]:
    for area, entries in AREAS.items():
        links = ", ".join(f"[`{each.code}`](#{each.code})" for each in entries)
        yield f"- **{area}** ({len(entries)}): {links}"


def _sections() -> Iterator[str]:
    for area, entries in AREAS.items():
        yield f"## {area}\n"
        for entry in entries:
            yield section(entry)


def section(entry: Entry) -> str:
    """Return the section about one code."""
    facts = [
        f"### {entry.code}\n",
        f"**{in_general(entry.title)}**\n" if entry.title else "",
        f"{in_general(entry.message)}\n" if entry.message else "",
        f"- What to do: {in_general(entry.remedy)}" if entry.remedy else "",
        f"- Who can do it: {entry.who.value}",
        f"- How it goes on: {entry.sort.value}",
        *(f"- In the other system's words: “{each}”" for each in entry.words),
    ]
    return "\n".join(each for each in facts if each) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when written or alike, 1 when the page differs, 2 for wrong usage."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m workers.reasons.generate [--check]\n")
        return 2
    if not arguments:
        PAGE.write_text(rendered(), encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == rendered():
        return 0
    sys.stderr.write(
        "docs/reasons.md is not as the catalogue says.\n"
        "Run python -m workers.reasons.generate and commit the result.\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

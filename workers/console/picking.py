"""What forms over many rows have in common: which were ticked, and what became of each."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from workers.console.asked import LARGEST_ID
from workers.console.desk import Console
from workers.console.visits import Visit

Picked = list[int]
"""Ids of rows, each once."""

SHOWN = 100
"""Rows that are told one by one."""


def picked(visit: Visit, what: str) -> Picked:
    """Return the ids of the boxes that were ticked; a box is called ``<what>-<id>``."""
    names = (name.removeprefix(f"{what}-") for name in visit.form if name.startswith(f"{what}-"))
    numbers = (
        int(name) for name in names if name.isascii() and name.isdecimal() and len(name) < 20
    )
    return [number for number in numbers if 0 < number <= LARGEST_ID]


def back_to(visit: Visit, path: str) -> str:
    """Return the list as it was filtered when somebody pressed the button."""
    query = visit.form.get("back", "")[:1000]
    return f"{path}?{query}" if query else path


def acted(
    console: Console,
    visit: Visit,
    what: str,
    words: str,
    done: Sequence[int],
    refused: Mapping[int, str],
    path: str,
) -> Response:
    """Show what became of each row, and the way back."""
    return console.render(
        visit,
        "acted.html",
        what=what,
        what_was_done=words,
        done=list(done),
        refused=dict(list(refused.items())[:SHOWN]),
        unsaid=max(0, len(refused) - SHOWN),
        path=path,
        back=back_to(visit, path),
    )

"""What forms over many rows have in common: which were ticked, and what became of each."""

from collections.abc import Iterable, Mapping, Sequence

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
    return ids_of(ticked(visit.form, f"{what}-"))


def ticked(form: Mapping[str, str], prefix: str) -> list[str]:
    """Return what follows *prefix* in the names of fields."""
    return [name.removeprefix(prefix) for name in form if name.startswith(prefix)]


def ids_of(names: Iterable[str]) -> Picked:
    """Return the ids among *names*, each once, in their order; what is none is passed over."""
    whole = (int(name) for name in names if name.isascii() and name.isdecimal() and len(name) < 20)
    return list(dict.fromkeys(number for number in whole if 0 < number <= LARGEST_ID))


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

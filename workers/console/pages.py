"""Templates of the console: every value is escaped, a name that is missing is an error."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from workers.console import wording, words
from workers.console.navigation import SECTIONS
from workers.console.visits import Visit
from workers.reasons.catalogue import finding_url, parked_url, reason_url
from workers.store.operators import Role


class Pages:
    """The templates, read and compiled once."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("workers.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"words": words, "Role": Role, "version": version}
        self._environment.globals["sections"] = SECTIONS
        self._environment.globals |= {
            "reason_url": reason_url,
            "parked_url": parked_url,
            "finding_url": finding_url,
        }
        self._environment.filters |= {"moment": words.moment, **wording.CHOICES}

    def render(
        self, visit: Visit | None, name: str, status: int, values: Mapping[str, Any]
    ) -> Response:
        """Return the page *name*; *visit* is None when nobody knows who asks."""
        text = self._environment.get_template(name).render(visit=visit, **values)
        return HTMLResponse(text, status)


@cache
def version(name: str) -> str:
    """Return what changes with a file of ``static/``, so that browsers fetch the new one."""
    found = resources.files("workers.console") / "static" / name
    return sha256(found.read_bytes()).hexdigest()[:12]

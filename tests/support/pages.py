"""The console's pages by its table of routes: nothing that is about every page misses a new one."""

import re

from workers.console.app import routes
from workers.console.described import HTML, Described


def page_paths() -> list[str]:
    """Every address in the table of routes that answers with a page."""
    return [
        each.told.path
        for each in routes()
        if isinstance(each, Described) and each.told.method == "GET" and _is_page(each)
    ]


def is_at(path: str, address: str) -> bool:
    """Tell whether *address*, whatever it asks for, is one of the route *path*."""
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
    return re.fullmatch(pattern, address.partition("?")[0]) is not None


def _is_page(route: Described) -> bool:
    return HTML in route.told.answers.values() and route.told.answers.get(200, HTML) == HTML

"""Plain HTML for the inspection pages: escaped, readable, without scripts."""

from collections.abc import Iterable
from html import escape
from typing import Any

from starlette.responses import HTMLResponse

STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.note { opacity: .7; }
"""


class Markup(str):
    """Text that is HTML already and is not escaped again."""

    __slots__ = ()


def link(address: str, text: Any) -> Markup:
    """A link; both parts are escaped."""
    return Markup(f'<a href="{escape(address)}">{escape(str(text))}</a>')


def table(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> Markup:
    """A table; a head that ends with # is a column of numbers."""
    names = list(heads)
    classes = [' class="n"' if name.endswith("#") else "" for name in names]
    head = "".join(
        f"<th{kind}>{escape(name.rstrip('#'))}</th>"
        for name, kind in zip(names, classes, strict=True)
    )
    body = "".join(_row(row, classes) for row in rows)
    return Markup(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def _row(cells: Iterable[Any], classes: list[str]) -> str:
    pairs = zip(cells, classes, strict=True)
    return "<tr>" + "".join(f"<td{kind}>{text(cell)}</td>" for cell, kind in pairs) + "</tr>"


def text(value: Any) -> str:
    """Escaped text, nothing for None, markup as it is."""
    if isinstance(value, Markup):
        return value
    return "" if value is None else escape(str(value))


def page(title: str, *parts: Any, status: int = 200) -> HTMLResponse:
    """A whole page."""
    body = "".join(text(part) for part in parts)
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>",
        status,
    )


def heading(words: str) -> Markup:
    """A heading within a page."""
    return Markup(f"<h2>{escape(words)}</h2>")


def note(words: str) -> Markup:
    """A quiet remark."""
    return Markup(f'<p class="note">{escape(words)}</p>')

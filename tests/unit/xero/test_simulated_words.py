"""What the simulator refuses with is recognised too, so that the tests below it are realistic."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulators import xero
from workers.xero.reasons import reason_of

HOME = Path(xero.__file__).parent
FILES = (
    "documents",
    "invoices",
    "lines",
    "line_rules",
    "line_amounts",
    "contacts",
    "items",
    "tracking",
)

OF_OTHERS = frozenset(
    {
        "InvoiceID must not be specified when creating an invoice.",
    }
)
"""What this program can't cause: it never sends these fields."""


def _refusals(path: Path) -> Iterator[str]:
    """Yield the sentences of a module that stand neither in docstrings nor in names of fields."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if id(node) in docs | inside:
            continue
        text = _text(node)
        if text.count(" ") > 2 and text[0].isupper():
            yield text


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(
                _text(each) if isinstance(each, ast.Constant) else "X" for each in values
            )
    return ""


WORDS = sorted({words for name in FILES for words in _refusals(HOME / f"{name}.py")} - OF_OTHERS)


def test_the_simulator_has_words() -> None:
    assert len(WORDS) > 20


@pytest.mark.parametrize("words", WORDS)
def test_the_simulators_words_are_recognised(words: str) -> None:
    assert reason_of([words]).code != "xero_refused"

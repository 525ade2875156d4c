"""Every failure code has its sentence, remedy and cure, and no code is used that has none."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import workers
from workers.mapping.reasons import MOST_SENTENCES, Cure, Entry, all_codes, merge, reason

SOURCES = sorted(Path(workers.__file__).parent.rglob("*.py"))


def _uses(source: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield code and names of the facts for each call of ``reason("code", fact=...)``."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reason":
            assert isinstance(node.args[0], ast.Constant)
            yield str(node.args[0].value), frozenset(str(each.arg) for each in node.keywords)


USES = [(path.name, *use) for path in SOURCES for use in _uses(path)]


@pytest.mark.parametrize(("file", "code", "facts"), USES)
def test_every_use_gives_the_facts_its_sentence_needs(
    file: str, code: str, facts: frozenset[str]
) -> None:
    found = reason(code, **dict.fromkeys(facts, "X"))
    assert "{" not in found.message + found.remedy


def test_every_code_is_used() -> None:
    assert {code for _, code, _ in USES} == {entry.code for entry in all_codes()}


@pytest.mark.parametrize("entry", all_codes(), ids=lambda entry: entry.code)
def test_sentence_and_remedy_are_sentences(entry: Entry) -> None:
    for words in (entry.message, entry.remedy):
        assert words.endswith((".", "}"))
        assert words[0].isupper() or words.startswith("{")
    assert isinstance(entry.cure, Cure)


def test_a_brace_in_a_name_is_no_field() -> None:
    assert "{account}" in reason("price_missing", what="SKU {account}").message


def test_merging_tells_each_problem_once_and_the_first_decides() -> None:
    one = reason("currency_missing")
    other = reason("price_missing", what="SKU A")
    found = merge([one, other, one])
    assert (found.code, found.cure) == (one.code, one.cure)
    assert found.message == f"{one.message} {other.message}"
    assert found.remedy == f"{one.remedy} {other.remedy}"


def test_a_long_list_is_cut_and_says_so() -> None:
    found = merge(reason("price_missing", what=f"SKU {n}") for n in range(MOST_SENTENCES + 7))
    assert found.message.endswith("And 7 more like these.")
    assert found.remedy.count("Enter the price") == 1

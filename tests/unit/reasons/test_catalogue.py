"""Every code has an entry, every entry is complete, and no code can be made that has none."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import events.errors
import workers
from workers import errors
from workers.mapping.reasons import reason
from workers.reasons import generate
from workers.reasons.catalogue import AREAS, BY_CODE, find, finding_url, parked_url, reason_url
from workers.reasons.entries import Entry, Sort, Who, in_general
from workers.reasons.parked import PARKED, PREFIX
from workers.reasons.warnings import WARNINGS
from workers.reasons.xero import XERO
from workers.store.balances import FINDINGS
from workers.xero.reasons import RULES

HOME = Path(workers.__file__).parent
SOURCES = sorted(HOME.rglob("*.py"))

MAKERS = {
    "Reason": {"mapping/reasons.py", "store/inbox.py"},  # from an entry; as it was stored
    "DocumentWarning": {"mapping/notices.py", "mapping/outcomes.py"},  # the same
    "Entry": {f"reasons/{path.name}" for path in (HOME / "reasons").glob("*.py")},
    "Skip": {"mapping/closing.py"},
}
"""Who may make what carries a code: nobody else, so that no code escapes the catalogue."""


@cache
def _tree(source: Path) -> ast.Module:
    """Each module is read once for all tests."""
    return ast.parse(source.read_text(encoding="utf-8"))


@cache
def _all_calls(source: Path) -> list[tuple[str, ast.Call]]:
    found = (node for node in ast.walk(_tree(source)) if isinstance(node, ast.Call))
    return [(getattr(call.func, "id", ""), call) for call in found]


def _calls(source: Path, names: set[str]) -> list[ast.Call]:
    return [call for name, call in _all_calls(source) if name in names]


def _uses(source: Path) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield code and names of the facts for each call of ``reason("code", fact=...)``."""
    for call in _calls(source, {"reason"}):
        first, names = call.args[0], [each.arg for each in call.keywords]
        assert isinstance(first, ast.Constant), f"{source.name}: name the code where it is used"
        yield str(first.value), None if None in names else frozenset(map(str, names))


def test_every_use_gives_the_facts_its_sentence_needs() -> None:
    """Whoever makes a reason hands over what its sentence speaks of."""
    uses = [(path.name, *use) for path in SOURCES for use in _uses(path)]
    assert len(uses) > 50  # else the calls are no longer recognised
    for file, code, facts in uses:
        needed = BY_CODE[code].fields
        found = reason(code, **dict.fromkeys(needed if facts is None else facts, "X"))
        assert "{" not in found.message + found.remedy, f"{file}: {code}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOME)))
def test_a_code_that_is_not_in_the_catalogue_cannot_be_made(path: Path) -> None:
    """Reasons, warnings and skips are made of entries, and entries stand in the catalogue."""
    place = path.relative_to(HOME).as_posix()
    strangers = {
        name for name, homes in MAKERS.items() if place not in homes and "demo" not in place
    }
    made = [ast.unparse(call.func) for call in _calls(path, strangers - _classes(path))]
    assert not made


def _classes(path: Path) -> set[str]:
    """Names that a module uses for something of its own, such as the mapping form's Entry."""
    tree = _tree(path)
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.ClassDef)} - {"Reason"}


def test_every_code_of_the_catalogue_can_come_up() -> None:
    """An entry that nothing makes is a page about nothing."""
    by_use = {code for path in SOURCES for code, _ in _uses(path)}
    by_rule = {rule.code for rule in RULES} | {"xero_refused", "xero_too_large", "xero_not_found"}
    named = {
        str(node.value)
        for path in SOURCES
        if "reasons" not in path.parts
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    by_status = {"xero_access_refused", "xero_access_removed"}
    by_mishap = {f"consent_{name}" for name in named}
    by_event = {f"{PREFIX}{code}" for code in events.errors.Code}
    by_finding = {code_of_finding(finding) for finding in FINDINGS}
    known = by_use | by_rule | named | by_status | by_mishap | by_event | by_finding
    assert set(BY_CODE) <= known


def code_of_finding(finding: str) -> str:
    """The code of the page about how a document compares."""
    return finding_url(finding).removeprefix("/reasons/")


def test_parked_events_have_an_entry_for_each_code_and_no_other() -> None:
    assert {entry.code for entry in PARKED} == {f"{PREFIX}{code}" for code in events.errors.Code}


def _failures(base: type[errors.Failure]) -> Iterator[type[errors.Failure]]:
    yield base
    for kind in base.__subclasses__():
        yield from _failures(kind)


def test_every_failure_of_another_system_has_an_entry() -> None:
    assert all(find(kind.code) for kind in _failures(errors.Failure))


def test_codes_are_unique() -> None:
    assert len(BY_CODE) == sum(map(len, AREAS.values()))
    assert {entry.code for entry in WARNINGS} == {
        code for code, entry in BY_CODE.items() if entry.sort is Sort.WARNING
    }


@pytest.mark.parametrize("entry", BY_CODE.values(), ids=lambda entry: entry.code)
def test_an_entry_is_complete(entry: Entry) -> None:
    """Sentences without gaps that a page can show, and somebody who can act."""
    for sentence in filter(None, (entry.title, entry.message, entry.remedy)):
        assert sentence[0].isupper() or sentence[0] == "{" or entry.code == "tokens_erased"
        assert "{" not in in_general(sentence)
    assert entry.message or entry.title
    assert entry.heading
    transient = entry.sort in (Sort.TRANSIENT, Sort.THROTTLED)
    assert entry.who is not Who.NOBODY or transient or entry.sort is Sort.SETTLED


def test_xero_has_more_than_forty_kinds_of_refusal() -> None:
    assert len({entry.code for entry in XERO if entry.words}) >= 40


def test_the_page_has_a_section_for_every_entry() -> None:
    """And is what the repository has."""
    page = generate.rendered()
    assert all(f"\n### {code}\n" in page for code in BY_CODE)
    assert generate.main(["--check"]) == 0


def test_wrong_usage_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--what"]) == 2
    assert "usage" in capsys.readouterr().err


def test_addresses() -> None:
    assert reason_url("totals_differ") == "/reasons/totals_differ"
    assert parked_url("not-json") == "/reasons/parked-not-json"
    assert find("of an older release") is None


def test_each_difference_has_a_page_that_says_what_to_do() -> None:
    """All that the reconciliation may find but that both agree."""
    for finding in (each for each in FINDINGS if each != "agrees"):
        entry = find(code_of_finding(finding))
        assert entry is not None, finding
        assert entry.remedy

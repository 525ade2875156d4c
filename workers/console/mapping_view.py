"""The mapping page as its template sees it: each field with its text, problems and notes. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.connections import Mapping as AccountMapping
from schemas.connections import Mode
from workers.console import mapping_fields, mapping_form
from workers.console.choices import Choices
from workers.console.mapping_fields import TRACKINGS, Fields
from workers.console.words import number_of
from workers.mapping.keys import Key, words
from workers.mapping.readiness import Finding, findings, notes
from workers.mapping.tax import REGIME_TAX_TYPES

ELSEWHERE = ""
"""The field of what belongs to none that the page shows."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A form that was checked. ``mapping`` is None while it can't be saved at all; ``problems``
    would stop documents, ``notes`` would not; both by field.
    """

    mapping: AccountMapping | None
    problems: Mapping[str, list[str]]
    notes: Mapping[str, list[str]]

    @property
    def summary(self) -> str:
        """How it stands, in one line."""
        wrong = sum(map(len, self.problems.values()))
        noted = sum(map(len, self.notes.values()))
        parts = [number_of(wrong, "problem")] if wrong else ["No problems"]
        return ", ".join([*parts, *([number_of(noted, "note")] if noted else [])]) + "."

    def described(self) -> dict[str, object]:
        """Return it for the page's script."""
        return {"problems": self.problems, "notes": self.notes, "summary": self.summary}


@dataclass(frozen=True, slots=True)
class Form:
    """All fields of the page."""

    mode: Mode
    choices: Choices
    fields: Mapping[str, str]
    base: Mapping[str, Any]
    checked: Checked
    suggested: frozenset[str]
    editable: bool

    def text(self, name: str) -> str:
        """Return what stands in a field."""
        return self.fields.get(name, "")

    def problems(self, name: str) -> list[str]:
        """Return what is wrong with a field."""
        return self.checked.problems.get(name, [])

    def notes(self, name: str) -> list[str]:
        """Return what else there is to say of a field."""
        return self.checked.notes.get(name, [])

    def rows(self, section: str) -> list[int]:
        """Return the numbers of a section's rows."""
        return mapping_fields.rows(self.fields, section)

    def is_too_long(self, section: str) -> bool:
        """Return whether a section has too many rows for the page."""
        return mapping_fields.is_too_long(self.base.get(section))

    @property
    def trackings(self) -> list[tuple[str, str]]:
        """Return the tracking fields of a line, with their labels: none that Xero can't fill."""
        used = [name for name in TRACKINGS if any(map(self.text, self._ends(name)))]
        wanted = max(len(self.choices.chart.tracking), TRACKINGS.index(used[-1]) + 1 if used else 0)
        labels = ("Tracking", "Second tracking")
        return list(zip(TRACKINGS, labels, strict=True))[:wanted]

    def usual_tax(self, rate: str) -> str:
        """Return the tax type that a rate gets by itself; empty when there is none."""
        found = REGIME_TAX_TYPES[self.choices.settings.tax_regime].get(rate, "")
        return self.choices.tax_text(found)

    def _ends(self, name: str) -> Iterable[str]:
        return (each for each in self.fields if each.endswith(f".{name}"))


def check(
    fields: Mapping[str, str], mode: Mode, choices: Choices, base: Mapping[str, Any]
) -> Checked:
    """Check what stands in the fields: the same checks as ``mapping check``, field by field."""
    read = mapping_form.read(fields, mode, choices, base)
    if read.mapping is None:
        faults = ((each.field, each.sentence) for each in read.faults)
        return Checked(None, _gathered(faults), {})
    found = findings(read.mapping, choices.settings, mode, choices.chart, words)
    noted = notes(read.mapping, mode, choices.chart, words)
    return Checked(
        read.mapping,
        _gathered((read.place(key), sentence) for key, sentence in _told(found)),
        _gathered((read.place(each.key), each.warning.message) for each in noted),
    )


def _told(found: Sequence[Finding]) -> Iterator[tuple[Key, str]]:
    """Yield each finding in words; what is wrong with a rate's tax type only once, not again for
    each account whose lines bear it.
    """
    last = {each.key: each for each in found if each.key[0] == "tax"}
    for each in found:
        if last.get(each.key, each) is each:
            yield each.key, f"{each.reason.message} {each.reason.remedy}"


def still_suggested(fields: Mapping[str, str], suggestion: Fields) -> frozenset[str]:
    """Return the fields that stand as they were suggested."""
    return frozenset(
        name
        for name, text in suggestion.items()
        if text and not name.endswith((".rate", ".key")) and fields.get(name, "").strip() == text
    )


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for place, sentence in dict.fromkeys(pairs):
        found[place].append(sentence)
    return dict(found)

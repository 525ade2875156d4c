"""What the fields of the mapping page say: a mapping, or why they are none. Pure.

Every value knows its field, so that what is wrong with it can be told there. What the page does
not show is left as it was.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.connections import Mapping as AccountMapping
from schemas.connections import Mode, normal_rate
from schemas.mintsoft import COST_CENTRES
from workers.console.choices import Choices
from workers.console.mapping_fields import (
    CHANNEL,
    DEFAULTS,
    SKU,
    TRACKINGS,
    rows,
    shown_sections,
    typed,
)
from workers.mapping.files import Unreadable, validated
from workers.mapping.keys import Content, Key, nested
from workers.mapping.tax import REGIME_TAX_TYPES

LONGEST_CODE = 10

RATE = re.compile(r"exempt|[0-9]{1,3}([.][0-9]{1,4})?\s*%?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the mapping and the field it stands in; None: the field is empty."""

    key: Key
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a field can't be as it is."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a form says. ``mapping`` is None while a fault keeps it from being one."""

    mapping: AccountMapping | None
    places: Mapping[Key, str]
    faults: list[Fault] = field(default_factory=list)

    def place(self, key: Key) -> str:
        """Return the field that shows *key*, or what holds it; empty when none does."""
        for length in range(len(key), 0, -1):
            if found := self.places.get(key[:length]):
                return found
        return ""


def read(fields: Mapping[str, str], mode: Mode, choices: Choices, base: Mapping[str, Any]) -> Read:
    """Return what the fields say; *base* has what the page does not show."""
    shown = shown_sections(mode, base)
    found = list(_entries(fields, shown, choices))
    entries = [each for each in found if isinstance(each, Entry)]
    faults = [each for each in found if isinstance(each, Fault)]
    kept = {name: value for name, value in base.items() if name not in shown}
    told = Read(None, {each.key: each.field for each in entries}, faults)
    content = nested({each.key: each.value for each in entries if each.value})
    return told if faults else _validated({**kept, **content}, told)


def _validated(content: Content, told: Read) -> Read:
    try:
        return Read(validated(content), told.places)
    except Unreadable as error:
        faults = [Fault(told.place(key), sentence) for key, sentence in error.problems]
        return Read(None, told.places, faults)


def _entries(
    fields: Mapping[str, str], shown: Iterable[str], choices: Choices
) -> Iterator[Entry | Fault]:
    readers = {
        "defaults": _defaults,
        "cost_centres": _cost_centres,
        "rounding": _rounding,
        "tax": _tax,
        "channels": _channels,
        "skus": _skus,
    }
    for section in shown:
        yield from readers[section](fields, choices)


def _defaults(fields: Mapping[str, str], choices: Choices) -> Iterator[Entry | Fault]:
    for name in DEFAULTS:
        yield from _value(fields, f"defaults.{name}", ("defaults", name), choices)
    if not typed(fields, "defaults.sales"):
        yield Fault("defaults.sales", "Choose the account for sales: no order can do without it.")


def _cost_centres(fields: Mapping[str, str], choices: Choices) -> Iterator[Entry | Fault]:
    for name in COST_CENTRES:
        where, key = f"cost_centres.{name}", ("cost_centres", name)
        row = [*_row(fields, where, key, ("account", "tax_type"), choices)]
        yield from row
        if not typed(fields, f"{where}.account") and has_values(row):
            sentence = "Choose the account, or empty the other fields of this cost centre."
            yield Fault(f"{where}.account", sentence)


def _rounding(fields: Mapping[str, str], choices: Choices) -> Iterator[Entry | Fault]:
    return _value(fields, "rounding", ("rounding",), choices)


def _tax(fields: Mapping[str, str], choices: Choices) -> Iterator[Entry | Fault]:
    usual = REGIME_TAX_TYPES[choices.settings.tax_regime]
    seen: set[str] = set()
    for number in rows(fields, "tax"):
        place, place_of_type = f"tax.{number}.rate", f"tax.{number}.type"
        rate, tax_type = typed(fields, place), choices.tax_type(typed(fields, place_of_type))
        if not rate and not tax_type:
            continue
        if not RATE.fullmatch(rate):
            yield Fault(place, "Give the rate in per cent, such as 20 or 17.5, or exempt.")
            continue
        rate = normal_rate(rate.removesuffix("%").strip())
        if rate in seen:
            yield Fault(place, f"The rate {rate} is there twice: keep one of them.")
        elif not tax_type and rate not in usual:
            yield Fault(place_of_type, "Choose the tax type of this rate, or remove the rate.")
        seen.add(rate)
        yield Entry(("tax", rate), place_of_type, tax_type)


def _channels(fields: Mapping[str, str], choices: Choices) -> Iterator[Entry | Fault]:
    return _overrides(fields, "channels", CHANNEL, "id of the sales channel in Mintsoft", choices)


def _skus(fields: Mapping[str, str], choices: Choices) -> Iterator[Entry | Fault]:
    return _overrides(fields, "skus", SKU, "SKU", choices)


def _overrides(
    fields: Mapping[str, str], section: str, names: Iterable[str], what: str, choices: Choices
) -> Iterator[Entry | Fault]:
    seen: set[str] = set()
    for number in rows(fields, section):
        where = f"{section}.{number}"
        key = typed(fields, f"{where}.key")
        row = [*_row(fields, where, (section, key), names, choices)]
        if not key and not has_values(row):
            continue
        yield from row
        if sentence := _row_problem(key, row, seen, what):
            yield Fault(f"{where}.key", sentence)
        seen.add(key)


def _row_problem(key: str, row: list[Entry | Fault], seen: set[str], what: str) -> str:
    if not key:
        return f"Give the {what}, or remove this row."
    if key in seen:
        return f"{key} is there twice: keep one of the rows."
    if not has_values(row):
        return "Say what differs, or remove this row."
    return ""


def _row(
    fields: Mapping[str, str], where: str, key: Key, names: Iterable[str], choices: Choices
) -> Iterator[Entry | Fault]:
    for name in names:
        yield from _value(fields, f"{where}.{name}", (*key, name), choices)
    yield from _tracking(fields, where, (*key, "tracking"), choices)


def _value(
    fields: Mapping[str, str], place: str, key: Key, choices: Choices
) -> Iterator[Entry | Fault]:
    text = typed(fields, place)
    if key[-1] == "contact":
        yield Entry(key, place, text)
        return
    if key[-1] == "tax_type":
        yield Entry(key, place, choices.tax_type(text))
        return
    code = choices.account(text)
    yield Entry(key, place, code)
    if len(code) > LONGEST_CODE:
        yield Fault(place, "Choose an account from the list, or give its code.")


def _tracking(
    fields: Mapping[str, str], where: str, key: Key, choices: Choices
) -> Iterator[Entry | Fault]:
    found = []
    for name in TRACKINGS:
        text = typed(fields, f"{where}.{name}")
        choice = choices.tracking(text) if text else None
        if choice:
            found.append(choice)
        elif text:
            yield Fault(f"{where}.{name}", "Choose from the list: category and option.")
    if len({each["category"] for each in found}) < len(found):
        sentence = f"A line has one option of {found[0]['category']}: choose another category."
        yield Fault(f"{where}.{TRACKINGS[1]}", sentence)
    yield Entry(key, f"{where}.{TRACKINGS[0]}", found)


def has_values(row: Iterable[Entry | Fault]) -> bool:
    """Return whether anything stands in a row, right or wrong."""
    return any(isinstance(each, Fault) or bool(each.value) for each in row)

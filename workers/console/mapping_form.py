"""The fields of the mapping page: from a mapping to what stands in them, and back. Pure.

A field is called by the key of its value (``defaults.sales``); what has no fixed key stands in
numbered rows (``skus.0.sales``). What the page does not show is left as it was.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from schemas.connections import Mapping as AccountMapping
from schemas.connections import Mode, normal_rate
from schemas.mintsoft import COST_CENTRES
from workers.console.choices import Choices, tracking_text
from workers.mapping.files import Unreadable, validated
from workers.mapping.keys import Content, Key, nested
from workers.mapping.tax import REGIME_TAX_TYPES

DEFAULTS = ("sales", "purchases", "shipping", "discount", "rounding", "inventory")
CHANNEL = ("sales", "shipping", "discount", "contact")
SKU = ("sales", "purchases", "tax_type")
TRACKINGS = ("tracking1", "tracking2")

KEYS = {"tax": ("rate", "type"), "channels": ("key",), "skus": ("key",)}
"""Sections of rows that are added and removed, with what a new row has at least."""

SECTIONS = {
    Mode.ACCOUNTING: ("defaults", "tax", "channels", "skus"),
    Mode.FULFILMENT: ("cost_centres", "tax", "rounding"),
}

MOST_ROWS = 200
"""SKUs or channels on one page; with more the section is changed by importing YAML."""

LONGEST_CODE = 10

RATE = re.compile(r"exempt|[0-9]{1,3}([.][0-9]{1,4})?\s*%?")

ROW = re.compile(r"0|[1-9][0-9]{0,4}")

Fields = dict[str, str]


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


def shown_sections(mode: Mode, base: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the sections that the page shows: those of the mode that are not too long."""
    return tuple(name for name in SECTIONS[mode] if not is_too_long(base.get(name)))


def is_too_long(section: object) -> bool:
    """Return whether a section has too many rows for a page."""
    return isinstance(section, Mapping) and len(section) > MOST_ROWS


# From a mapping to fields


def filled(content: Mapping[str, Any], mode: Mode, choices: Choices) -> Fields:
    """Return the fields of the page that shows *content*."""
    own = _filled_orders if mode is Mode.ACCOUNTING else _filled_invoices
    return {**dict(own(content, choices)), **dict(_filled_tax(content, choices))}


def _filled_orders(content: Mapping[str, Any], choices: Choices) -> Iterator[tuple[str, str]]:
    defaults = content.get("defaults") or {}
    for name in DEFAULTS:
        yield f"defaults.{name}", choices.account_text(defaults.get(name) or "")
    for section, names in (("channels", CHANNEL), ("skus", SKU)):
        rows = content.get(section) or {}
        if is_too_long(rows):
            continue
        for number, key in enumerate(sorted(rows, key=_natural)):
            yield f"{section}.{number}.key", key
            yield from _filled_row(f"{section}.{number}", rows[key], names, choices)


def _filled_invoices(content: Mapping[str, Any], choices: Choices) -> Iterator[tuple[str, str]]:
    centres = content.get("cost_centres") or {}
    for name in COST_CENTRES:
        held = centres.get(name) or {}
        yield from _filled_row(f"cost_centres.{name}", held, ("account", "tax_type"), choices)
    yield "rounding", choices.account_text(content.get("rounding") or "")


def _filled_row(
    where: str, held: Mapping[str, Any], names: Iterable[str], choices: Choices
) -> Iterator[tuple[str, str]]:
    for name in names:
        yield f"{where}.{name}", _text(name, held.get(name) or "", choices)
    for name, choice in zip(TRACKINGS, held.get("tracking") or (), strict=False):
        yield f"{where}.{name}", tracking_text(choice)


def _filled_tax(content: Mapping[str, Any], choices: Choices) -> Iterator[tuple[str, str]]:
    own = content.get("tax") or {}
    rates = {*own, *REGIME_TAX_TYPES[choices.settings.tax_regime]}
    for number, rate in enumerate(sorted(rates, key=_by_rate)):
        yield f"tax.{number}.rate", rate
        yield f"tax.{number}.type", choices.tax_text(own.get(rate, ""))


def _text(name: str, value: str, choices: Choices) -> str:
    if name == "tax_type":
        return choices.tax_text(value)
    return value if name == "contact" else choices.account_text(value)


def _natural(key: str) -> tuple[int, str]:
    return (int(key) if key.isascii() and key.isdigit() and len(key) < 20 else 2**63, key)


def _by_rate(rate: str) -> tuple[bool, Decimal]:
    return rate == "exempt", -Decimal(0 if rate == "exempt" else rate)


# From fields to a mapping


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


# Fields


def typed(fields: Mapping[str, str], name: str) -> str:
    """Return what stands in a field, without the spaces around it."""
    return fields.get(name, "").strip()


def has_values(row: Iterable[Entry | Fault]) -> bool:
    """Return whether anything stands in a row, right or wrong."""
    return any(isinstance(each, Fault) or bool(each.value) for each in row)


def rows(fields: Mapping[str, str], section: str) -> list[int]:
    """Return the numbers of a section's rows."""
    found = {name.split(".")[1] for name in fields if name.startswith(f"{section}.")}
    return sorted({int(each) for each in found if ROW.fullmatch(each)})


def with_row(fields: Mapping[str, str], section: str) -> Fields:
    """Return the fields with an empty row more; as they are when there is no such section."""
    number = max(rows(fields, section), default=-1) + 1
    new = {f"{section}.{number}.{name}": "" for name in KEYS.get(section, ())}
    return {**fields, **new}


def without_row(fields: Mapping[str, str], row: str) -> Fields:
    """Return the fields without one row, such as ``skus.3``."""
    section = row.partition(".")[0]
    kept = {name: text for name, text in fields.items() if not name.startswith(f"{row}.")}
    return kept if section in KEYS else dict(fields)

"""The fields of the mapping page: what stands in them for a mapping, and their rows. Pure.

A field is called by the key of its value (``defaults.sales``); what has no fixed key stands in
numbered rows (``skus.0.sales``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from schemas.connections import Mode
from schemas.mintsoft import COST_CENTRES
from workers.console.choices import Choices, tracking_text
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

ROW = re.compile(r"0|[1-9][0-9]{0,4}")

Fields = dict[str, str]


def shown_sections(mode: Mode, base: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the sections that the page shows: those of the mode that are not too long."""
    return tuple(name for name in SECTIONS[mode] if not is_too_long(base.get(name)))


def is_too_long(section: object) -> bool:
    """Return whether a section has too many rows for a page."""
    return isinstance(section, Mapping) and len(section) > MOST_ROWS


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


def typed(fields: Mapping[str, str], name: str) -> str:
    """Return what stands in a field, without the spaces around it."""
    return fields.get(name, "").strip()


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

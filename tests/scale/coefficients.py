"""What the model is made from: each figure with the command that measures it, in one TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("coefficients.toml")


@dataclass(frozen=True, slots=True)
class Coefficient:
    """``source`` is a command that measures it, or says whose choice or assumption it is."""

    group: str
    name: str
    value: float
    source: str


@cache
def everything() -> dict[str, Coefficient]:
    """Return every coefficient by ``group.name``."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        f"{group}.{name}": _coefficient(group, name, entry)
        for group, entries in found.items()
        for name, entry in entries.items()
    }


def of(name: str) -> float:
    """Return one value. Raises KeyError for a name that is not in the file."""
    return everything()[name].value


def _coefficient(group: str, name: str, entry: dict[str, Any]) -> Coefficient:
    return Coefficient(group, name, float(entry["value"]), str(entry["from"]))

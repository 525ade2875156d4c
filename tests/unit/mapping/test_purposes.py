"""Which accounts are offered for what, and what is said of those that are unusual."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.connections import ConnectionSettings, Mapping, Mode
from tests.unit.mapping.books import CHART, DEFAULTS
from tests.unit.mapping.presets import UK
from workers.mapping.keys import words
from workers.mapping.purposes import PURPOSES, purpose_of, suitable
from workers.mapping.readiness import findings, notes

SALES = ["200", "201", "205", "270", "425"]


@pytest.mark.parametrize(
    ("name", "tax_type", "codes"),
    [
        ("sales", None, SALES),
        ("shipping", None, [*SALES[:4], "310", "425", "429", "860"]),
        ("shipping", "OUTPUT2", SALES),
        ("discount", "NO SUCH TYPE", [*SALES[:4], "310", "425", "429", "860"]),
        ("purchases", "OUTPUT2", ["310", "429", "860"]),
        ("inventory", None, ["630"]),
        ("account", "OUTPUT2", SALES),
    ],
)
def test_what_is_offered(name: str, tax_type: str | None, codes: list[str]) -> None:
    """Active, of a class that fits, free for use, and able to bear the tax of its lines."""
    found = [each.code for each in suitable(PURPOSES[name], CHART, tax_type)]
    assert found == codes


def test_what_xero_keeps_for_itself_is_never_offered_but_its_rounding_account() -> None:
    for purpose in PURPOSES.values():
        kept = [each.system for each in suitable(purpose, UK) if each.system]
        assert kept == (["ROUNDING"] if purpose.name == "rounding" else [])


def test_only_accounts_have_a_purpose() -> None:
    assert purpose_of(("defaults", "sales")) is PURPOSES["sales"]
    assert purpose_of(("skus", "A", "purchases")) is PURPOSES["purchases"]
    for key in (("tax", "20"), ("skus", "A", "tax_type"), ("channels", "7", "contact")):
        assert purpose_of(key) is None


@pytest.mark.parametrize(
    ("mapping", "key", "said"),
    [
        ({"defaults": {"sales": "310"}}, "defaults.sales", "Sales) is an expense account; sales"),
        ({"defaults": {"sales": "200", "inventory": "200"}}, "defaults.inventory",
         "on an account of type Inventory"),
        ({"defaults": DEFAULTS, "skus": {"A": {"purchases": "200"}}}, "skus.A.purchases",
         "(SKU A, purchases) is a revenue account"),
    ],
)  # fmt: skip
def test_what_is_unusual_is_noted_not_refused(mapping: dict[str, Any], key: str, said: str) -> None:
    """Xero takes such accounts, so they are no problem, only worth a look."""
    [note] = notes(Mapping.model_validate(mapping), Mode.ACCOUNTING, CHART, words)
    assert ".".join(note.key) == key
    assert said in note.warning.message


def test_what_is_archived_is_a_problem_and_not_noted_besides() -> None:
    mapping = Mapping.model_validate({"defaults": {"sales": "499"}})
    assert notes(mapping, Mode.ACCOUNTING, CHART) == []


@pytest.mark.parametrize(
    ("mode", "mapping", "expected"),
    [
        (Mode.ACCOUNTING, {}, {"defaults.sales"}),
        (Mode.FULFILMENT, {}, {"cost_centres"}),
        (Mode.ACCOUNTING, {"defaults": {"sales": "499"}}, {"defaults.sales"}),
        (Mode.ACCOUNTING, {"defaults": {"sales": "200", "rounding": "499"}}, {"defaults.rounding"}),
        (Mode.ACCOUNTING, {"defaults": DEFAULTS, "rounding": "499"}, {"rounding"}),
        (Mode.ACCOUNTING, {"defaults": {"sales": "200"}, "tax": {"20": "NOPE"}}, {"tax.20"}),
        (Mode.ACCOUNTING, {"defaults": DEFAULTS, "skus": {"A": {"tax_type": "NOPE"}}},
         {"skus.A.tax_type"}),
        (Mode.FULFILMENT, {"cost_centres": {"AdminFee": {"account": "499", "tax_type": "NOPE"}}},
         {"cost_centres.AdminFee.account", "cost_centres.AdminFee.tax_type"}),
        (Mode.FULFILMENT, {"cost_centres": {"AdminFee": {"account": "429"}}},
         {"cost_centres.AdminFee.account"}),
    ],
)  # fmt: skip
def test_each_finding_names_the_key_to_change(
    mode: Mode, mapping: dict[str, Any], expected: set[str]
) -> None:
    found = findings(Mapping.model_validate(mapping), ConnectionSettings(), mode, CHART)
    assert {".".join(each.key) for each in found} == expected

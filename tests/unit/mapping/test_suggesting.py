"""Suggestions: what a chart's own names say, only what suits, and nothing where nothing speaks."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.connections import ConnectionSettings, Mapping, Mode
from tests.unit.mapping.books import ACCOUNTS, account, chart
from tests.unit.mapping.presets import AU, UK
from workers.mapping.chart import Chart
from workers.mapping.keys import nested
from workers.mapping.readiness import check_mapping
from workers.mapping.suggesting import has_word, suggestions

REGIMES = [(UK, "uk"), (AU, "au-bas"), (UK, "custom")]


def suggested(mode: Mode, books: Chart, regime: str = "uk") -> dict[str, str]:
    settings = ConnectionSettings.model_validate({"tax_regime": regime})
    return {".".join(key): value for key, value in suggestions(mode, settings, books).items()}


def test_the_chart_of_a_new_organisation_in_the_uk() -> None:
    """Each cost centre gets the account that is called after it."""
    assert suggested(Mode.FULFILMENT, UK) == {
        "cost_centres.PickingCost.account": "210",
        "cost_centres.PostageCost.account": "211",
        "cost_centres.VatFreePostageCost.account": "211",
        "cost_centres.PackagingCost.account": "212",
        "cost_centres.StorageCost.account": "213",
        "cost_centres.ReturnsCost.account": "214",
        "cost_centres.CollectionsCost.account": "215",
        "cost_centres.GoodsInCost.account": "216",
        "cost_centres.ReworkCost.account": "217",
        "cost_centres.GenericInvoiceItemsCost.account": "260",
        "cost_centres.AdminFee.account": "218",
        "rounding": "860",
        "tax.20": "OUTPUT2",
        "tax.5": "RROUTPUT",
        "tax.0": "ZERORATEDOUTPUT",
        "tax.exempt": "EXEMPTOUTPUT",
    }


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(("books", "regime"), REGIMES)
def test_what_is_suggested_can_be_posted(mode: Mode, books: Chart, regime: str) -> None:
    """A check of the suggestions, as they are, may miss a tax type, but finds nothing wrong."""
    settings = ConnectionSettings.model_validate({"tax_regime": regime})
    mapping = Mapping.model_validate(nested(suggestions(mode, settings, books)))
    found = {each.code for each in check_mapping(mapping, settings, mode, books)}
    allowed = {"tax_type_unmapped"} if regime == "custom" else set()
    assert found <= allowed


@pytest.mark.parametrize(
    ("accounts", "key", "code"),
    [
        ([account("4000", "Turnover")], "defaults.sales", "4000"),
        ([account("200", "Income"), account("4000", "Wages recharged")], "defaults.sales", "200"),
        ([account("201", "Sales eBay"), account("209", "Sales")], "defaults.sales", "209"),
        ([account("425", "Freight", "EXPENSE")], "defaults.shipping", None),
        ([account("301", "Purchases", "EXPENSE")], "defaults.purchases", "301"),
        ([account("301", "Purchases", "EXPENSE", Status="ARCHIVED")], "defaults.purchases", None),
        ([account("500", "Discounts allowed")], "defaults.discount", "500"),
        ([account("500", "Stock", "ASSET")], "defaults.inventory", None),
        ([account("500", "Stock", "ASSET", Type="INVENTORY")], "defaults.inventory", "500"),
        ([account("999", "Roundings")], "defaults.rounding", None),
    ],
)
def test_names_codes_and_classes(accounts: list[Any], key: str, code: str | None) -> None:
    """A name beats a code, a plain name a longer one; what does not suit is not suggested."""
    assert suggested(Mode.ACCOUNTING, chart(accounts=accounts)).get(key) == code


def test_nothing_is_made_up() -> None:
    """Without a name or a code that speaks for it, a cost centre stays empty."""
    found = suggested(Mode.FULFILMENT, chart(accounts=ACCOUNTS))
    assert "cost_centres.ReworkCost.account" not in found


@pytest.mark.parametrize(
    ("name", "word", "is_there"),
    [
        ("Discounts", "discount", True),
        ("Goods In", "goods in", True),
        ("Goods Inwards", "goods in", False),
        ("Wholesales", "sales", False),
        ("SALES - Gifts", "sales", True),
        ("Pick (& pack)", "pick", True),
    ],
)
def test_words_are_whole(name: str, word: str, is_there: bool) -> None:
    assert has_word(name, word) is is_there

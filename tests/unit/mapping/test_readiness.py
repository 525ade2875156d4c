"""``mapping check`` finds what would stop documents before any document meets it."""

from typing import Any

import pytest

from schemas.connections import Mode
from schemas.mintsoft import COST_CENTRES
from tests.unit.mapping.books import ACCOUNTS, CHART, DEFAULTS, chart, context, fulfilment
from workers.mapping.chart import Chart
from workers.mapping.context import Context
from workers.mapping.readiness import check_mapping, mapping_warnings
from workers.mapping.reasons import Reason

Json = dict[str, Any]
EBAY = [{"category": "Channel", "option": "eBay"}]
FAX = [{"category": "Channel", "option": "Fax"}]


def _check(where: Context, books: Chart = CHART) -> list[Reason]:
    return check_mapping(where.mapping, where.settings, where.mode, books)


def test_a_good_mapping_has_no_findings() -> None:
    mapping = {
        "defaults": {**DEFAULTS, "inventory": "630", "rounding": "860"},
        "tax": {"20": "OUTPUT2"},
        "channels": {"7": {"sales": "201", "tracking": EBAY}},
        "skus": {"GIFT": {"sales": "205", "purchases": "429", "tax_type": "RROUTPUT"}},
    }
    assert _check(context(mapping)) == []
    assert _check(fulfilment()) == []


@pytest.mark.parametrize(
    ("mapping", "code", "what"),
    [
        ({"defaults": None}, "mapping_missing", "defaults.sales"),
        ({"defaults": {"sales": "999"}}, "account_missing", "defaults.sales"),
        ({"defaults": {**DEFAULTS, "shipping": "429"}}, "account_unsuitable", "defaults.shipping"),
        ({"defaults": {**DEFAULTS, "discount": "610"}}, "account_reserved", "defaults.discount"),
        ({"defaults": {**DEFAULTS, "purchases": "499"}}, "account_archived", "defaults.purchases"),
        ({"defaults": {**DEFAULTS, "inventory": "777"}}, "account_missing", "defaults.inventory"),
        ({"defaults": {**DEFAULTS, "rounding": "499"}}, "account_archived", "rounding"),
        ({"tax": {"17.5": "OLDOUTPUT"}}, "tax_type_inactive", "tax.17.5"),
        ({"tax": {"8": "EIGHT"}}, "tax_type_missing", "tax.8"),
        ({"channels": {"7": {"shipping": "499"}}}, "account_archived", "channels.7.shipping"),
        ({"channels": {"7": {"tracking": FAX}}}, "tracking_missing", "Channel: Fax"),
        ({"skus": {"A": {"sales": "429"}}}, "account_unsuitable", "skus.A.sales"),
        ({"skus": {"A": {"purchases": "999"}}}, "account_missing", "skus.A.purchases"),
        ({"skus": {"A": {"tax_type": "NOPE"}}}, "tax_type_missing", "skus.A.sales"),
        ({"skus": {"A": {"tracking": FAX}}}, "tracking_missing", "Channel: Fax"),
    ],
)
def test_orders(mapping: Json, code: str, what: str) -> None:
    (found,) = _check(context(mapping))
    assert found.code == code
    assert what in found.message


@pytest.mark.parametrize(
    ("mapping", "settings", "code", "what"),
    [
        ({"cost_centres": {}}, {}, "mapping_missing", "cost_centres"),
        ({"cost_centres": {"AdminFee": {"account": "429"}}}, {}, "account_unsuitable", "AdminFee"),
        ({"cost_centres": {"AdminFee": {"account": "200", "tracking": FAX}}}, {},
         "tracking_missing", "Channel: Fax"),
        ({"cost_centres": {"AdminFee": {"account": "200"}}}, {"tax_regime": "custom"},
         "tax_type_unmapped", "Admin fee"),
        ({"rounding": "499"}, {}, "account_archived", "rounding"),
    ],
)  # fmt: skip
def test_invoices(mapping: Json, settings: Json, code: str, what: str) -> None:
    (found,) = _check(fulfilment(mapping, settings))
    assert found.code == code
    assert what in found.message


def test_a_chart_without_a_rounding_account_asks_for_one() -> None:
    books = chart(accounts=[each for each in ACCOUNTS if each.get("SystemAccount") != "ROUNDING"])
    (found,) = _check(context(), books)
    assert found.code == "rounding_account_missing"


def test_everything_is_found_at_once() -> None:
    mapping = {"defaults": {"sales": "999", "shipping": "499"}, "tax": {"8": "EIGHT"}}
    codes = [each.code for each in _check(context(mapping))]
    assert codes == ["account_missing", "account_archived", "tax_type_missing"]


def test_unmapped_cost_centres_are_warnings() -> None:
    found = mapping_warnings(fulfilment().mapping, Mode.FULFILMENT, CHART)
    assert len(found) == len(COST_CENTRES) - len(fulfilment().mapping.cost_centres)
    assert any("Admin fee (AdminFee)" in each.message for each in found)
    assert mapping_warnings(context().mapping, Mode.ACCOUNTING, CHART) == []

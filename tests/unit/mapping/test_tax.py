"""Which tax type a rate becomes, and which rate the amounts speak of."""

from decimal import Decimal

import pytest

from schemas.connections import ConnectionSettings, Mapping, TaxRegime
from schemas.mintsoft import OrderItem
from tests.unit.mapping.books import CHART, item
from workers.mapping.reasons import Reason
from workers.mapping.tax import fitting_rate, item_rate, rate_differs, rates_of, tax_types, type_for

UK = (Decimal(20), Decimal(5), Decimal(0))


@pytest.mark.parametrize(
    ("regime", "mapped", "rate", "tax_type"),
    [
        ("uk", {}, "20", "OUTPUT2"),
        ("uk", {}, "20.00", "OUTPUT2"),
        ("uk", {}, "5", "RROUTPUT"),
        ("uk", {}, "0", "ZERORATEDOUTPUT"),
        ("uk", {"20": "OUTPUT3"}, "20", "OUTPUT3"),
        ("uk", {"17.50": "OLDOUTPUT"}, "17.5", "OLDOUTPUT"),
        ("au-bas", {}, "10", "OUTPUT"),
        ("au-bas", {}, "0", "EXEMPTOUTPUT"),
        ("custom", {"100": "LUXURY"}, "1E+2", "LUXURY"),
    ],
)
def test_the_mapping_comes_before_the_regime(
    regime: str, mapped: dict[str, str], rate: str, tax_type: str
) -> None:
    settings = ConnectionSettings(tax_regime=TaxRegime(regime))
    types = tax_types(Mapping.model_validate({"tax": mapped}), settings)
    assert type_for(Decimal(rate), types, "SKU A") == tax_type


def test_a_rate_nobody_mapped_names_rate_and_sku() -> None:
    found = type_for(Decimal("7.70"), {"20": "OUTPUT2"}, "SKU A")
    assert isinstance(found, Reason)
    assert found.code == "tax_rate_unmapped"
    assert "7.7 %" in found.message
    assert "SKU A" in found.message


def test_exempt_is_no_rate() -> None:
    assert rates_of(["20", "exempt"]) == (Decimal(20),)


@pytest.mark.parametrize(
    ("net", "tax", "preferred", "rate"),
    [
        ("10", "2", (), "20"),
        ("9.99", "2.00", (), "20"),
        ("9.99", "0.5", (), "5"),
        ("10", "0", (), "0"),
        ("-10", "-2", (), "20"),
        ("0.05", "0.01", (), "20"),  # a penny on five: 5 % and 0 % fit too, 20 % is nearest
        ("0.02", "0", (), "0"),
        ("0.02", "0", ("20",), "20"),  # the document's own rate wins when it fits
        ("10", "1.75", (), None),
        ("10", "1.98", (), None),
    ],
)
def test_the_rate_that_amounts_speak_of(
    net: str, tax: str, preferred: tuple[str, ...], rate: str | None
) -> None:
    found = fitting_rate(Decimal(net), Decimal(tax), UK, [Decimal(each) for each in preferred])
    assert found == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("line", "rate"),
    [
        ({"TaxRate": "5", "PriceNet": 10, "Tax": 2}, "5"),
        ({"PriceNet": 10, "Tax": 2}, "20"),
        ({"Price": 10, "Vat": "0.5"}, "5"),
        ({"PriceNet": "0.03", "Tax": "0.01", "NetPaid": 30, "TaxPaid": 6}, "20"),
        ({"PriceNet": 10, "Tax": "1.3"}, "13"),
        ({"PriceNet": "1E-400", "Tax": 1000}, "0"),
    ],
)
def test_a_missing_rate_is_derived(line: dict[str, object], rate: str) -> None:
    found = OrderItem.model_validate({**item(), "TaxRate": None, "PriceNet": None, **line})
    assert item_rate(found, UK) == Decimal(rate)


def test_a_tax_type_of_another_rate_in_xero_stops_the_line() -> None:
    found = rate_differs("OUTPUT2", Decimal("17.5"), "SKU A", CHART)
    assert found is not None
    assert "OUTPUT2 is 20 % in Xero, but Mintsoft charged 17.5 %" in found.message
    assert rate_differs("OUTPUT2", Decimal("20.0"), "SKU A", CHART) is None
    assert rate_differs("NOT-THERE", Decimal(20), "SKU A", CHART) is None

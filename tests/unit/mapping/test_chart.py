"""The chart is read from Xero's own JSON, and knows what an account may be used for."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.unit.mapping.books import ACCOUNTS, CHART, account, chart, tax_rate
from workers.mapping.chart import ROUNDING, xero_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("/Date(1767139200000+0000)/", dt.date(2025, 12, 31)),
        ("/Date(1767139200000)/", dt.date(2025, 12, 31)),
        ("/Date(-86400000+0000)/", dt.date(1969, 12, 31)),
        ("2026-03-31T00:00:00", dt.date(2026, 3, 31)),
        ("2026-03-31", dt.date(2026, 3, 31)),
        (None, None),
        ("", None),
    ],
)
def test_dates(text: str | None, day: dt.date | None) -> None:
    assert xero_date(text) == day


def test_a_date_in_no_form_of_xeros_is_refused() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        xero_date("yesterday")


@pytest.mark.parametrize(
    ("period", "year_end", "lock"),
    [
        (None, None, None),
        ("2026-03-31", None, dt.date(2026, 3, 31)),
        ("2026-03-31", "2026-06-30", dt.date(2026, 6, 30)),
        ("2026-03-31", "2025-12-31", dt.date(2026, 3, 31)),
    ],
)
def test_the_later_lock_date_counts(
    period: str | None, year_end: str | None, lock: dt.date | None
) -> None:
    books = chart({"PeriodLockDate": period, "EndOfYearLockDate": year_end})
    assert books.organisation.lock_date == lock


def test_the_organisation() -> None:
    found = CHART.organisation
    assert (found.name, found.short_code, found.base_currency) == ("Acme Tea Ltd", "!acme1", "GBP")
    assert found.country == "GB"


def test_accounts_are_known_by_code() -> None:
    assert "Bank without a code" not in {each.name for each in CHART.accounts.values()}
    assert CHART.accounts["200"].active
    assert not CHART.accounts["499"].active


def test_an_active_account_hides_an_archived_one_with_its_code() -> None:
    books = chart(accounts=[account("200", "New"), account("200", "Old", Status="ARCHIVED")])
    assert books.accounts["200"].name == "New"


@pytest.mark.parametrize(
    ("code", "kept_for"), [("610", "DEBTORS"), ("630", "INVENTORY"), ("860", None), ("200", None)]
)
def test_accounts_that_xero_keeps_for_itself(code: str, kept_for: str | None) -> None:
    assert CHART.accounts[code].reserved == kept_for


def test_a_tax_type_suits_the_classes_its_flags_name() -> None:
    rate = CHART.tax_rates["OUTPUT2"]
    assert rate.suits(CHART.accounts["200"])
    assert not rate.suits(CHART.accounts["429"])
    assert CHART.tax_rates["NONE"].suits(CHART.accounts["429"])


def test_rates_never_pass_through_float() -> None:
    books = chart(rates=[{**tax_rate("A", "0"), "EffectiveRate": 17.5}, tax_rate("B", "12.1234")])
    assert books.rates == {"A": Decimal("17.5"), "B": Decimal("12.1234")}


def test_only_active_tracking_counts() -> None:
    assert CHART.tracking["Channel"] == {"eBay", "Amazon"}


def test_the_base_currency_is_always_enabled() -> None:
    assert "AUD" in chart({"BaseCurrency": "AUD"}).currencies


def test_the_rounding_account_is_found_by_its_mark() -> None:
    assert CHART.system_account(ROUNDING) == "860"
    without = [each for each in ACCOUNTS if each.get("SystemAccount") != "ROUNDING"]
    assert chart(accounts=without).system_account(ROUNDING) is None

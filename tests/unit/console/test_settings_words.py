"""Every setting of a connection has a name, an explanation and a value that people can read."""

from __future__ import annotations

import pytest

from schemas.connections import ConnectionSettings
from workers.console.settings_words import LABELS, shown


def test_every_setting_is_explained() -> None:
    """A new one is not on the page until somebody says what it is."""
    assert list(LABELS) == list(ConnectionSettings.model_fields)
    assert all(label and explained.endswith(".") for label, explained in LABELS.values())


LEEDS = {"category": "Warehouse", "option": "Leeds"}


@pytest.mark.parametrize(
    ("given", "label", "value"),
    [
        ({}, "Days until due", "as usual"),
        ({"due_days": 0}, "Days until due", "0"),
        ({"export_trigger": "manual"}, "Export starts", "manual"),
        ({"export_channels": [7, 8]}, "Sales channels", "7, 8"),
        ({"import_sales_orders": False}, "Sales invoices become orders", "no"),
        (
            {"tracking": [LEEDS]},
            "Tracking",
            "Warehouse: Leeds",
        ),
        ({"tax_regime": "au-bas"}, "Tax regime", "au-bas"),
        ({"rounding_tolerance": "0.10"}, "Rounding tolerance", "0.10"),
        ({"import_filters": {}}, "Import filters", "as usual"),
        (
            {"import_filters": {"statuses": ["PAID"], "ignore_paid": True}},
            "Import filters",
            "ignore paid: yes; statuses: PAID",
        ),
    ],
)
def test_values_are_said_as_people_write_them(
    given: dict[str, object], label: str, value: str
) -> None:
    """No brackets, no quotes, no None."""
    [found] = [each for each in shown(given) if each.label == label]
    assert (found.value, found.is_set) == (value, bool(given))

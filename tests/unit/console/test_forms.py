"""What people type, read into values."""

from __future__ import annotations

import pytest

from schemas.connections import Mode
from workers.cli.connections import ACCOUNT as ON_THE_COMMAND_LINE
from workers.console import forms
from workers.store.overview import Wanted

FORM = {"mode": "accounting", "account": " acme ", "client_id": " 3 ", "warehouse_id": "5"}


def test_a_form_filled_in() -> None:
    assert forms.wanted(FORM) == Wanted(Mode.ACCOUNTING, "acme", 3, 5, None)
    fulfilment = {"mode": "fulfilment", "account": "acme"}
    assert forms.wanted(fulfilment) == Wanted(Mode.FULFILMENT, "acme", None, None, None)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(forms.Wrong) as told:
        forms.wanted({"client_id": "x", "warehouse_id": "1.5", "channel_id": "²"})
    assert set(told.value.problems) == {
        "mode",
        "account",
        "client_id",
        "warehouse_id",
        "channel_id",
    }


@pytest.mark.parametrize("text", ["0", "-1", "9223372036854775808", "1e3", "٣", "9" * 5000])
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(forms.Wrong, match="client_id"):
        forms.wanted(FORM | {"client_id": text})


def test_accounts_are_called_alike_in_the_browser_and_on_the_command_line() -> None:
    assert forms.ACCOUNT.pattern == ON_THE_COMMAND_LINE.pattern

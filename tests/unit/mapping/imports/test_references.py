"""An order in Mintsoft names its Xero invoice for good, and nothing else is taken for one."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.mapping.imports.references import LONGEST, external_reference, xero_id_in

ID = UUID("220ddca8-3144-4085-9a88-2d72c5133734")


@pytest.mark.parametrize(
    ("reference", "wanted"),
    [
        (None, f"XERO-{ID}"),
        ("", f"XERO-{ID}"),
        ("PO 7781", f"XERO-{ID} PO 7781"),
        (" PO\n7781 ", f"XERO-{ID} PO 7781"),
        ("x" * 58, f"XERO-{ID} {'x' * 58}"),
        ("x" * 59, f"XERO-{ID}"),
    ],
)
def test_the_invoices_own_reference_is_added_if_it_fits(reference: str, wanted: str) -> None:
    """It is never cut short: half a purchase order number is another one."""
    assert external_reference(ID, reference) == wanted


@given(st.uuids(), st.text(max_size=300))
def test_there_and_back(xero_id: UUID, reference: str) -> None:
    """Whatever the reference, the id is found again."""
    text = external_reference(xero_id, reference)
    assert xero_id_in(text) == xero_id
    assert len(text) <= LONGEST


@pytest.mark.parametrize(
    "text",
    [None, "", "WEB-77", "XERO-", f"{ID}", f"PO XERO-{ID}", f"XERO-{ID}0", f"XERO-{ID}-2"],
)
def test_other_references_name_no_invoice(text: str | None) -> None:
    """Only our own form at the beginning counts."""
    assert xero_id_in(text) is None


def test_capitals_do_not_matter() -> None:
    """Mintsoft's pages may show them."""
    assert xero_id_in(f" xero-{str(ID).upper()} ") == ID

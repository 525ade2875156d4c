"""Where a document stands once Xero has answered, whatever Mintsoft said meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from schemas.exports import Kind, Status
from workers.mapping import outcomes
from workers.mapping.outcomes import InXero, Member
from workers.mapping.reasons import Cure, Reason

WHY = Reason("xero_refused", "no", "mend it", Cure.PERSON)
T0 = datetime(2026, 11, 2, 12, tzinfo=UTC)
FOUND = InXero(UUID(int=5), "MS-7", Decimal("12.00"), "GBP")
MEMBER = Member(
    position=0,
    document_id=1,
    kind=Kind.ORDER,
    invoice_number="MS-7",
    url="https://mintsoft.example/Order/Details/7",
    expected_total=Decimal("12.00"),
    currency="GBP",
    version=T0,
    mintsoft_total=Decimal("12.00"),
    mintsoft_currency="GBP",
    contact_key=None,
    warnings=[{"code": "sku_too_long", "message": "SKU is long"}],
    mintsoft_id=7,
    number="7",
    version_now=T0,
    total_now=Decimal("12.00"),
    currency_now="GBP",
    withdrawal=None,
    failures=2,
    crashes=0,
    traceparent=None,
)
WITHDRAWN = replace(MEMBER, withdrawal="changed their mind")
LATER = T0 + timedelta(hours=1)
CHANGED = replace(MEMBER, version_now=LATER, total_now=Decimal("15.00"))
OTHER_CURRENCY = replace(MEMBER, version_now=LATER, currency_now="EUR")
TOUCHED = replace(MEMBER, version_now=LATER)

POSTED = [
    (MEMBER, FOUND, Status.POSTED, None),
    (WITHDRAWN, FOUND, Status.NEEDS_ATTENTION, "withdrawn_after_posting"),
    (CHANGED, FOUND, Status.NEEDS_ATTENTION, "changed_after_posting"),
    (OTHER_CURRENCY, FOUND, Status.NEEDS_ATTENTION, "changed_after_posting"),
    (TOUCHED, FOUND, Status.POSTED, None),
    (
        MEMBER,
        replace(FOUND, currency="EUR"),
        Status.NEEDS_ATTENTION,
        "total_differs_in_xero",
    ),
    (
        MEMBER,
        replace(FOUND, total=Decimal("12.01")),
        Status.NEEDS_ATTENTION,
        "total_differs_in_xero",
    ),
]


@pytest.mark.parametrize(("member", "found", "status", "code"), POSTED)
def test_xero_has_it(member: Member, found: InXero, status: Status, code: str | None) -> None:
    """It is in the books: a contradiction is reported beside it, never hidden."""
    settled = outcomes.posted(member, found)
    assert settled.status is status
    assert (settled.reason.code if settled.reason else None) == code
    assert settled.in_xero == found
    assert [warning.code for warning in settled.warnings] == ["sku_too_long"]


REFUSED = [
    (MEMBER, Status.NEEDS_ATTENTION),
    (WITHDRAWN, Status.WITHDRAWN),
    (CHANGED, Status.WAITING),
    (TOUCHED, Status.WAITING),
]


@pytest.mark.parametrize(("member", "status"), REFUSED)
def test_xero_refuses_it(member: Member, status: Status) -> None:
    """A newer wish of Mintsoft's comes before the refusal of the old one."""
    assert outcomes.refused(member, WHY, "Xero's words").status is status


OURS = [
    (MEMBER.url, "12.00", True, True),
    (MEMBER.url, "12.01", True, False),
    ("https://elsewhere.example", "12.00", True, False),
    (None, "12.00", True, False),
    (MEMBER.url, "12.00", False, False),
]


@pytest.mark.parametrize(("url", "total", "live", "ours"), OURS)
def test_what_proves_that_an_invoice_is_ours(
    url: str | None, total: str, live: bool, ours: bool
) -> None:
    """The link back and the total together, on an invoice that still counts."""
    found = replace(FOUND, total=Decimal(total))
    assert outcomes.is_ours(MEMBER, url, found, live) is ours

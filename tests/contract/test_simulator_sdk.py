"""Xero's own Python SDK against the simulator: each understands the other."""

from decimal import Decimal
from pathlib import Path

import pytest
from xero_python.accounting import AccountingApi, Contact, Invoice, Invoices, LineItem
from xero_python.accounting.models import CurrencyCode, LineAmountTypes
from xero_python.api_client import ApiClient, Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.exceptions import AccountingBadRequestException

from tests.contract.exchanges import Xero
from tests.contract.openapi import validate_recordings

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:xero_python")


@pytest.fixture
def sdk(own_xero: Xero) -> AccountingApi:
    """The SDK, pointed at the simulator and holding its token."""
    client = ApiClient(Configuration())
    client.configuration.oauth2_token = OAuth2Token()  # a new Configuration copies the first one
    token = {**own_xero.tokens, "expires_at": 4_000_000_000}
    client.oauth2_token_getter(lambda: token)
    client.configuration.oauth2_token.update_token(
        **{name: token[name] for name in ("access_token", "scope", "expires_in", "token_type")},
        refresh_token=token["refresh_token"],
        expires_at=token["expires_at"],
    )
    url = str(own_xero.http.base_url).rstrip("/")
    return AccountingApi(client, base_url=f"{url}/api.xro/2.0")


def document(number: str, account: str = "200") -> Invoice:
    """An invoice as the SDK builds it."""
    return Invoice(
        type="ACCREC",
        invoice_number=number,
        contact=Contact(name="Zoë's Café"),
        line_amount_types=LineAmountTypes.EXCLUSIVE,
        currency_code=CurrencyCode.EUR,
        line_items=[
            LineItem(
                description="Blue mug",
                quantity=Decimal("2"),
                unit_amount=Decimal("5.0525"),
                account_code=account,
                tax_type="OUTPUT2",
            )
        ],
        status="DRAFT",
    )


def test_the_sdk_creates_and_reads(own_xero: Xero, sdk: AccountingApi, tmp_path: Path) -> None:
    """Given a good and a bad invoice, the SDK reads both outcomes and the money as Decimal."""
    batch = Invoices(invoices=[document("A-1"), document("A-2", account="999")])

    made = sdk.create_invoices(
        own_xero.tenant, batch, summarize_errors=False, unitdp=4, idempotency_key="k1"
    )

    good, bad = made.invoices
    assert (good.total, good.currency_code) == (Decimal("12.13"), CurrencyCode.EUR)
    assert (good.contact.name, bad.status_attribute_string) == ("Zoë's Café", "ERROR")
    assert "'999'" in bad.validation_errors[0].message
    found = sdk.get_invoices(own_xero.tenant, invoice_numbers=["A-1", "A-2"], page=1, unitdp=4)
    assert [each.invoice_number for each in found.invoices] == ["A-1"]
    assert found.invoices[0].line_items[0].unit_amount == Decimal("5.0525")
    with pytest.raises(AccountingBadRequestException):
        sdk.create_invoices(own_xero.tenant, batch, summarize_errors=True)
    assert validate_recordings(tmp_path) == []

"""Addresses of Xero's pages, for people."""

from urllib.parse import quote
from uuid import UUID

_LOGIN = "https://go.xero.com/organisationlogin/default.aspx"


def invoice_link(short_code: str, invoice_id: UUID) -> str:
    """Return the page of a sales invoice; Xero switches to the organisation first.

    The inner address is a parameter of the outer one, hence encoded (Xero's deep links).
    """
    target = f"/AccountsReceivable/View.aspx?InvoiceID={invoice_id}"
    return f"{_LOGIN}?shortcode={quote(short_code, safe='!')}&redirecturl={quote(target)}"

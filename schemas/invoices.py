"""Events about a 3PL's invoices to its clients."""

from schemas.mintsoft import Client, ConfirmedInvoiceSummary
from schemas.values import EventData, MintsoftId, Text


class InvoiceFinalisedV1(EventData):
    """``invoice.finalised.v1``: an operator confirmed an invoice to a client.

    Costs are net, in ``currency_code`` (ISO 4217).
    """

    invoice: ConfirmedInvoiceSummary
    client: Client
    currency_code: Text | None = None


class InvoiceUnconfirmedV1(EventData):
    """``invoice.unconfirmed.v1``: an invoice was taken back in Mintsoft."""

    invoice_id: MintsoftId
    client_id: MintsoftId
    reason: Text | None = None

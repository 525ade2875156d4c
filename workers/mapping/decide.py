"""From a document of the ledger to a decision, whatever its kind."""

from collections.abc import Mapping

from schemas.exports import Kind
from schemas.invoices import InvoiceFinalisedV1
from schemas.orders import OrderDispatchedV1
from workers.mapping.context import Context
from workers.mapping.decisions import Decision
from workers.mapping.invoices import decide_invoice
from workers.mapping.orders import decide_order


def decide(kind: Kind, payload: Mapping[str, object], context: Context) -> Decision:
    """Return what is to become of the document whose event data is *payload*.

    Raises pydantic.ValidationError when *payload* is not what its event promised: it was
    checked when it came in.
    """
    if kind is Kind.ORDER:
        return decide_order(OrderDispatchedV1.model_validate(payload, by_name=False), context)
    return decide_invoice(InvoiceFinalisedV1.model_validate(payload, by_name=False), context)

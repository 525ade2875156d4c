"""Invoice numbers: the name under which a document is ours in Xero, for ever the same.

Xero refuses a number used twice, so a number must follow from the document alone: never from
the clock or a counter.
"""

import re

from schemas.mintsoft import Order
from workers.mapping.reasons import Reason, reason
from workers.mapping.text import one_line

ORDER_TEMPLATE = "MS-{number}"
INVOICE_TEMPLATE = "MS-INV-{id}"

LONGEST = 255
"""Characters of Xero's InvoiceNumber."""

_FIELD = re.compile(r"\{(number|id|part)\}")


def order_number(order: Order, template: str | None) -> str | Reason:
    """Return the number of *order*; a split order's parts differ by ``-{part}``."""
    template = template or ORDER_TEMPLATE
    if (order.number_of_parts or 1) > 1 and "{part}" not in template:
        template += "-{part}"
    return _filled(template, order.order_number, order.id, order.part or 1)


def invoice_number(invoice_id: int, template: str | None) -> str | Reason:
    """Return the number of a 3PL invoice; Mintsoft numbers these by id alone."""
    return _filled(template or INVOICE_TEMPLATE, str(invoice_id), invoice_id, 1)


def _filled(template: str, number: str, document_id: int, part: int) -> str | Reason:
    """Fill *template* in one pass, so that a number containing ``{id}`` stays as it is."""
    values = {"number": number, "id": str(document_id), "part": str(part)}
    filled = one_line(_FIELD.sub(lambda found: values[found[1]], template), 10_000)
    if len(filled) > LONGEST:
        return reason("number_too_long", length=len(filled))
    return filled

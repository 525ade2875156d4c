"""What Xero's answers say, as small frozen values; read here and nowhere else.

Amounts are Decimal in the document's currency. An answer that does not fit what was sent is
Uncertain: guessing which element is whose could mark the wrong document as posted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from workers.mapping.outcomes import InXero
from workers.transport import Answer
from workers.xero import wire
from workers.xero.failures import broken, content, validation_errors
from workers.xero.reasons import already_there

_NOBODY = UUID(int=0)
"""Xero's id of an element that it has not created."""

GONE = frozenset({"DELETED", "VOIDED"})
"""Statuses of an invoice that no longer counts."""


@dataclass(frozen=True, slots=True)
class InvoiceOutcome:
    """What became of one invoice of a batch: ``in_xero``, or refused with ``errors``."""

    number: str
    in_xero: InXero | None
    errors: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether Xero has it now."""
        return self.in_xero is not None


@dataclass(frozen=True, slots=True)
class FoundInvoice:
    """A sales invoice that Xero has under a number; ``live`` unless deleted or voided."""

    number: str
    in_xero: InXero
    url: str | None
    status: str

    @property
    def live(self) -> bool:
        """Whether it still counts in the books."""
        return self.status not in GONE


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What became of one item: ``known`` when Xero has its code now, made by us or before."""

    code: str
    known: bool
    created: bool
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawChart:
    """The organisation's chart of accounts and what belongs to it, as Xero's JSON."""

    organisation: dict[str, object]
    accounts: list[dict[str, object]]
    tax_rates: list[dict[str, object]]
    tracking: list[dict[str, object]]
    currencies: list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class XeroConnection:
    """One organisation that the token's user has let us into."""

    connection_id: UUID
    tenant_id: UUID
    name: str


def rows(answer: Answer, field: str) -> list[dict[str, object]]:
    """Return the objects under *field* of a read. Raises Transient when it holds none such."""
    return _objects(content(answer, write=False).get(field), write=False)


def lists_elements(answer: Answer) -> bool:
    """Tell a 400 about a batch's elements from one about the request as a whole.

    Only the first gives each element with its own fields beside its messages.
    """
    if answer.status != 400:
        return False
    try:
        body = wire.decode(answer.body)
    except ValueError:
        return False
    listed = body.get("Elements") if isinstance(body, dict) else None
    return isinstance(listed, list) and any(
        isinstance(each, dict) and set(each) - {"ValidationErrors", "Warnings"} for each in listed
    )


def elements(answer: Answer, field: str, sent: int) -> list[dict[str, object]]:
    """Return the elements of a batch in the order sent: under *field*, or of a 400's list.

    Raises Uncertain when they are not as many as were *sent*: a 400 may list those in error
    only, and says nothing of the others, which have been created.
    """
    listed = content(answer, write=True).get("Elements" if answer.status == 400 else field)
    found = _objects(listed, write=True)
    if len(found) != sent:
        raise broken(f"{len(found)} elements in answer to {sent}", write=True)
    return found


def invoice_outcome(element: dict[str, object]) -> InvoiceOutcome:
    """Read one element of the answer to PUT /Invoices.

    Raises Uncertain when it neither refuses nor says what it created.
    """
    number = text(element.get("InvoiceNumber")) or ""
    errors = validation_errors(element)
    if errors or element.get("HasErrors") is True or _says_error(element):
        return InvoiceOutcome(number, None, errors)
    created = _in_xero(element)
    if created is None:
        raise broken("an invoice without id, total or currency", write=True)
    return InvoiceOutcome(number, created)


def _in_xero(element: dict[str, object]) -> InXero | None:
    invoice_id, total = uuid(element.get("InvoiceID")), wire.amount(element.get("Total"))
    currency = text(element.get("CurrencyCode"))
    if invoice_id is None or total is None or currency is None:
        return None
    number = text(element.get("InvoiceNumber")) or ""
    return InXero(invoice_id, number, total, currency, _contact(element))


def in_order(sent: Sequence[str], outcomes: Sequence[InvoiceOutcome]) -> list[InvoiceOutcome]:
    """Return *outcomes* when their numbers are those *sent*, one for one; else raises Uncertain."""
    for number, outcome in zip(sent, outcomes, strict=True):
        if outcome.number != number:
            raise broken(f"number {outcome.number!r} in answer to {number!r}", write=True)
    return list(outcomes)


def found_invoices(invoices: Sequence[dict[str, object]]) -> Iterator[FoundInvoice]:
    """Read the sales invoices among *invoices*; bills share numbers with them and are left out."""
    for each in invoices:
        found = _in_xero(each)
        if each.get("Type") == "ACCREC" and found is not None:
            yield FoundInvoice(
                found.number, found, text(each.get("Url")), text(each.get("Status")) or ""
            )


def statuses(invoices: Sequence[dict[str, object]]) -> dict[UUID, str]:
    """Return the status of each invoice by its id."""
    found = ((uuid(each.get("InvoiceID")), text(each.get("Status"))) for each in invoices)
    return {key: status for key, status in found if key is not None and status is not None}


def item_outcome(code: str, element: dict[str, object]) -> ItemOutcome:
    """Read one element of the answer to PUT /Items."""
    errors = validation_errors(element)
    refused = bool(errors) or element.get("HasErrors") is True or _says_error(element)
    return ItemOutcome(code, not refused or already_there(errors), not refused, errors)


def connections(answer: Answer) -> list[XeroConnection]:
    """Read GET /connections, a bare list. Raises Transient when it is none."""
    try:
        listed = wire.decode(answer.body)
    except ValueError as error:
        raise broken("connections that are no JSON", write=False) from error
    found = (_connection(entry) for entry in _objects(listed, write=False))
    return [each for each in found if each is not None]


def uuid(value: object) -> UUID | None:
    """Return *value* as an id; None for what is missing, empty or no id."""
    try:
        found = UUID(value) if isinstance(value, str) else _NOBODY
    except ValueError:
        return None
    return None if found == _NOBODY else found


def text(value: object) -> str | None:
    """Return *value* when it is a text that says something."""
    return value if isinstance(value, str) and value else None


def _contact(element: dict[str, object]) -> UUID | None:
    contact = element.get("Contact")
    return uuid(contact.get("ContactID")) if isinstance(contact, dict) else None


def _says_error(element: dict[str, object]) -> bool:
    return element.get("StatusAttributeString") == "ERROR"


def _connection(entry: dict[str, object]) -> XeroConnection | None:
    connection_id, tenant_id = uuid(entry.get("id")), uuid(entry.get("tenantId"))
    if connection_id is None or tenant_id is None:
        return None
    return XeroConnection(connection_id, tenant_id, text(entry.get("tenantName")) or "")


def _objects(found: object, *, write: bool) -> list[dict[str, object]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise broken("an answer without the list that was asked for", write=write)
    return found

"""What a bookkeeper does in Xero's own pages, `/_sim`: sales invoices and purchase orders.

The same rules as for the API hold; what Xero would refuse is a 400 with its words. Contacts and
items that a document names are made or changed on the way. A list of documents is saved in one
instant: they share their UpdatedDateUTC.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from tests.simulators.admin import route
from tests.simulators.exchange import Call, Json
from tests.simulators.xero import contacts, invoices, items, purchase_orders
from tests.simulators.xero.asking import Asking
from tests.simulators.xero.books import Books
from tests.simulators.xero.dates import ms_date
from tests.simulators.xero.documents import drafted
from tests.simulators.xero.organisation import Organisation, new_id
from tests.simulators.xero.rounding import round2

PAYMENT_TERMS = timedelta(days=30)


class ByHand:
    """The actions behind the routes."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def routes(self) -> list[Route]:
        """All routes of work by hand."""
        org = "/_sim/organisations/{tid}"
        sale, purchase = org + "/sales-invoices", org + "/purchase-orders"
        return [
            route("POST", sale, self.add_sales),
            route("POST", sale + "/{id}", self.edit_sale),
            route("POST", sale + "/{id}/void", lambda r, _: self.withdraw_sale(r, "VOIDED")),
            route("POST", sale + "/{id}/delete", lambda r, _: self.withdraw_sale(r, "DELETED")),
            route("POST", sale + "/{id}/pay", self.pay_sale),
            route("POST", sale + "/{id}/credit", self.credit_sale),
            route("GET", purchase, self.list_purchase_orders),
            route("POST", purchase, self.add_purchase_orders),
            route("POST", purchase + "/{id}", self.edit_purchase_order),
        ]

    def add_sales(self, request: Request, body: Json) -> Any:
        """Save one sales invoice, or all of `documents` in one instant; approved if not said."""
        asking = self._asking(request)
        rows = [add_sale(asking, raw) for raw in body.get("documents", [body])]
        return rows if "documents" in body else rows[0]

    def edit_sale(self, request: Request, body: Json) -> Json:
        """Change some fields of a sales invoice; lines are replaced as a whole."""
        asking = self._asking(request)
        invoice = sale_of(asking.org, request)
        if invoice["AmountPaid"] or invoice["AmountCredited"]:
            raise ValueError(f"{invoice['InvoiceNumber']} has payments and can't be changed")
        body = with_contact_and_items(asking, body, sales=True)
        outcome = invoices.change(asking, invoice, body)
        return accepted(outcome.view, outcome.errors)

    def withdraw_sale(self, request: Request, status: str) -> Json:
        """Void an approved invoice, or delete a draft."""
        asking = self._asking(request)
        invoice = sale_of(asking.org, request)
        if invoice["AmountPaid"] or invoice["AmountCredited"]:
            raise ValueError(f"{invoice['InvoiceNumber']} has payments and can't be {status}")
        if status not in invoices.NEXT_STATUS.get(invoice["Status"], ()):
            raise ValueError(invoices.NOT_MODIFIABLE)
        outcome = invoices.withdraw(asking, invoice, status)
        return accepted(outcome.view, outcome.errors)

    def pay_sale(self, request: Request, body: Json) -> Json:
        """Enter a payment of `amount`, or of all that is due."""
        asking = self._asking(request)
        invoice = sale_of(asking.org, request)
        amount = settled(asking, invoice, body)
        invoice["Payments"].append(payment(asking, invoice, amount))
        invoice["AmountPaid"] += amount
        return invoice

    def credit_sale(self, request: Request, body: Json) -> Json:
        """Apply a credit note of `amount`, or of all that is due."""
        asking = self._asking(request)
        invoice = sale_of(asking.org, request)
        amount = settled(asking, invoice, body)
        invoice["CreditNotes"].append(credit_note(asking, invoice, amount))
        invoice["AmountCredited"] += amount
        return invoice

    def list_purchase_orders(self, request: Request, _: Json) -> list[Json]:
        """Every purchase order, in order of creation."""
        return list(self._asking(request).org.purchase_orders.values())

    def add_purchase_orders(self, request: Request, body: Json) -> Any:
        """Save one purchase order, or all of `documents` in one instant; approved if not said."""
        asking = self._asking(request)
        rows = [add_purchase_order(asking, raw) for raw in body.get("documents", [body])]
        return rows if "documents" in body else rows[0]

    def edit_purchase_order(self, request: Request, body: Json) -> Json:
        """Change some fields, also the Status: BILLED and DELETED are reached this way."""
        asking = self._asking(request)
        order = asking.org.purchase_orders[request.path_params["id"].lower()]
        if order["Status"] == "DELETED":
            raise ValueError(f"{order['PurchaseOrderNumber']} is deleted and can't be changed")
        contact = {"Contact": {"ContactID": order["Contact"]["ContactID"]}}
        body = with_contact_and_items(asking, body, sales=False)
        raw = {**order, **contact, **body}
        made = purchase_orders.priced(asking, raw, order["PurchaseOrderID"])
        accepted(made.view, made.errors)
        return purchase_orders.keep(asking, made)

    def _asking(self, request: Request) -> Asking:
        """What a person asks: as a call with unit amounts of four decimals."""
        org = self._books.organisations[request.path_params["tid"].lower()]
        return Asking(Call("POST", "/", "unitdp=4"), org, self._books.now())


def add_sale(asking: Asking, body: Json) -> Json:
    """Save a new sales invoice; raises ValueError in Xero's words."""
    today = asking.now.date()
    usual = {
        "Status": "AUTHORISED",
        "Date": today.isoformat(),
        "DueDate": (today + PAYMENT_TERMS).isoformat(),
    }
    raw = {**usual, **with_contact_and_items(asking, body, sales=True), "Type": "ACCREC"}
    draft = drafted(asking.org, raw, asking.unit_decimals, today)
    taken = invoices.number_taken(asking.org, draft, None)
    accepted({}, [*draft.errors, *(["Invoice # must be unique."] if taken else [])])
    return invoices.stored(asking, draft, new_id())


def add_purchase_order(asking: Asking, body: Json) -> Json:
    """Save a new purchase order; raises ValueError in Xero's words."""
    raw = {"Status": "AUTHORISED", **with_contact_and_items(asking, body, sales=False)}
    made = purchase_orders.priced(asking, raw, new_id())
    accepted(made.view, made.errors)
    return purchase_orders.keep(asking, made)


def sale_of(org: Organisation, request: Request) -> Json:
    """The sales invoice that the path names; raises KeyError where there is none."""
    return org.invoices[request.path_params["id"].lower()]


def with_contact_and_items(asking: Asking, body: Json, *, sales: bool) -> Json:
    """The document as typed, once its contact and items exist and its lines have accounts."""
    done = dict(body)
    if "Contact" in body:
        outcome = contacts.save(asking, body["Contact"])
        accepted(outcome.view, outcome.errors)
        done["Contact"] = {"ContactID": outcome.view["ContactID"]}
    if "LineItems" in body:
        done["LineItems"] = [typed(asking, line, sales) for line in body["LineItems"]]
    return done


def typed(asking: Asking, line: Json, sales: bool) -> Json:
    """A line as typed: its item is made if need be, and an account chosen for its figures."""
    code = line.get("ItemCode")
    if code and code not in asking.org.items:
        accepted({}, items.create(asking, {"Code": code, "Name": code[:50]}).errors)
    named = {"Description": code} if code else {}
    figures = any(line.get(name) is not None for name in ("Quantity", "UnitAmount", "LineAmount"))
    account = {"AccountCode": "200" if sales else "310"} if figures else {}
    return named | account | line


def accepted(view: Json, errors: list[str]) -> Json:
    """The document when nothing is wrong with it; raises ValueError in Xero's words."""
    if errors:
        raise ValueError(" ".join(errors))
    return view


def settled(asking: Asking, invoice: Json, body: Json) -> Decimal:
    """Take an amount off what is due; a sale of which nothing is due is paid."""
    amount = round2(Decimal(str(body.get("amount", invoice["AmountDue"]))))
    if invoice["Status"] != "AUTHORISED" or not 0 < amount <= invoice["AmountDue"]:
        raise ValueError(f"{amount} can't be taken off {invoice['InvoiceNumber']}")
    invoice["AmountDue"] -= amount
    if not invoice["AmountDue"]:
        invoice.update(Status="PAID", FullyPaidOnDate=ms_date(asking.now.date()))
    invoices.touch(asking, invoice)
    return amount


def payment(asking: Asking, invoice: Json, amount: Decimal) -> Json:
    """A payment as an invoice shows it."""
    return {
        "PaymentID": new_id(),
        "Date": ms_date(asking.now.date()),
        "Amount": amount,
        "CurrencyRate": invoice["CurrencyRate"],
        "HasAccount": False,
        "HasValidationErrors": False,
    }


def credit_note(asking: Asking, invoice: Json, amount: Decimal) -> Json:
    """A credit note as an invoice shows it."""
    return {
        "CreditNoteID": new_id(),
        "CreditNoteNumber": f"CN-{len(invoice['CreditNotes']) + 1:04}-{invoice['InvoiceNumber']}",
        "AppliedAmount": amount,
        "Date": ms_date(asking.now.date()),
        "Total": amount,
        "LineItems": [],
        "HasErrors": False,
    }

"""Inspection pages: organisations, the newest invoices, one invoice with its lines, and calls."""

from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.simulators.exchange import Json
from tests.simulators.html import Markup, heading, link, note, page, table
from tests.simulators.xero.books import Books

NEWEST = 200
VIEW_PATH = "/AccountsReceivable/View.aspx"


class Pages:
    """The HTML side of the simulator."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def routes(self) -> list[Route]:
        """All pages."""
        return [
            Route("/", self.overview),
            Route("/invoice/{invoice}", self.invoice),
            Route(VIEW_PATH, self.view),
            Route("/organisationlogin/default.aspx", self.organisation_login),
        ]

    async def overview(self, _: Request) -> Response:
        """Organisations, invoices and calls on one page."""
        return page(
            "Simulated Xero",
            note("Test equipment. Nothing here reaches the real Xero."),
            heading("Organisations"),
            self._organisations(),
            heading(f"Newest {NEWEST} invoices"),
            self._invoices(),
            heading("Calls"),
            self._calls(),
        )

    async def invoice(self, request: Request) -> Response:
        """One invoice."""
        return self._shown(request.path_params["invoice"])

    async def view(self, request: Request) -> Response:
        """One invoice at the address that Xero's own pages use."""
        return self._shown(request.query_params.get("InvoiceID", ""))

    async def organisation_login(self, request: Request) -> Response:
        """The target of a View in Xero link."""
        target = urlsplit(request.query_params.get("redirecturl", ""))
        return self._shown(parse_qs(target.query).get("InvoiceID", [""])[0])

    def _shown(self, invoice_id: str) -> Response:
        for org in self._books.organisations.values():
            if invoice := org.invoices.get(invoice_id.lower()):
                return invoice_page(invoice, org.name)
        return page("No such invoice", note(invoice_id), status=404)

    def _organisations(self) -> Markup:
        rows = [
            (org.name, org.short_code, org.preset.base_currency, len(org.invoices), org.tenant_id)
            for org in self._books.organisations.values()
        ]
        return table(("Name", "Short code", "Currency", "Invoices#", "Tenant"), rows)

    def _invoices(self) -> Markup:
        every = [
            (org.name, invoice)
            for org in self._books.organisations.values()
            for invoice in org.invoices.values()
        ]
        newest = sorted(every, key=lambda pair: pair[1]["UpdatedDateUTC"], reverse=True)[:NEWEST]
        rows = [(name, *invoice_row(invoice)) for name, invoice in newest]
        heads = ("Organisation", "Number", "Contact", "Reference", "Date", "Status", "Total#", "")
        return table(heads, rows)

    def _calls(self) -> Markup:
        report = self._books.equipment.calls.report()
        rows = [*report["by_operation"].items(), ("Bytes sent", report["bytes_out"])]
        return table(("Operation", "Count#"), rows)


def invoice_row(invoice: Json) -> tuple[object, ...]:
    """An invoice in the list."""
    return (
        link(f"/invoice/{invoice['InvoiceID']}", invoice["InvoiceNumber"]),
        invoice["Contact"]["Name"],
        invoice.get("Reference"),
        invoice["DateString"][:10],
        invoice["Status"],
        invoice["Total"],
        invoice["CurrencyCode"],
    )


def invoice_page(invoice: Json, organisation: str) -> Response:
    """An invoice with its lines and totals."""
    facts = [
        ("Organisation", organisation),
        ("To", invoice["Contact"]["Name"]),
        ("Reference", invoice.get("Reference")),
        ("Date", invoice["DateString"][:10]),
        ("Due", invoice.get("DueDateString", "")[:10]),
        ("Status", invoice["Status"]),
        ("Amounts are", f"{invoice['CurrencyCode']}, {invoice['LineAmountTypes']}"),
        ("Go to the order", link(invoice["Url"], invoice["Url"]) if invoice.get("Url") else None),
    ]
    sums = [
        ("Subtotal", invoice["SubTotal"]),
        ("Tax", invoice["TotalTax"]),
        ("Total", invoice["Total"]),
    ]
    heads = ("Item", "Description", "Quantity#", "Price#", "Account", "Tax", "Tax amount#")
    rows = [line_row(line) for line in invoice["LineItems"]]
    return page(
        f"Invoice {invoice['InvoiceNumber']}",
        table(("", ""), facts),
        heading("Lines"),
        table((*heads, "Tracking", "Amount#"), rows),
        heading("Totals"),
        table(("", "Amount#"), sums),
    )


def line_row(line: Json) -> tuple[object, ...]:
    """A line of an invoice."""
    tracking = ", ".join(f"{each['Name']}: {each['Option']}" for each in line["Tracking"])
    return (
        line.get("ItemCode"),
        line["Description"],
        line["Quantity"],
        line["UnitAmount"],
        line.get("AccountCode"),
        line.get("TaxType"),
        line["TaxAmount"],
        tracking,
        line["LineAmount"],
    )

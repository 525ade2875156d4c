"""Purchase orders: how they are kept, found and answered. They are made by hand only.

Unlike invoices they are listed whole, and no web hook tells of them.
"""

from dataclasses import dataclass

from tests.simulators.exchange import Answer, Json
from tests.simulators.xero import contacts
from tests.simulators.xero.asking import Asking, BadQueryError, found, not_modified
from tests.simulators.xero.dates import date_string, ms_date, parse_date
from tests.simulators.xero.documents import amount_types, in_decimals, priced_lines
from tests.simulators.xero.fields import date_of
from tests.simulators.xero.organisation import Organisation
from tests.simulators.xero.problems import not_found
from tests.simulators.xero.rounding import totals
from tests.simulators.xero.searching import ordered, paged

STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED")
TEXTS = (
    "Reference",
    "BrandingThemeID",
    "DeliveryAddress",
    "AttentionTo",
    "Telephone",
    "DeliveryInstructions",
)
DATES = ("Date", "DeliveryDate", "ExpectedArrivalDate")


@dataclass(frozen=True)
class Priced:
    """A purchase order as it would be stored, and everything wrong with it."""

    view: Json
    contact: Json
    errors: list[str]


def priced(asking: Asking, raw: Json, order_id: str) -> Priced:
    """Read and price a purchase order."""
    org, errors = asking.org, [*heading_complaints(asking.org, raw, order_id)]
    contact, contact_errors = contacts.for_invoice(org, raw.get("Contact"))
    bill = {**raw, "Type": "ACCPAY"}
    lines, line_errors = priced_lines(org, bill, asking.unit_decimals)
    sums = totals([(line["LineAmount"], line["TaxAmount"]) for line in lines], amount_types(raw))
    currency = raw.get("CurrencyCode") or org.preset.base_currency
    view = {
        "PurchaseOrderID": order_id,
        "PurchaseOrderNumber": raw.get("PurchaseOrderNumber") or next_number(org),
        "Contact": contact,
        **{name: raw.get(name) for name in TEXTS},
        **dates_viewed(asking, raw, errors),
        "Status": raw.get("Status") or "DRAFT",
        "CurrencyCode": currency,
        "CurrencyRate": org.rate_of(currency),
        "LineAmountTypes": amount_types(raw),
        "LineItems": lines,
        "SubTotal": sums.sub_total,
        "TotalTax": sums.total_tax,
        "Total": sums.total,
        "SentToContact": bool(raw.get("SentToContact")),
        "HasAttachments": False,
    }
    return Priced(view, contact, [*errors, *contact_errors, *line_errors])


def heading_complaints(org: Organisation, raw: Json, order_id: str) -> list[str]:
    """Status, currency, and a number that another has."""
    errors = []
    if raw.get("Status", "DRAFT") not in STATUSES:
        errors.append(f"Purchase Order Status '{raw['Status']}' is not valid.")
    if raw.get("CurrencyCode", org.preset.base_currency) not in org.currencies:
        errors.append(f"Organisation is not subscribed to currency {raw['CurrencyCode']}")
    number = raw.get("PurchaseOrderNumber")
    same = (each for each in org.purchase_orders.values() if each["PurchaseOrderNumber"] == number)
    if number and any(each["PurchaseOrderID"] != order_id for each in same):
        errors.append("Order number must be unique")
    return errors


def dates_viewed(asking: Asking, raw: Json, errors: list[str]) -> Json:
    """The dates in both of Xero's notations; the order's own is today where none is given."""
    view: Json = {}
    for name in DATES:
        day = date_of(raw, name, errors) or (asking.now.date() if name == "Date" else None)
        if day:
            view |= {f"{name}String": date_string(day), name: ms_date(day)}
    return view


def keep(asking: Asking, order: Priced) -> Json:
    """Store a purchase order that nothing is wrong with."""
    if order.contact["ContactID"] not in asking.org.contacts:
        contacts.store(asking, order.contact)
    order.contact["IsSupplier"] = True
    asking.org.purchase_orders[order.view["PurchaseOrderID"]] = order.view
    touch(asking, order.view)
    return order.view


def touch(asking: Asking, order: Json) -> None:
    """Mark a purchase order as changed now."""
    order["UpdatedDateUTC"] = ms_date(asking.now)
    asking.org.purchase_order_moments[order["PurchaseOrderID"]] = asking.now


def next_number(org: Organisation) -> str:
    """The next number Xero gives by itself."""
    taken = {each["PurchaseOrderNumber"] for each in org.purchase_orders.values()}
    while f"PO-{org.next_purchase_order:04}" in taken:
        org.next_purchase_order += 1
    return f"PO-{org.next_purchase_order:04}"


def get_purchase_order(asking: Asking, key: str) -> Answer:
    """GET /PurchaseOrders/{id or number}."""
    rows = asking.org.purchase_orders.values()
    names = ("PurchaseOrderID", "PurchaseOrderNumber")
    hits = [row for row in rows if key in [row[name] for name in names]]
    return found(asking, "PurchaseOrders", hits) if hits else not_found()


def list_purchase_orders(asking: Asking) -> Answer:
    """GET /PurchaseOrders."""
    rows = newer(asking)
    if asking.since and not rows:
        return not_modified()
    page, pagination = paged(asking, ordered(asking, selected(asking, rows)))
    rows = [in_decimals(row, 4) for row in page]
    return found(asking, "PurchaseOrders", rows, pagination)


def newer(asking: Asking) -> list[Json]:
    """The purchase orders changed after If-Modified-Since, or all."""
    since, org = asking.since, asking.org
    moments = org.purchase_order_moments
    return [
        row for key, row in org.purchase_orders.items() if since is None or moments[key] > since
    ]


def selected(asking: Asking, rows: list[Json]) -> list[Json]:
    """The rows of one status, and dated within the days asked for."""
    query = asking.call.query
    status = query.get("status")
    if status and status not in STATUSES:
        raise BadQueryError(f"status is {status!r}; it must be one of {STATUSES}")
    try:
        first, last = (parse_date(query.get(name) or day) for name, day in RANGE)
    except ValueError as error:
        raise BadQueryError(f"DateFrom or DateTo: {error}") from error
    return [
        row
        for row in rows
        if status in (None, row["Status"]) and first <= parse_date(row["Date"]) <= last
    ]


RANGE = (("datefrom", "0001-01-01"), ("dateto", "9999-12-31"))

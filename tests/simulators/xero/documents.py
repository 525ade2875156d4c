"""An invoice as a document: the rules that need all of it, and how Xero answers it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast, get_args

from tests.simulators.exchange import Json
from tests.simulators.xero import contacts
from tests.simulators.xero.dates import date_string, long_date, ms_date
from tests.simulators.xero.fields import date_of, decimal_of, messages, too_long
from tests.simulators.xero.line_amounts import LineContext
from tests.simulators.xero.lines import priced
from tests.simulators.xero.organisation import ZERO_ID, Organisation
from tests.simulators.xero.rounding import LineAmountTypes, Totals, round2, round_unit, totals

LENGTHS = [("InvoiceNumber", 255), ("Reference", 255), ("Url", 1000)]
TYPES = ("ACCREC", "ACCPAY")
STATUSES = ("DRAFT", "SUBMITTED", "DELETED", "AUTHORISED", "PAID", "VOIDED")
COMPLETE = ("SUBMITTED", "AUTHORISED")
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Draft:
    """A document read from a request and priced, with everything wrong with it."""

    raw: Json
    contact: Json
    lines: list[Json]
    sums: Totals
    discount: Decimal
    day: date | None
    due: date | None
    errors: list[str]

    @property
    def kind(self) -> str:
        """ACCREC or ACCPAY."""
        return str(self.raw.get("Type"))

    @property
    def status(self) -> str:
        """The status asked for; DRAFT where none is."""
        return self.raw.get("Status") or "DRAFT"


def drafted(org: Organisation, raw: Json, unit_decimals: int, today: date) -> Draft:
    """Read and price a document; every complaint is collected, none raised."""
    errors = [*heading_complaints(org, raw)]
    day = date_of(raw, "Date", errors) or today
    due = date_of(raw, "DueDate", errors)
    contact, contact_errors = contacts.for_invoice(org, raw.get("Contact"))
    lines, line_errors = priced_lines(org, raw, unit_decimals)
    kind = amount_types(raw)
    sums = totals([(line["LineAmount"], line["TaxAmount"]) for line in lines], kind)
    discount = sum((discount_of(line) for line in lines), ZERO)
    draft = Draft(raw, contact, lines, sums, discount, day, due, errors)
    errors.extend([*date_complaints(org, draft), *contact_errors, *line_errors])
    errors.extend(total_complaints(draft))
    return draft


def amount_types(raw: Json) -> LineAmountTypes:
    """Whether line amounts exclude or include tax; Exclusive where nothing is said."""
    kind = raw.get("LineAmountTypes")
    known = kind in get_args(LineAmountTypes)
    return cast(LineAmountTypes, kind) if known else "Exclusive"


def priced_lines(org: Organisation, raw: Json, unit_decimals: int) -> tuple[list[Json], list[str]]:
    """All lines priced, and all their complaints in order."""
    context = LineContext(
        org=org,
        sales=raw.get("Type") == "ACCREC",
        kind=amount_types(raw),
        unit_decimals=unit_decimals,
        complete=raw.get("Status") in COMPLETE,
    )
    results = [priced(context, line) for line in raw.get("LineItems") or []]
    return [line for line, _ in results], [each for _, errors in results for each in errors]


def discount_of(line: Json) -> Decimal:
    """The discount of a priced line in money."""
    if not line.get("DiscountRate") and not line.get("DiscountAmount"):
        return ZERO
    return round2(line["Quantity"] * line["UnitAmount"]) - cast(Decimal, line["LineAmount"])


def heading_complaints(org: Organisation, raw: Json) -> Iterator[str]:
    """Type, lengths, amount types, currency, branding theme and link."""
    if raw.get("Type") not in TYPES:
        yield f"Invoice Type '{raw.get('Type')}' is not valid; it must be ACCREC or ACCPAY."
    yield from too_long(raw, LENGTHS)
    kind = raw.get("LineAmountTypes")
    if kind is not None and kind not in get_args(LineAmountTypes):
        yield f"LineAmountTypes '{kind}' is not valid; use Exclusive, Inclusive or NoTax."
    currency = raw.get("CurrencyCode")
    if currency and currency not in org.currencies:
        yield f"Organisation is not subscribed to currency {currency}"
    theme = raw.get("BrandingThemeID")
    if theme and theme not in {each["BrandingThemeID"] for each in org.branding_themes}:
        yield "The branding theme with the specified BrandingThemeID could not be found."
    if raw.get("Url") and not str(raw["Url"]).startswith(("http://", "https://")):
        yield "Url must be a valid absolute Url."
    if raw.get("Status") in COMPLETE and not raw.get("LineItems"):
        yield "One or more line items must be specified"


def date_complaints(org: Organisation, draft: Draft) -> Iterator[str]:
    """Lock dates, and the due date that an approved document must have."""
    for name, lock in (
        ("period", org.period_lock_date),
        ("end of year", org.end_of_year_lock_date),
    ):
        if lock and draft.day and draft.day <= lock:
            yield (
                f"The document date cannot be before the {name} lock date, "
                f"currently set at {long_date(lock)}"
            )
    if draft.status == "AUTHORISED" and draft.due is None:
        yield "The DueDate must be specified for approved invoices."


def total_complaints(draft: Draft) -> Iterator[str]:
    """Totals sent along must agree, and no document comes to less than nothing."""
    errors: list[str] = []
    for name, expected in (
        ("SubTotal", draft.sums.sub_total),
        ("TotalTax", draft.sums.total_tax),
        ("Total", draft.sums.total),
    ):
        given = decimal_of(draft.raw, name, errors)
        if given is not None and round2(given) != expected:
            yield f"The document {name} {given} does not match the expected {name} {expected}"
    yield from errors
    if draft.sums.total < 0:
        yield "The total for this document must be greater than or equal to zero."


def viewed(org: Organisation, draft: Draft, identity: Json) -> Json:
    """The document as Xero stores and answers it; `identity` has InvoiceID, number and instant."""
    raw, sums = draft.raw, draft.sums
    currency = raw.get("CurrencyCode") or org.preset.base_currency
    paid = identity["Status"] == "PAID"
    return {
        "Type": draft.kind,
        "InvoiceID": identity["InvoiceID"],
        "InvoiceNumber": identity["InvoiceNumber"],
        "Reference": raw.get("Reference") or "",
        "Url": raw.get("Url"),
        "Payments": [],
        "CreditNotes": [],
        "Prepayments": [],
        "Overpayments": [],
        "AmountDue": ZERO if paid else sums.total,
        "AmountPaid": ZERO,
        "AmountCredited": ZERO,
        "SentToContact": bool(raw.get("SentToContact")),
        "CurrencyRate": decimal_of(raw, "CurrencyRate", []) or org.rate_of(currency),
        "HasErrors": False,
        "IsDiscounted": bool(draft.discount),
        "TotalDiscount": draft.discount or None,
        "HasAttachments": False,
        "Contact": draft.contact,
        **dates_viewed(draft),
        "FullyPaidOnDate": ms_date(draft.day) if paid and draft.day else None,
        "BrandingThemeID": raw.get("BrandingThemeID"),
        "Status": identity["Status"],
        "LineAmountTypes": amount_types(raw),
        "LineItems": draft.lines,
        "SubTotal": sums.sub_total,
        "TotalTax": sums.total_tax,
        "Total": sums.total,
        "UpdatedDateUTC": identity["UpdatedDateUTC"],
        "CurrencyCode": currency,
    }


def dates_viewed(draft: Draft) -> Json:
    """The dates in both of Xero's notations."""
    view = {}
    for name, day in (("Date", draft.day), ("DueDate", draft.due)):
        if day:
            view[f"{name}String"] = date_string(day)
            view[name] = ms_date(day)
    return view


def refused(draft: Draft, errors: list[str]) -> Json:
    """The document as sent, priced as far as it could be, under the identifier of nothing."""
    raw = draft.raw
    return {
        "Type": draft.kind if draft.kind in TYPES else None,
        "InvoiceID": raw.get("InvoiceID") or ZERO_ID,
        "InvoiceNumber": raw.get("InvoiceNumber"),
        "Reference": raw.get("Reference"),
        "Url": raw.get("Url"),
        "HasErrors": bool(errors),
        "Contact": draft.contact or None,
        **dates_viewed(draft),
        "Status": raw.get("Status") if raw.get("Status") in STATUSES else None,
        "LineAmountTypes": amount_types(raw),
        "LineItems": draft.lines,
        "SubTotal": draft.sums.sub_total,
        "TotalTax": draft.sums.total_tax,
        "Total": draft.sums.total,
        "CurrencyCode": raw.get("CurrencyCode"),
        "ValidationErrors": messages(errors),
    }


def in_decimals(invoice: Json, unit_decimals: int) -> Json:
    """The document with unit amounts at the decimals the caller asked for."""
    lines = [
        {**line, "UnitAmount": round_unit(line["UnitAmount"], unit_decimals)}
        for line in invoice["LineItems"]
    ]
    return {**invoice, "LineItems": lines}

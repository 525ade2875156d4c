"""Creating, changing, withdrawing and finding invoices.

PUT creates and refuses a number in use; POST overwrites the document of that number, as in Xero.
"""

from tests.simulators.exchange import Answer, Json
from tests.simulators.xero import contacts
from tests.simulators.xero.asking import Asking, found, not_modified
from tests.simulators.xero.dates import ms_date
from tests.simulators.xero.documents import Draft, drafted, in_decimals, refused, viewed
from tests.simulators.xero.organisation import Organisation, new_id
from tests.simulators.xero.problems import not_found
from tests.simulators.xero.searching import filtered, ordered, paged
from tests.simulators.xero.writing import Outcome, answered

CREATABLE = ("DRAFT", "SUBMITTED", "AUTHORISED")
NEXT_STATUS = {
    "DRAFT": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "SUBMITTED": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "AUTHORISED": ("AUTHORISED", "VOIDED"),
}
NOT_MODIFIABLE = "Invoice not of valid status for modification"
SUMMARY_OMITS = ("LineItems", "Payments", "CreditNotes", "Prepayments", "Overpayments", "Url")


def create_invoices(asking: Asking) -> Answer:
    """PUT /Invoices."""
    outcomes = [create(asking, raw) for raw in asking.elements("Invoices")]
    return answered(asking, "Invoices", outcomes)


def save_invoices(asking: Asking) -> Answer:
    """POST /Invoices: overwrites a document of the same id or number, else creates it."""
    outcomes = [save(asking, raw) for raw in asking.elements("Invoices")]
    return answered(asking, "Invoices", outcomes)


def update_invoice(asking: Asking, key: str) -> Answer:
    """POST /Invoices/{id}: a change, most often of the status."""
    existing = by_key(asking.org, key)
    if existing is None:
        return not_found()
    raw = {**asking.elements("Invoices")[0], "InvoiceID": existing["InvoiceID"]}
    return answered(asking, "Invoices", [save(asking, raw)])


def create(asking: Asking, raw: Json) -> Outcome:
    """One new document, or what is wrong with it."""
    draft = drafted(asking.org, raw, asking.unit_decimals, asking.now.date())
    errors = [*draft.errors]
    if draft.status not in CREATABLE:
        errors.append("Invoice not of valid status for creation")
    if raw.get("InvoiceID"):
        errors.append("InvoiceID must not be specified when creating an invoice.")
    if number_taken(asking.org, draft, None):
        errors.append("Invoice # must be unique.")
    if errors:
        return Outcome(refused(draft, errors), errors)
    made = stored(asking, draft, new_id())
    asking.org.made_by_app.add(made["InvoiceID"])
    return Outcome(made, [])


def save(asking: Asking, raw: Json) -> Outcome:
    """One document changed if it is there, created if not."""
    existing = meant(asking.org, raw)
    if existing is None and not raw.get("InvoiceID"):
        return create(asking, raw)
    if existing is None:
        draft = drafted(asking.org, raw, asking.unit_decimals, asking.now.date())
        errors = ["The invoice with the specified InvoiceID could not be found."]
        return Outcome(refused(draft, errors), errors)
    return change(asking, existing, raw)


def change(asking: Asking, existing: Json, raw: Json) -> Outcome:
    """A change to a stored document; withdrawn and paid ones can't be changed."""
    wanted = raw.get("Status") or existing["Status"]
    if wanted not in NEXT_STATUS.get(existing["Status"], ()):
        return Outcome({**existing, "HasErrors": True}, [NOT_MODIFIABLE])
    if wanted in ("VOIDED", "DELETED"):
        return withdraw(asking, existing, wanted)
    merged = {**as_sent(existing), **raw, "Status": wanted}
    decimals = asking.unit_decimals if raw.get("LineItems") else 4
    draft = drafted(asking.org, merged, decimals, asking.now.date())
    errors = [*draft.errors]
    if number_taken(asking.org, draft, existing["InvoiceID"]):
        errors.append("Invoice # must be unique.")
    if errors:
        return Outcome(refused(draft, errors), errors)
    free_number(asking.org, existing)
    return Outcome(stored(asking, draft, existing["InvoiceID"]), [])


def withdraw(asking: Asking, invoice: Json, status: str) -> Outcome:
    """Void or delete; a deleted document gives its number free, a voided one keeps it."""
    lock = asking.org.lock_date
    draft = drafted(asking.org, as_sent(invoice), 4, asking.now.date())
    if status == "VOIDED" and lock and draft.day and draft.day <= lock:
        message = "The document cannot be voided as its date is before the lock date."
        return Outcome({**invoice, "HasErrors": True}, [message])
    if status == "DELETED":
        free_number(asking.org, invoice)
    invoice.update(Status=status, AmountDue=0 * invoice["AmountDue"])
    touch(asking, invoice)
    return Outcome(invoice, [])


def as_sent(invoice: Json) -> Json:
    """A stored document as a request that would make it again."""
    dropped = ("SubTotal", "TotalTax", "Total", "UpdatedDateUTC", "CurrencyRate")
    raw = {name: value for name, value in invoice.items() if name not in dropped}
    contact = {"ContactID": invoice["Contact"]["ContactID"]}
    return {**raw, "Contact": contact, "LineItems": list(map(line_as_sent, invoice["LineItems"]))}


def line_as_sent(line: Json) -> Json:
    """A stored line as it was sent: a remark has no figures."""
    remark = not line["Quantity"] and not line["UnitAmount"] and not line["AccountCode"]
    return {"Description": line["Description"]} if remark else line


def stored(asking: Asking, draft: Draft, invoice_id: str) -> Json:
    """Keep a document that nothing is wrong with; gives what Xero answers."""
    org = asking.org
    if draft.contact["ContactID"] not in org.contacts:
        contacts.store(asking, draft.contact)
    draft.contact["IsCustomer" if draft.kind == "ACCREC" else "IsSupplier"] = True
    paid = draft.status == "AUTHORISED" and draft.sums.total == 0
    identity = {
        "InvoiceID": invoice_id,
        "InvoiceNumber": draft.raw.get("InvoiceNumber") or next_number(org),
        "Status": "PAID" if paid else draft.status,
        "UpdatedDateUTC": ms_date(asking.now),
    }
    view = viewed(org, draft, identity)
    org.invoices[invoice_id] = view
    if draft.kind == "ACCREC":
        org.numbers[view["InvoiceNumber"]] = invoice_id
    touch(asking, view)
    return view


def touch(asking: Asking, invoice: Json) -> None:
    """Mark a document as changed now."""
    invoice_id, moments = invoice["InvoiceID"], asking.org.invoice_moments
    asking.org.tell(invoice_id, "UPDATE" if invoice_id in moments else "CREATE")
    invoice["UpdatedDateUTC"] = ms_date(asking.now)
    moments[invoice_id] = asking.now


def number_taken(org: Organisation, draft: Draft, own_id: str | None) -> bool:
    """Whether a sales invoice asks for the number of another."""
    owner = org.numbers.get(str(draft.raw.get("InvoiceNumber") or ""))
    unique = org.unique_numbers and draft.kind == "ACCREC"
    return unique and owner is not None and owner != own_id


def free_number(org: Organisation, invoice: Json) -> None:
    """Let a number be used again."""
    if org.numbers.get(invoice["InvoiceNumber"]) == invoice["InvoiceID"]:
        del org.numbers[invoice["InvoiceNumber"]]


def next_number(org: Organisation) -> str:
    """The next number Xero gives by itself."""
    while f"INV-{org.next_number:04}" in org.numbers:
        org.next_number += 1
    return f"INV-{org.next_number:04}"


def meant(org: Organisation, raw: Json) -> Json | None:
    """The stored document a POST means, by id or, for sales, by number."""
    if raw.get("InvoiceID"):
        return org.invoices.get(str(raw["InvoiceID"]).lower())
    if raw.get("Type") != "ACCREC":
        return None
    return org.invoices.get(org.numbers.get(str(raw.get("InvoiceNumber") or ""), ""))


def by_key(org: Organisation, key: str) -> Json | None:
    """A document by id or number."""
    return org.invoices.get(key.lower()) or org.invoices.get(org.numbers.get(key, ""))


def get_invoice(asking: Asking, key: str) -> Answer:
    """GET /Invoices/{id or number}."""
    invoice = by_key(asking.org, key)
    if invoice is None:
        return not_found()
    return found(asking, "Invoices", [in_decimals(invoice, asking.unit_decimals)])


def list_invoices(asking: Asking) -> Answer:
    """GET /Invoices. Lines come only with a page asked for; a summary has none at all."""
    rows = newer(asking)
    if asking.since and not rows:
        return not_modified()
    rows = ordered(asking, filtered(asking, selected(asking, rows)))
    page, pagination = paged(asking, rows)
    return found(asking, "Invoices", [listed(asking, row) for row in page], pagination)


def newer(asking: Asking) -> list[Json]:
    """The documents changed after If-Modified-Since, or all."""
    since, org = asking.since, asking.org
    if since is None:
        return list(org.invoices.values())
    return [org.invoices[key] for key, moment in org.invoice_moments.items() if moment > since]


def selected(asking: Asking, rows: list[Json]) -> list[Json]:
    """The rows that the list parameters name."""
    if asking.flag("createdbymyapp"):
        rows = [row for row in rows if row["InvoiceID"] in asking.org.made_by_app]
    for parameter, name in (
        ("ids", "InvoiceID"),
        ("invoicenumbers", "InvoiceNumber"),
        ("statuses", "Status"),
    ):
        wanted = set(asking.listed(parameter))
        rows = [row for row in rows if not wanted or row[name] in wanted]
    wanted = set(asking.listed("contactids"))
    return [row for row in rows if not wanted or row["Contact"]["ContactID"] in wanted]


def listed(asking: Asking, invoice: Json) -> Json:
    """A document as it appears in a list."""
    view = {**invoice, "Contact": contacts.brief(invoice["Contact"])}
    if asking.flag("summaryonly"):
        return {name: value for name, value in view.items() if name not in SUMMARY_OMITS}
    if "page" not in asking.call.query:
        return {**view, "LineItems": []}
    return in_decimals(view, asking.unit_decimals)


def add_history(asking: Asking, key: str) -> Answer:
    """PUT /Invoices/{id}/History: notes on a document."""
    invoice = by_key(asking.org, key)
    if invoice is None:
        return not_found()
    outcomes = [
        note(asking, invoice["InvoiceID"], raw) for raw in asking.elements("HistoryRecords")
    ]
    return answered(asking, "HistoryRecords", outcomes)


def note(asking: Asking, invoice_id: str, raw: Json) -> Outcome:
    """One note, at most 450 characters."""
    details = str(raw.get("Details") or "")
    record = {"Changes": "Note", "Details": details, "DateUTC": ms_date(asking.now)}
    if not details or len(details) > 450:
        return Outcome(record, ["Details must be between 1 and 450 characters."])
    asking.org.history.setdefault(invoice_id, []).append(record)
    return Outcome(record, [])


def get_history(asking: Asking, key: str) -> Answer:
    """GET /Invoices/{id}/History."""
    invoice = by_key(asking.org, key)
    if invoice is None:
        return not_found()
    return found(asking, "HistoryRecords", asking.org.history.get(invoice["InvoiceID"], []))

"""Contacts: unique names among active ones, unique numbers, and how an invoice finds one."""

from collections.abc import Iterator

from tests.simulators.exchange import Answer, Json
from tests.simulators.xero.asking import Asking, found, not_modified
from tests.simulators.xero.dates import ms_date
from tests.simulators.xero.fields import too_long
from tests.simulators.xero.organisation import Organisation, new_id
from tests.simulators.xero.problems import not_found
from tests.simulators.xero.searching import filtered, ordered, paged
from tests.simulators.xero.writing import Outcome, answered

LENGTHS = [
    ("Name", 255),
    ("FirstName", 255),
    ("LastName", 255),
    ("EmailAddress", 255),
    ("ContactNumber", 50),
    ("AccountNumber", 50),
    ("CompanyNumber", 50),
    ("TaxNumber", 50),
]
ADDRESS_LENGTHS = [
    ("AddressLine1", 500),
    ("AddressLine2", 500),
    ("AddressLine3", 500),
    ("AddressLine4", 500),
    ("City", 255),
    ("Region", 255),
    ("PostalCode", 50),
    ("Country", 50),
    ("AttentionTo", 255),
]
KEPT = (
    "Name",
    "ContactNumber",
    "AccountNumber",
    "FirstName",
    "LastName",
    "CompanyNumber",
    "EmailAddress",
    "TaxNumber",
    "Addresses",
    "Phones",
    "DefaultCurrency",
    "SalesDefaultAccountCode",
    "PurchasesDefaultAccountCode",
    "AccountsReceivableTaxType",
    "AccountsPayableTaxType",
    "ContactStatus",
)
ARCHIVED = (
    "The contact with the specified contact details has been archived. The contact must be "
    "un-archived before creating new invoices or credit notes."
)


def list_contacts(asking: Asking) -> Answer:
    """GET /Contacts."""
    since, org = asking.since, asking.org
    rows = [
        contact
        for contact_id, contact in org.contacts.items()
        if since is None or org.contact_moments[contact_id] > since
    ]
    if since and not rows:
        return not_modified()
    if not asking.flag("includearchived") and not asking.listed("ids"):
        rows = [row for row in rows if row["ContactStatus"] == "ACTIVE"]
    wanted = {each.lower() for each in asking.listed("ids")}
    rows = [row for row in rows if not wanted or row["ContactID"] in wanted]
    term = asking.call.query.get("searchterm", "").lower()
    rows = [row for row in rows if term in str(row.get("Name", "")).lower()]
    page, pagination = paged(asking, ordered(asking, filtered(asking, rows)))
    return found(asking, "Contacts", page, pagination)


def get_contact(asking: Asking, key: str) -> Answer:
    """GET /Contacts/{id or number}."""
    org = asking.org
    contact = org.contacts.get(key.lower()) or org.contacts.get(org.contact_numbers.get(key, ""))
    return found(asking, "Contacts", [contact]) if contact else not_found()


def create_contacts(asking: Asking) -> Answer:
    """PUT /Contacts: new ones only."""
    rows = asking.elements("Contacts")
    return answered(asking, "Contacts", [create(asking, row) for row in rows])


def save_contacts(asking: Asking) -> Answer:
    """POST /Contacts: changes those found by id, number or name and creates the others."""
    rows = asking.elements("Contacts")
    return answered(asking, "Contacts", [save(asking, row) for row in rows])


def update_contact(asking: Asking, key: str) -> Answer:
    """POST /Contacts/{id}."""
    if key.lower() not in asking.org.contacts:
        return not_found()
    rows = [{**row, "ContactID": key.lower()} for row in asking.elements("Contacts")]
    return answered(asking, "Contacts", [save(asking, row) for row in rows])


def create(asking: Asking, raw: Json) -> Outcome:
    """One new contact, or what is wrong with it."""
    errors = [*complaints(asking.org, raw, None)]
    contact = new_contact(raw)
    if not errors:
        store(asking, contact)
    return Outcome(contact, errors)


def save(asking: Asking, raw: Json) -> Outcome:
    """One contact changed if it is there, created if not."""
    existing = known_contact(asking.org, raw)
    if existing is None:
        return create(asking, raw)
    errors = [*complaints(asking.org, {**existing, **raw}, existing["ContactID"])]
    if not errors:
        forget_keys(asking.org, existing)
        existing.update({name: raw[name] for name in KEPT if raw.get(name) is not None})
        store(asking, existing)
    return Outcome(existing, errors)


def complaints(org: Organisation, raw: Json, own_id: str | None) -> Iterator[str]:
    """Everything wrong with a contact; `own_id` is its identifier when it exists already."""
    yield from too_long(raw, LENGTHS)
    for address in raw.get("Addresses") or []:
        yield from too_long(address, ADDRESS_LENGTHS)
    name, number = raw.get("Name"), raw.get("ContactNumber")
    if not name or not str(name).strip():
        yield "The contact name must be specified."
        return
    active = raw.get("ContactStatus", "ACTIVE") == "ACTIVE"
    if active and org.active_names.get(key_of(name), own_id) != own_id:
        yield (
            f"The contact name {name} is already assigned to another contact. "
            "The contact name must be unique across all active contacts."
        )
    if number and org.contact_numbers.get(number, own_id) != own_id:
        yield (
            f"The contact number {number} is already assigned to another contact. "
            "The contact number must be unique across all contacts."
        )


def for_invoice(org: Organisation, raw: Json | None) -> tuple[Json, list[str]]:
    """The contact an invoice means, not yet stored if it is new, and what is wrong with it."""
    if not raw or not (raw.get("ContactID") or raw.get("ContactNumber") or raw.get("Name")):
        return {}, ["A Contact must be specified for this type of transaction"]
    existing = known_contact(org, raw)
    if existing is not None:
        archived = existing["ContactStatus"] != "ACTIVE"
        return existing, [ARCHIVED] if archived else []
    if raw.get("ContactID"):
        return raw, ["The contact with the specified contact details could not be found."]
    return new_contact(raw), [*complaints(org, raw, None)]


def known_contact(org: Organisation, raw: Json) -> Json | None:
    """The contact with this id; else with this number; else the active one of exactly this name."""
    if raw.get("ContactID"):
        return org.contacts.get(str(raw["ContactID"]).lower())
    by_number = org.contact_numbers.get(raw.get("ContactNumber") or "")
    by_name = org.active_names.get(key_of(raw.get("Name") or ""))
    return org.contacts.get(by_number or by_name or "")


def new_contact(raw: Json) -> Json:
    """A contact as Xero answers it, from what was sent."""
    kept = {name: raw[name] for name in KEPT if raw.get(name) is not None}
    return {
        "ContactID": new_id(),
        "ContactStatus": "ACTIVE",
        "Addresses": [],
        "Phones": [],
        **kept,
        "ContactGroups": [],
        "ContactPersons": [],
        "IsSupplier": False,
        "IsCustomer": False,
        "SalesTrackingCategories": [],
        "PurchasesTrackingCategories": [],
        "HasAttachments": False,
        "HasValidationErrors": False,
    }


def store(asking: Asking, contact: Json) -> None:
    """Keep a contact and the keys it can be found by."""
    org, contact_id = asking.org, contact["ContactID"]
    contact["UpdatedDateUTC"] = ms_date(asking.now)
    org.contacts[contact_id] = contact
    org.contact_moments[contact_id] = asking.now
    if contact["ContactStatus"] == "ACTIVE":
        org.active_names[key_of(contact["Name"])] = contact_id
    if contact.get("ContactNumber"):
        org.contact_numbers[contact["ContactNumber"]] = contact_id


def forget_keys(org: Organisation, contact: Json) -> None:
    """Free the name and number of a contact that is about to change."""
    for index, key in (
        (org.active_names, key_of(contact["Name"])),
        (org.contact_numbers, contact.get("ContactNumber", "")),
    ):
        if index.get(key) == contact["ContactID"]:
            del index[key]


def key_of(name: str) -> str:
    """Names differ only when they differ in more than case and surrounding blanks."""
    return str(name).strip().casefold()


def brief(contact: Json) -> Json:
    """A contact inside a list of invoices."""
    return {
        "ContactID": contact["ContactID"],
        "Name": contact["Name"],
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }

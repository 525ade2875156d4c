"""Items, contacts and reference data: rules and shapes; every exchange is checked."""

from typing import Any

import pytest

from tests.contract.exchanges import Xero, invoice

EARLY, LATE = "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"


def messages(element: dict[str, Any]) -> list[str]:
    """Xero's words on an element."""
    return [each["Message"] for each in element.get("ValidationErrors", [])]


@pytest.mark.parametrize(
    ("path", "name", "at_least"),
    [
        ("/Accounts", "Accounts", 30),
        ("/TaxRates", "TaxRates", 8),
        ("/TrackingCategories", "TrackingCategories", 2),
        ("/Currencies", "Currencies", 3),
        ("/Organisation", "Organisations", 1),
        ("/BrandingThemes", "BrandingThemes", 1),
        ("/Items", "Items", 0),
        ("/Contacts", "Contacts", 0),
        ('/Accounts?where=Class=="REVENUE"', "Accounts", 10),
    ],
)
def test_reference_data(xero: Xero, path: str, name: str, at_least: int) -> None:
    """Each list is as described, whatever is in it."""
    answer = xero.call("GET", path)
    assert answer.status_code == 200
    assert len(answer.json()[name]) >= at_least


def test_the_organisation_says_what_exports_need(xero: Xero) -> None:
    """Short code, base currency, country and lock dates are there."""
    xero.tell("lock-date", {"period": "2026-09-30", "end_of_year": "2026-03-31"})
    organisation = xero.call("GET", "/Organisation").json()["Organisations"][0]
    assert organisation["ShortCode"] == xero.organisation["short_code"]
    assert (organisation["BaseCurrency"], organisation["CountryCode"]) == ("GBP", "GB")
    assert organisation["PeriodLockDate"] == "/Date(1790726400000+0000)/"


def test_an_australian_organisation(xero: Xero) -> None:
    """The other preset has its own currency and tax types."""
    org = xero.admin("POST", "/organisations", {"preset": "au", "name": "Down Under"})
    xero.tenant = org["tenant_id"]
    xero.tokens = xero.admin("POST", "/tokens", {"tenant_ids": [xero.tenant]})
    rates = xero.call("GET", "/TaxRates").json()["TaxRates"]
    assert {"OUTPUT", "EXEMPTOUTPUT", "EXEMPTEXPORT", "BASEXCLUDED"} <= {
        rate["TaxType"] for rate in rates
    }
    assert xero.call("GET", "/Organisation").json()["Organisations"][0]["BaseCurrency"] == "AUD"


def test_items_are_created_once(xero: Xero) -> None:
    """A code in use is refused by PUT and changed by POST."""
    items = [{"Code": "A", "Name": "Mug"}, {"Code": "B", "SalesDetails": {"UnitPrice": 1.2345}}]
    made = xero.call("PUT", "/Items?summarizeErrors=false&unitdp=4", {"Items": items})
    assert made.json()["Items"][1]["SalesDetails"]["UnitPrice"] == 1.2345

    again = xero.call("PUT", "/Items?summarizeErrors=false", {"Items": [items[0]]})
    assert messages(again.json()["Items"][0]) == ["Price List Item with Code 'A' already exists"]

    changed = xero.call("POST", "/Items", {"Items": [{"Code": "A", "Name": "Big mug"}]})
    assert changed.json()["Items"][0]["Name"] == "Big mug"
    item_id = changed.json()["Items"][0]["ItemID"]
    body = {"Items": [{"Code": "A", "Name": "Cup"}]}
    assert xero.call("POST", f"/Items/{item_id}", body).status_code == 200
    assert xero.call("GET", "/Items/A").json()["Items"][0]["Name"] == "Cup"


@pytest.mark.parametrize(
    ("item", "word"),
    [
        ({"Code": "C" * 31}, "Code"),
        ({"Code": "C", "Name": "N" * 51}, "Name"),
        ({"Code": "C", "Description": "D" * 4001}, "Description"),
        ({"Code": "C", "SalesDetails": {"AccountCode": "999"}}, "999"),
        ({"Code": "C", "SalesDetails": {"TaxType": "OUTPUT9"}}, "OUTPUT9"),
        ({"Name": "No code"}, "Code"),
    ],
)
def test_a_bad_item_is_refused(xero: Xero, item: dict[str, Any], word: str) -> None:
    """Each fault of an item is named, and a good item beside it is created."""
    path = "/Items?summarizeErrors=false"
    body = {"Items": [item, {"Code": "GOOD"}]}
    bad, good = xero.call("PUT", path, body, request_ok=False).json()["Items"]
    assert word in messages(bad)[0]
    assert (bad["StatusAttributeString"], good["StatusAttributeString"]) == ("ERROR", "OK")


def test_contacts_have_unique_names_among_active_ones(xero: Xero) -> None:
    """A name in use is refused by PUT, found by POST, and free again once archived."""
    body = {"Contacts": [{"Name": "Acme Stores", "ContactNumber": "C-1"}]}
    made = xero.call("PUT", "/Contacts", body).json()["Contacts"][0]
    again = xero.call("PUT", "/Contacts?summarizeErrors=false", body).json()["Contacts"][0]
    assert "must be unique across all active contacts" in messages(again)[0]
    assert "must be unique across all contacts" in messages(again)[1]

    email = {"Contacts": [{"Name": "Acme Stores", "EmailAddress": "books@acme.example"}]}
    changed = xero.call("POST", "/Contacts", email).json()["Contacts"][0]
    assert changed["ContactID"] == made["ContactID"]

    archived = {"Contacts": [{"ContactID": made["ContactID"], "ContactStatus": "ARCHIVED"}]}
    assert xero.call("POST", f"/Contacts/{made['ContactID']}", archived).status_code == 200
    fresh = xero.call("PUT", "/Contacts", {"Contacts": [{"Name": "Acme Stores"}]})
    assert fresh.json()["Contacts"][0]["ContactID"] != made["ContactID"]


def test_an_invoice_finds_its_contact(xero: Xero) -> None:
    """By id, by number or by exact name it is the same contact; another name is a new one."""
    body = {"Contacts": [{"Name": "Acme Stores", "ContactNumber": "C-1"}]}
    known = xero.call("PUT", "/Contacts", body).json()["Contacts"][0]["ContactID"]
    ways = [{"ContactID": known}, {"ContactNumber": "C-1"}, {"Name": "Acme Stores"}]
    found = [
        xero.put_invoice(invoice(InvoiceNumber=f"MS-{n}", Contact=way))["Contact"]["ContactID"]
        for n, way in enumerate(ways)
    ]
    assert found == [known] * 3
    other = xero.put_invoice(invoice(Contact={"Name": "Acme Store"}))["Contact"]
    assert other["ContactID"] != known
    listed = xero.call("GET", f"/Contacts?IDs={known}&summaryOnly=true&page=1").json()
    assert [contact["Name"] for contact in listed["Contacts"]] == ["Acme Stores"]
    assert xero.call("GET", f"/Contacts/{known}").json()["Contacts"][0]["IsCustomer"] is True


@pytest.mark.parametrize("path", ["/Accounts", "/Items", "/Contacts"])
def test_nothing_newer_is_a_304(xero: Xero, path: str) -> None:
    """A late If-Modified-Since costs no bytes."""
    xero.call("PUT", "/Items", {"Items": [{"Code": "A"}]})
    xero.call("PUT", "/Contacts", {"Contacts": [{"Name": "Acme Stores"}]})
    assert xero.call("GET", path, If_Modified_Since=EARLY).status_code == 200
    late = xero.call("GET", path, If_Modified_Since=LATE)
    assert (late.status_code, late.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/Invoices?pageSize=1001",
        "/Invoices?where=Nonsense",
        "/Invoices?order=Date SIDEWAYS",
        "/Invoices?unitdp=3&page=1",
    ],
)
def test_a_query_that_makes_no_sense(xero: Xero, path: str) -> None:
    """What can't be read is a 400 that says so, never a guess."""
    xero.put_invoice(invoice())
    answer = xero.call("GET", path)
    assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")

"""Invoices: what the simulator accepts, computes, changes and finds; every exchange is checked."""

from tests.contract.exchanges import Xero, invoice, line


def test_a_good_invoice_is_answered_whole(xero: Xero) -> None:
    """Given a good invoice, Xero answers it with ids, sums, both date notations and the contact."""
    made = xero.put_invoice(invoice(Reference="PO 7", Url="https://shop.example/orders/7"))

    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (10.0, 2.0, 12.0)
    assert made["DateString"] == "2026-11-02T00:00:00"
    assert made["Date"] == "/Date(1793577600000+0000)/"
    assert made["AmountDue"] == 12.0
    assert made["Url"] == "https://shop.example/orders/7"
    assert made["LineItems"][0]["TaxAmount"] == 2.0
    assert made["Contact"]["ContactID"]


def test_one_bad_document_hides_nothing_with_summarize_errors_off(xero: Xero) -> None:
    """Given one good and one bad document, each is answered by itself, in the order sent."""
    bad = invoice(InvoiceNumber="MS-2", LineItems=[line(AccountCode="999")])
    body = {"Invoices": [invoice(), bad]}

    answer = xero.call("PUT", "/Invoices?summarizeErrors=false", body)

    assert answer.status_code == 200
    statuses = [each["StatusAttributeString"] for each in answer.json()["Invoices"]]
    assert statuses == ["OK", "ERROR"]


def test_a_summarised_400_still_creates_the_good_ones(xero: Xero) -> None:
    """Given one good and one bad document, a 400 names the bad one, yet the good one exists."""
    bad = invoice(InvoiceNumber="MS-2", LineItems=[line(AccountCode="999")])

    answer = xero.call("PUT", "/Invoices", {"Invoices": [invoice(), bad]})

    assert answer.status_code == 400
    body = answer.json()
    assert (body["ErrorNumber"], body["Type"]) == (10, "ValidationException")
    assert body["Message"] == "A validation exception occurred"
    assert [each["InvoiceNumber"] for each in body["Elements"]] == ["MS-2"]
    assert len(xero.admin("GET", f"/invoices?tenant_id={xero.tenant}")) == 1


def test_put_refuses_a_number_in_use_and_post_overwrites_it(xero: Xero) -> None:
    """The same number by PUT is an error, by POST it changes the stored document."""
    first = xero.put_invoice(invoice(Status="DRAFT"))
    assert xero.refusal(invoice()) == ["Invoice # must be unique."]

    changed = xero.call("POST", "/Invoices", {"Invoices": [invoice(Reference="again")]})

    assert changed.json()["Invoices"][0]["InvoiceID"] == first["InvoiceID"]
    assert changed.json()["Invoices"][0]["Reference"] == "again"


def test_the_same_number_twice_in_one_batch(xero: Xero) -> None:
    """Given a number twice in one request, the second is refused."""
    body = {"Invoices": [invoice(), invoice()]}
    rows = xero.call("PUT", "/Invoices?summarizeErrors=false", body).json()["Invoices"]
    assert [row["StatusAttributeString"] for row in rows] == ["OK", "ERROR"]


def test_an_invoice_without_a_number_gets_one(xero: Xero) -> None:
    """Xero numbers what comes without a number."""
    unnumbered = invoice()
    del unnumbered["InvoiceNumber"]
    assert xero.put_invoice(unnumbered)["InvoiceNumber"] == "INV-0001"


def test_unit_amounts_have_two_decimals_or_four(xero: Xero) -> None:
    """Without unitdp=4 the third decimal is rounded away before anything is computed."""
    fine = invoice(LineItems=[line(Quantity=100, UnitAmount=1.2345)])
    assert xero.put_invoice(fine)["SubTotal"] == 123.45
    coarse = {"Invoices": [{**fine, "InvoiceNumber": "MS-2"}]}
    made = xero.call("PUT", "/Invoices", coarse).json()["Invoices"][0]
    assert (made["SubTotal"], made["LineItems"][0]["UnitAmount"]) == (123.0, 1.23)


def test_inclusive_no_tax_and_given_tax(xero: Xero) -> None:
    """Amounts may include tax or have none, and the tax of a line may be given."""
    inclusive = invoice(LineAmountTypes="Inclusive")
    untaxed = invoice(InvoiceNumber="MS-2", LineAmountTypes="NoTax")
    given = invoice(InvoiceNumber="MS-3", LineItems=[line(TaxAmount=1.99)])
    sums = [
        (made["SubTotal"], made["TotalTax"], made["Total"])
        for made in map(xero.put_invoice, (inclusive, untaxed, given))
    ]
    assert sums == [(8.33, 1.67, 10.0), (10.0, 0.0, 10.0), (10.0, 1.99, 11.99)]


def test_an_approved_invoice_of_nothing_is_paid(xero: Xero) -> None:
    """Nothing is due, so Xero calls it paid."""
    made = xero.put_invoice(invoice(LineItems=[line(DiscountRate=100)]))
    assert (made["Status"], made["Total"], made["IsDiscounted"]) == ("PAID", 0.0, True)


def test_an_item_fills_in_its_line(xero: Xero) -> None:
    """Description, price, account and tax type come from the item where the line has none."""
    details = {"UnitPrice": 4.5, "AccountCode": "205", "TaxType": "RROUTPUT"}
    item = {"Code": "GIFT-01", "Name": "Gift", "Description": "A gift", "SalesDetails": details}
    xero.call("PUT", "/Items", {"Items": [item]})
    made = xero.put_invoice(invoice(LineItems=[{"ItemCode": "GIFT-01", "Quantity": 2}]))
    stored = made["LineItems"][0]
    assert (stored["Description"], stored["AccountCode"]) == ("A gift", "205")
    assert (made["SubTotal"], made["TotalTax"]) == (9.0, 0.45)


def test_tracking_is_answered_with_its_identifiers(xero: Xero) -> None:
    """Two tracking elements by name come back with identifiers."""
    tracking = [{"Name": "Warehouse", "Option": "Leeds"}, {"Name": "Channel", "Option": "eBay"}]
    made = xero.put_invoice(invoice(LineItems=[line(Tracking=tracking)]))
    assert all(each["TrackingOptionID"] for each in made["LineItems"][0]["Tracking"])


def test_status_changes(xero: Xero) -> None:
    """Approved documents are voided and drafts deleted, never the other way round."""
    approved = xero.put_invoice(invoice())["InvoiceID"]
    draft = xero.put_invoice(invoice(InvoiceNumber="MS-2", Status="DRAFT"))["InvoiceID"]

    def set_status(invoice_id: str, status: str) -> int:
        body = {"InvoiceID": invoice_id, "Status": status}
        return xero.call("POST", f"/Invoices/{invoice_id}", {"Invoices": [body]}).status_code

    assert set_status(approved, "DELETED") == 400
    assert set_status(draft, "VOIDED") == 400
    assert set_status(approved, "VOIDED") == 200
    assert set_status(draft, "DELETED") == 200
    assert set_status(approved, "AUTHORISED") == 400
    assert xero.refusal(invoice()) == ["Invoice # must be unique."]
    assert xero.refusal(invoice(InvoiceNumber="MS-2")) == []


def test_finding_invoices(xero: Xero) -> None:
    """Numbers, ids, statuses, where, order, summary and pages each select what they say."""
    rows = [invoice(InvoiceNumber=f"MS-{n}", Reference=f"R{n}") for n in range(1, 6)]
    rows[4]["Status"] = "DRAFT"
    made = [xero.put_invoice(row) for row in rows]

    def numbers(query: str) -> list[str]:
        answer = xero.call("GET", f"/Invoices?{query}")
        return [row["InvoiceNumber"] for row in answer.json()["Invoices"]]

    assert numbers("InvoiceNumbers=MS-1,MS-3,MS-9") == ["MS-1", "MS-3"]
    assert numbers(f"IDs={made[1]['InvoiceID']}") == ["MS-2"]
    assert numbers("Statuses=DRAFT") == ["MS-5"]
    assert numbers('where=Status=="DRAFT" AND Type=="ACCREC"') == ["MS-5"]
    assert numbers("where=Date>=DateTime(2027,1,1)") == []
    assert numbers("order=InvoiceNumber DESC&page=2&pageSize=2&createdByMyApp=true") == [
        "MS-3",
        "MS-2",
    ]


def test_pages_say_how_many_there_are(xero: Xero) -> None:
    """The pagination object counts items and pages; lines come only with a page or one by one."""
    made = xero.put_invoice(invoice())
    xero.put_invoice(invoice(InvoiceNumber="MS-2"))
    page = xero.call("GET", "/Invoices?page=1&pageSize=1&unitdp=4").json()
    assert page["pagination"] == {"page": 1, "pageSize": 1, "pageCount": 2, "itemCount": 2}
    assert len(page["Invoices"][0]["LineItems"]) == 1
    summary = xero.call("GET", "/Invoices?summaryOnly=true").json()["Invoices"][0]
    assert "LineItems" not in summary
    assert xero.call("GET", "/Invoices").json()["Invoices"][0]["LineItems"] == []
    for key in (made["InvoiceID"], "MS-1001"):
        assert xero.call("GET", f"/Invoices/{key}").json()["Invoices"][0]["LineItems"]
    assert xero.call("GET", f"/Invoices/{xero.tenant}").status_code == 404


def test_modified_since(xero: Xero) -> None:
    """Only what changed after the header is answered; when nothing did, a 304 says so."""
    xero.put_invoice(invoice())
    early, late = "2026-01-01T00:00:00", "2099-01-01T00:00:00+00:00"
    path = "/Invoices?page=1"
    assert len(xero.call("GET", path, If_Modified_Since=early).json()["Invoices"]) == 1
    assert xero.call("GET", path, If_Modified_Since=late).status_code == 304


def test_a_note_in_the_history(xero: Xero) -> None:
    """A note is kept with its document; an empty one is refused."""
    path = f"/Invoices/{xero.put_invoice(invoice())['InvoiceID']}/History"
    note = {"HistoryRecords": [{"Details": "Cancelled in Mintsoft"}]}
    assert xero.call("PUT", path, note).status_code == 200
    assert xero.call("PUT", path, {"HistoryRecords": [{"Details": ""}]}).status_code == 400
    kept = xero.call("GET", path).json()["HistoryRecords"]
    assert [record["Details"] for record in kept] == ["Cancelled in Mintsoft"]

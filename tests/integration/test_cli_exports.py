"""What operators do with documents: look, preview, retry, skip, mark as posted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.command import Command
from tests.support.documents import dispatched, event, finalised, invoice, item, order
from tests.support.fleet import Fleet


def sent(fleet: Fleet, *orders: dict[str, Any]) -> None:
    """Given: these orders came, and the fleet did what it could."""
    fleet.connect()
    fleet.send(*map(dispatched, orders))
    fleet.drain()


def foreign(number: int) -> dict[str, Any]:
    """An order in a currency that the organisation lacks."""
    return order(number, Currency={"Code": "CAD"})


def test_a_list_is_filtered_and_paged_by_key(fleet: Fleet, mx: Command) -> None:
    """Pages neither overlap nor leave anything out; every filter narrows."""
    sent(fleet, *(order(number) for number in range(1, 8)), foreign(8))
    pages: list[list[int]] = []
    after: list[object] = []
    while found := mx.json("export", "list", "--limit", 3, *after):
        pages.append([each["mintsoft_id"] for each in found])
        after = ["--after", found[-1]["id"]]
    assert pages == [[8, 7, 6], [5, 4, 3], [2, 1]]
    held = mx.json("export", "list", "--reason", "currency_not_enabled", "--kind", "order")
    assert [each["mintsoft_id"] for each in held] == [8]
    assert len(mx.json("export", "list", "--status", "posted", "--client", 3)) == 7
    assert [each["mintsoft_id"] for each in mx.json("export", "list", "--text", "ord-5")] == [5]
    assert mx.json("export", "list", "--kind", "invoice") == []
    assert "currency_not_enabled" not in mx("export", "list").out
    assert "CAD is not switched on" in " ".join(mx("export", "list").out.split())


def test_show_tells_the_whole_story(fleet: Fleet, mx: Command) -> None:
    """Attempt, event, tag and link of a posted order; the reason of one that waits."""
    fleet.mintsoft.admin.post("/_sim/orders", json={"ID": 1, "OrderNumber": "ORD-1"})
    sent(fleet, order(1), foreign(2))
    story = mx.json("export", "show", "order:1")
    assert story["status"] == "posted"
    assert story["xero_number"] == "MS-ORD-1"
    assert story["xero_id"] in story["xero_url"]
    assert [each["outcome"] for each in story["attempts"]] == ["answered"]
    assert [each["type"] for each in story["events"]] == ["document.posted.v1"]
    assert story["tag"]["done_at"]
    assert story["payload"]["OrderNumber"] == "ORD-1"
    shown = mx("export", "show", "order:2")
    assert shown.code == 0
    assert "currency_not_enabled" in shown.out


def test_preview_shows_the_exact_document_and_creates_nothing(fleet: Fleet, mx: Command) -> None:
    """Then posting it gives what the preview said."""
    fleet.connect(settings={"export_trigger": "manual"})
    fleet.send(dispatched(order(1, item("TEA-01", "10.10", quantity=3))))
    decided = mx.json("export", "preview", "order:1")
    assert decided["outcome"] == "post"
    assert decided["invoice"]["InvoiceNumber"] == "MS-ORD-1"
    assert decided["invoice"]["LineItems"][0]["UnitAmount"] == 10.1
    assert [each["Code"] for each in decided["items"]] == ["TEA-01"]
    assert fleet.invoices() == []
    assert mx.json("export", "retry", "order:1")["refused"] == []
    fleet.drain()
    assert fleet.xero_total() == Decimal(str(decided["total"])) == Decimal("36.36")


def test_a_mended_document_goes_on_after_retry(fleet: Fleet, mx: Command) -> None:
    """Given CAD was switched on meanwhile; who retried it stands in the audit trail."""
    sent(fleet, foreign(1), order(2))
    tenant = fleet.rows("select tenant_id from connections")[0]["tenant_id"]
    codes = {"codes": ["GBP", "CAD"]}
    fleet.xero.admin.post(f"/_sim/organisations/{tenant}/currencies", json=codes)
    done = mx.json("export", "retry", "--all", "--reason", "currency_not_enabled")
    assert len(done["done"]) == 1
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}
    [act] = mx.json("export", "show", "order:1")["audit"]
    assert (act["who"], act["action"]) == ("ada", "retried")


def test_what_is_in_xero_is_never_sent_again(fleet: Fleet, mx: Command) -> None:
    """Retry and skip refuse it in a sentence, and change nothing."""
    sent(fleet, order(1))
    refused = mx("export", "retry", "order:1")
    assert refused.code == 1
    assert "in Xero already as MS-ORD-1" in refused.err
    assert mx("export", "skip", "order:1", "--why", "no").code == 1
    fleet.drain()
    assert fleet.document(1)["status"] == "posted"
    assert len(fleet.invoices()) == 1


def test_a_skipped_document_stays_skipped_until_it_is_retried(fleet: Fleet, mx: Command) -> None:
    """A newer version of the order does not undo what a person decided."""
    sent(fleet, foreign(1))
    assert mx("export", "skip", "order:1", "--why", "Entered by hand").code == 0
    row = fleet.document(1)
    assert (row["status"], row["reason_message"]) == ("skipped", "Entered by hand")
    fleet.send(dispatched(order(1, LastUpdated="2026-11-03T10:00:00")))
    fleet.drain()
    assert fleet.statuses() == {"skipped": 1}
    assert mx("export", "retry", "order:1").code == 0
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}


def test_mark_posted_takes_over_what_xero_has(fleet: Fleet, mx: Command) -> None:
    """The same sale was entered by hand: looked up, linked, told, tagged, never sent."""
    fleet.mintsoft.admin.post("/_sim/orders", json={"ID": 2, "OrderNumber": "ORD-2"})
    sent(fleet, order(1, OrderNumber="BY-HAND"))
    fleet.execute("delete from tags")
    fleet.execute("delete from attempt_members")
    fleet.execute("delete from documents")
    fleet.send(dispatched(foreign(2)))
    fleet.drain()
    missing = mx("export", "mark-posted", "order:2")
    assert missing.code == 1
    assert "no sales invoice MS-ORD-2" in missing.err
    found = mx.json("export", "mark-posted", "order:2", "--xero-number", "MS-BY-HAND")
    assert (found["status"], found["xero_number"]) == ("posted", "MS-BY-HAND")
    fleet.drain()
    assert len(fleet.invoices()) == 1
    assert fleet.published[-1].routing_key == "document.posted.v1"
    assert fleet.mintsoft.admin.get("/_sim/tags").json()["tags"] == {"2": ["Xero"]}


def test_mark_posted_closes_what_was_taken_back_after_posting(fleet: Fleet, mx: Command) -> None:
    """The bookkeeper has seen to it in Xero; the document needs no attention any more."""
    sent(fleet, order(1))
    gone = {"OrderId": 1, "ClientId": 3, "Reason": "returned"}
    fleet.send(event("order.cancelled.v1", gone))
    assert fleet.document(1)["reason_code"] == "withdrawn_after_posting"
    again = mx("export", "retry", "order:1")
    assert "export mark-posted" in again.err
    assert mx.json("export", "mark-posted", "order:1")["status"] == "posted"
    assert fleet.document(1)["reason_code"] is None


def test_one_invoice_in_xero_is_one_document(fleet: Fleet, mx: Command) -> None:
    """An invoice that is another document's can't be claimed for a second one."""
    sent(fleet, order(1), foreign(2))
    refused = mx("export", "mark-posted", "order:2", "--xero-number", "MS-ORD-1")
    assert refused.code == 1
    assert "is document" in refused.err
    assert fleet.document(2)["status"] == "needs_attention"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("order:99", "not in the ledger"),
        ("4711", "no document 4711"),
        ("parcel:1", "is no document"),
        ("order:x", "is no document"),
    ],
)
def test_names_that_name_nothing(fleet: Fleet, mx: Command, name: str, words: str) -> None:
    ran = mx("export", "show", name)
    assert ran.code == 1
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_an_invoice_of_a_lost_connection_is_not_previewed(fleet: Fleet, mx: Command) -> None:
    """The remedy is named; nothing is asked of Xero."""
    from schemas.connections import Mode

    fleet.connect(Mode.FULFILMENT)
    fleet.send(finalised(invoice(5)))
    fleet.execute("update connections set status = 'lost', lost_reason = 'x'")
    ran = mx("export", "preview", "invoice:5")
    assert ran.code == 1
    assert "connect the organisation again" in ran.err

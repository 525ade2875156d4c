"""What operators do with imports and schedules: look, retry, skip, ask for a run, change it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.command import Command
from tests.support.fleet import Fleet
from tests.support.imports import line, office
from tests.support.mintsoft import add_products


def numbers(found: list[dict[str, Any]]) -> list[str]:
    return [each["number"] for each in found]


def test_a_list_is_filtered_and_paged_by_key(fleet: Fleet, mx: Command) -> None:
    """Pages neither overlap nor leave anything out; every filter narrows."""
    at = office(fleet, "MUG")
    for number in range(1, 5):
        at.sell(f"INV-{number}")
    at.sell("INV-5", line("RARE"))
    at.buy("PO-1")
    fleet.poll()
    pages: list[list[str]] = []
    after: list[object] = []
    while found := mx.json("import", "list", "--limit", 4, *after):
        pages.append(numbers(found))
        after = ["--after", found[-1]["id"]]
    assert [len(page) for page in pages] == [4, 2]
    every = sorted(each for page in pages for each in page)
    assert every == ["INV-1", "INV-2", "INV-3", "INV-4", "INV-5", "PO-1"]
    assert numbers(mx.json("import", "list", "--kind", "purchase_order")) == ["PO-1"]
    assert numbers(mx.json("import", "list", "--status", "needs_attention")) == ["INV-5"]
    assert numbers(mx.json("import", "list", "--reason", "sku_unknown")) == ["INV-5"]
    assert numbers(mx.json("import", "list", "--text", "inv-3")) == ["INV-3"]
    assert mx.json("import", "list", "--connection", uuid4()) == []
    shown = " ".join(mx("import", "list").out.split())
    assert "Needs attention" in shown
    assert "In Mintsoft" in shown


def test_show_tells_the_whole_story(fleet: Fleet, mx: Command) -> None:
    """By ledger id, number or Xero's id: what Xero said, what Mintsoft was given, the events."""
    at = office(fleet)
    invoice = at.sell("INV-7")
    fleet.poll()
    story = mx.json("import", "show", "INV-7")
    assert (story["status"], story["mintsoft_number"]) == ("imported", "INV-7")
    assert story["placed"]["OrderItems"][0]["SKU"] == "MUG"
    assert story["payload"]["InvoiceNumber"] == "INV-7"
    assert invoice["InvoiceID"] in story["xero_url"]
    assert [each["type"] for each in story["events"]] == ["order.imported.v1"]
    for name in (story["id"], invoice["InvoiceID"], "sales_order:INV-7"):
        assert mx.json("import", "show", name)["id"] == story["id"]
    shown = mx("import", "show", "INV-7").out
    assert "UnitPrice" in shown
    assert "order.imported.v1" in shown


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("4711", "There is no import 4711"),
        ("INV-99", "INV-99 is not among the imports"),
        ("purchase_order:INV-7", "is not among the imports"),
        ("X-1", "X-1 is 2 imports: name one by its id"),
    ],
)
def test_a_name_that_names_no_import(fleet: Fleet, mx: Command, name: str, words: str) -> None:
    """It is told in a sentence; a number that two documents have is not guessed."""
    at = office(fleet)
    at.sell("INV-7")
    at.sell("X-1")
    at.buy("X-1")
    fleet.poll()
    ran = mx("import", "show", name)
    assert ran.code == 1
    assert words in ran.err


def test_a_retry_after_the_cause_is_gone(fleet: Fleet, mx: Command) -> None:
    """Given the product was added in Mintsoft; who retried it stands in the audit trail."""
    at = office(fleet, "MUG")
    invoice = at.sell("INV-1", line("RARE"))
    fleet.poll()
    add_products(fleet.mintsoft, "RARE")
    done = mx.json("import", "retry", "--all", "--reason", "sku_unknown", "--kind", "sales_order")
    assert len(done["done"]) == 1
    fleet.drain()
    assert at.row(invoice)["status"] == "imported"
    [act] = mx.json("import", "show", "INV-1")["audit"]
    assert (act["who"], act["action"]) == ("ada", "import retried")


def test_what_is_in_mintsoft_is_never_made_again(fleet: Fleet, mx: Command) -> None:
    """Retry and skip refuse it in a sentence, and change nothing."""
    at = office(fleet)
    invoice = at.sell("INV-1")
    fleet.poll()
    refused = mx("import", "retry", "INV-1")
    assert refused.code == 1
    assert "in Mintsoft already as INV-1" in refused.err
    assert mx("import", "skip", "INV-1", "--why", "no").code == 1
    fleet.drain()
    assert at.row(invoice)["status"] == "imported"
    assert len(at.orders()) == 1


def test_a_skipped_import_stays_skipped_until_it_is_retried(fleet: Fleet, mx: Command) -> None:
    """A change in Xero does not undo what a person decided."""
    at = office(fleet, "MUG")
    invoice = at.sell("INV-1", line("RARE"))
    fleet.poll()
    assert mx("import", "skip", "INV-1", "--why", "Entered by hand").code == 0
    row = at.row(invoice)
    assert (row["status"], row["reason_message"]) == ("skipped", "Entered by hand")
    at.edit(invoice, LineItems=[line("MUG")])
    fleet.poll()
    assert at.row(invoice)["status"] == "skipped"
    assert "skipped already" in mx("import", "skip", "INV-1", "--why", "again").err
    assert mx("import", "retry", "INV-1").code == 0
    fleet.drain()
    assert at.row(invoice)["status"] == "imported"


@pytest.mark.parametrize(
    "words",
    [["retry"], ["retry", "INV-1", "--all"], ["skip", "--why", "x"], ["skip", "INV-1"]],
    ids=" ".join,
)
def test_wrong_usage_ends_with_two(mx: Command, words: list[str]) -> None:
    """Names or --all, and a reason for skipping."""
    assert mx("import", *words).code == 2


def test_schedules_are_listed_changed_and_run(fleet: Fleet, mx: Command) -> None:
    """A run that was asked for is made at once, also of what is switched off by itself."""
    at = office(fleet)
    found = mx.json("schedule", "list", "--connection", at.connection)
    assert {each["kind"]: each["interval_minutes"] for each in found} == {
        "sales_orders": 15,
        "purchase_orders": 15,
        "xero_totals": 24 * 60,
    }
    every = ["--every", 5, "--off"]
    [changed] = mx.json("schedule", "set", at.connection, "sales_orders", *every)
    assert (changed["interval_minutes"], changed["enabled"]) == (5, False)
    assert changed["next_run_at"] is None
    at.sell("INV-1")
    [asked] = mx.json("schedule", "run", at.connection, "sales_orders")
    assert asked["due_at"] is not None
    fleet.drain()
    assert at.statuses() == {"imported": 1}
    assert "new or changed" in " ".join(mx("schedule", "list").out.split())
    assert "on, every 5 minutes" in mx("schedule", "set", at.connection, "sales_orders", "--on").err
    acts = fleet.rows(
        "select who, action from audit where action in ('schedule set', $$run asked for$$)"
    )
    assert {(each["who"], each["action"]) for each in acts} == {
        ("ada", "schedule set"),
        ("ada", "run asked for"),
    }


def test_a_run_of_everything(fleet: Fleet, mx: Command) -> None:
    """Without a kind, all that is switched on."""
    at = office(fleet)
    assert len(mx.json("schedule", "run", at.connection)) == 3
    assert mx("schedule", "set", at.connection, "sales_orders", "--off").code == 0
    asked = mx.json("schedule", "run", at.connection)
    assert [each["kind"] for each in asked] == ["purchase_orders", "xero_totals"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["set", "{id}", "mintsoft_orders", "--every", "5"], 1, "only for: purchase_orders, sales"),
        (["run", "{id}", "mintsoft_invoices"], 1, "is not polled for mintsoft_invoices"),
        (["run", "{other}"], 1, "There is no connection"),
        (["set", "{id}", "sales_orders"], 2, "--every"),
        (["set", "{id}", "sales_orders", "--every", "0"], 2, "--every"),
        (["set", "{id}", "invoices", "--on"], 2, "invoices"),
    ],
)
def test_schedules_that_can_not_be(
    fleet: Fleet, mx: Command, words: list[str], code: int, said: str
) -> None:
    """Told in a sentence, with what is there instead."""
    at = office(fleet)
    ran = mx("schedule", *(each.format(id=at.connection, other=uuid4()) for each in words))
    assert ran.code == code
    assert said in ran.err


def test_a_lost_connection_is_not_run(fleet: Fleet, mx: Command) -> None:
    """It must be connected again first."""
    at = office(fleet)
    fleet.execute("update connections set status = 'lost', lost_reason = 'gone'")
    ran = mx("schedule", "run", at.connection)
    assert ran.code == 1
    assert "is lost: connect the organisation again" in ran.err

"""What would be sent is shown as it would be sent, and looking changes nothing."""

from __future__ import annotations

from tests.support.command import Command
from tests.support.console import serving_console
from tests.support.documents import dispatched, item, order
from tests.support.fleet import Fleet

EVERYTHING = """
    select d.*, (select count(*) from attempts) as attempts,
           (select count(*) from audit where connection_id is not null) as acts
    from documents d order by id"""


def test_the_next_documents_as_they_would_be_sent(fleet: Fleet, mx: Command) -> None:
    """One that goes and one that would wait, with lines and totals; then the first is sent so."""
    connection = fleet.connect(settings={"export_trigger": "manual"})
    fleet.drain()
    fleet.send(
        dispatched(order(1, item("TEA-01", "10.00", quantity=3))),
        dispatched(order(2, Currency={"Code": "CAD"})),
        dispatched(order(3)),
    )
    fleet.drain()
    calls, before = fleet.xero.admin.get("/_sim/calls").json(), fleet.rows(EVERYTHING)

    goes, waits = mx.json("export", "preview", connection, "--limit", 2)
    assert goes["outcome"] == "post"
    assert goes["invoice"]["InvoiceNumber"] == "MS-ORD-1"
    assert goes["total"] == 36
    assert goes["new_items"] == ["TEA-01"]
    assert (waits["outcome"], waits["code"]) == ("needs_attention", "currency_not_enabled")
    assert "MS-ORD-1" in mx("export", "preview", connection).out

    with serving_console(fleet) as console:
        page = console.signed_in().get(f"/connections/{connection}/preview").text
    assert "MS-ORD-1 · 36.00 GBP" in page
    assert "/reasons/currency_not_enabled" in page
    assert "Product TEA-01" in page
    assert fleet.xero.admin.get("/_sim/calls").json() == calls
    assert fleet.rows(EVERYTHING) == before

    assert mx("export", "retry", "order:1").code == 0
    fleet.drain()
    assert [each["Total"] for each in fleet.invoices()] == [36]


def test_what_is_missing_is_said(fleet: Fleet, mx: Command) -> None:
    """Without a chart or a mapping nothing can be decided, and the page says so."""
    connection = fleet.connect(mapping={})
    assert "has not been read yet" in mx("export", "preview", connection).err
    fleet.drain()
    assert "no mapping yet" in mx("export", "preview", connection).err
    assert mx("export", "preview", "nonsense").code == 1

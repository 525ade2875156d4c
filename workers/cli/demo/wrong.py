"""Orders and messages that are wrong on purpose, each with what must become of it.

The expectations are written by hand, from what a bookkeeper would want.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from events.envelope import Message
from workers.cli.demo.orders import line, order, sample
from workers.cli.demo.shapes import RETAIL_CLIENT, RETAILER, Json, Sample, event, raw

FIRST_ID = 90_001

POISON_CODES = ("not-json", "unknown-type", "wrong-data")
"""Why each of the poison messages is parked."""

CANCELLED_LATE = FIRST_ID + 20
"""The order that is cancelled when it is in Xero already."""

LATE_REASON = "Customer changed their mind, parcel returned"

LONG_SKU = "KETTLE-GOOSENECK-BRUSHED-STEEL-1L-EU-PLUG"

TWENTY = Decimal("20.00")


def wrong_orders(moment: datetime, lock_date: date) -> list[Sample]:
    """Return orders that must wait, be skipped or be posted with a warning."""
    return [
        _archived_account(moment),
        _currency_not_enabled(moment),
        _locked_period(moment, lock_date),
        _discount_too_large(moment),
        _totals_that_differ(moment),
        _negative_total(moment),
        _unmapped_rate(moment),
        _worth_nothing(moment),
        _long_sku(moment),
        _no_currency(moment),
        _no_customer(moment),
        _cancelled_first(moment),
        _of_nobody(moment),
        _cancelled_late(moment),
    ]


def _archived_account(moment: datetime) -> Sample:
    """GIFT-01 goes to account 205, which somebody has archived in Xero."""
    body = order(FIRST_ID, [line("GIFT-01", "Gift box", TWENTY, 20)], moment)
    return sample(body, "needs_attention", "account_archived")


def _currency_not_enabled(moment: datetime) -> Sample:
    body = order(FIRST_ID + 1, [line("BAG-JUTE", "Jute bag", TWENTY, 0)], moment, currency="CAD")
    return sample(body, "needs_attention", "currency_not_enabled")


def _locked_period(moment: datetime, lock_date: date) -> Sample:
    long_ago = datetime.combine(lock_date - timedelta(days=3), moment.timetz())
    body = order(FIRST_ID + 2, [line("TIN-500", "Caddy", TWENTY, 20)], long_ago)
    return sample(body, "needs_attention", "date_locked")


def _discount_too_large(moment: datetime) -> Sample:
    lines = [line("TIN-500", "Caddy", TWENTY, 20)]
    body = order(FIRST_ID + 3, lines, moment, discount=Decimal("50.00"), TotalOrderGross=0)
    return sample(body, "needs_attention", "discount_exceeds_total")


def _totals_that_differ(moment: datetime) -> Sample:
    """24.00 on the lines, 29.99 in the total."""
    lines = [line("TIN-500", "Caddy", TWENTY, 20)]
    body = order(FIRST_ID + 4, lines, moment, TotalOrderGross=Decimal("29.99"))
    return sample(body, "needs_attention", "totals_differ")


def _negative_total(moment: datetime) -> Sample:
    body = order(FIRST_ID + 5, [line("TIN-500", "Caddy, returned", TWENTY, 20, -1)], moment)
    return sample(body, "needs_attention", "negative_total")


def _unmapped_rate(moment: datetime) -> Sample:
    lines = [line("WINE-RED", "Red wine", TWENTY, Decimal("12.5"))]
    return sample(order(FIRST_ID + 6, lines, moment), "needs_attention", "tax_rate_unmapped")


def _worth_nothing(moment: datetime) -> Sample:
    """A free replacement: there is nothing to invoice, and that is as it should be."""
    body = order(FIRST_ID + 7, [line("MUG-BLUE-01", "Replacement", Decimal("0.00"), 20)], moment)
    return sample(body, "skipped", "nothing_to_invoice")


def _long_sku(moment: datetime) -> Sample:
    """41 characters are too many for an item in Xero: posted without one, with a warning."""
    lines = [line(LONG_SKU, "Gooseneck kettle, EU plug", Decimal("58.29"), 20)]
    return sample(order(FIRST_ID + 8, lines, moment))


def _no_currency(moment: datetime) -> Sample:
    body = order(FIRST_ID + 9, [line("TIN-500", "Caddy", TWENTY, 20)], moment, currency=None)
    return sample(body, "needs_attention", "currency_missing")


def _no_customer(moment: datetime) -> Sample:
    gone = {"FirstName": None, "LastName": None, "CompanyName": None, "PIIRemoved": True}
    body = order(FIRST_ID + 10, [line("TIN-500", "Caddy", TWENTY, 20)], moment)
    return sample(body | gone, "needs_attention", "contact_missing")


def _cancelled_first(moment: datetime) -> Sample:
    """The cancellation overtakes the order: it must never reach Xero."""
    body = order(FIRST_ID + 11, [line("TIN-500", "Caddy", TWENTY, 20)], moment)
    found = sample(body, "withdrawn")
    early = cancellation(body, moment + timedelta(minutes=5), "Out of stock")
    assert found.expected is not None
    silent = replace(found.expected, silent=True)
    return Sample(body, (early, *found.messages), silent)


def _of_nobody(moment: datetime) -> Sample:
    """A client without a connection: the event is remembered, and that is all."""
    lines = [line("TIN-500", "Caddy", TWENTY, 20)]
    body = order(FIRST_ID + 12, lines, moment, ClientId=RETAIL_CLIENT + 1)
    return replace(sample(body), expected=None)


def _cancelled_late(moment: datetime) -> Sample:
    """It is in Xero when the cancellation comes: a person must void it there."""
    body = order(CANCELLED_LATE, [line("POT-CAST-08", "Teapot", Decimal("41.63"), 20)], moment)
    return sample(body, "needs_attention", "withdrawn_after_posting")


def cancellation(body: Json, moment: datetime, why: str) -> Message:
    """Return ``order.cancelled.v1`` of an order."""
    data = {"OrderId": body["ID"], "ClientId": body["ClientId"], "Reason": why}
    return event("order.cancelled.v1", RETAILER, body["ID"], data, moment)


def poison(moment: datetime) -> list[Message]:
    """Return messages that can't be read, one for each of POISON_CODES."""
    broken = {"ID": "not a number", "OrderNumber": "HF-1"}
    return [
        raw("order.dispatched.v1", b'{"specversion": "1.0", "id": "cut off in the mid'),
        event("order.dispatched.v9", RETAILER, 1, {"ID": 1}, moment),
        event("order.dispatched.v1", RETAILER, "broken", broken, moment),
    ]

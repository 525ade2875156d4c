"""Invoices of an Australian 3PL to its clients, with GST by its cost centres (BAS).

The connection exports on demand: an invoice goes when somebody presses Export.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from events.envelope import Message
from workers.cli.demo.shapes import WAREHOUSE, Expected, Json, Sample, event, penny

FIRST_ID = 701

CLIENTS: tuple[tuple[int, str, str, bool], ...] = (
    (11, "Wattle & Bloom Pty Ltd", "AUD", False),
    (12, "O'Keefe Surf Co.", "AUD", False),
    (13, "Norfolk Islander Crafts", "AUD", True),
    (14, "Kakadu Skincare", "AUD", False),
    (15, "Søren's Hygge Homewares", "EUR", False),
    (16, "Tasman Trail Foods 🥾", "AUD", False),
)
"""Id, name, currency, free of GST."""

COSTS = ("PickingCost", "PostageCost", "PackagingCost", "StorageCost", "AdminFee")

WRONG = 5
"""Invoices that must not be posted."""

SOME_COSTS = ("VatFreePostageCost", "ReturnsCost", "CollectionsCost", "GoodsInCost")


def invoices(count: int, seed: int, moment: datetime) -> list[Sample]:
    """Return *count* invoices, the last five of which must not be posted."""
    rng = Random(seed)  # noqa: S311  sample data, no secrets
    good = [_posted(_body(rng, FIRST_ID + n, moment)) for n in range(count - WRONG)]
    last = FIRST_ID + count - WRONG
    return [
        *good,
        _unmapped(_body(rng, last, moment)),
        _empty(_body(rng, last + 1, moment)),
        _mismatch(_body(rng, last + 2, moment)),
        _not_asked_for(_body(rng, last + 3, moment)),
        _taken_back(_body(rng, last + 4, moment)),
    ]


def _body(rng: Random, number: int, moment: datetime) -> Json:
    client, name, currency, exempt = rng.choice(CLIENTS)
    costs = {cost: penny(Decimal(rng.randrange(500, 250_000)) / 100) for cost in COSTS}
    for cost in SOME_COSTS:
        if rng.random() < 0.4:
            costs[cost] = penny(Decimal(rng.randrange(100, 40_000)) / 100)
    day = moment - timedelta(days=rng.randrange(5))
    return {
        "Invoice": {
            "ID": number,
            "ClientId": client,
            "Date": day,
            "LastUpdated": moment,
            "Name": f"Fulfilment to {day:%d %B %Y}",
            "NumberOfParcels": rng.randrange(1, 900),
            **costs,
        },
        "Client": {
            "ID": client,
            "Name": name,
            "ContactEmail": f"accounts{client}@example.com",
            "VatExempt": exempt,
        },
        "CurrencyCode": currency,
    }


def net_of(body: Json) -> Decimal:
    """Return what an invoice's cost centres come to."""
    costs = [each for each in body["Invoice"].values() if isinstance(each, Decimal)]
    return sum(costs, Decimal("0.00"))


def _sample(body: Json, status: str, code: str | None = None, *, asked: bool = True) -> Sample:
    number, moment = body["Invoice"]["ID"], body["Invoice"]["LastUpdated"]
    messages = [event("invoice.finalised.v1", WAREHOUSE, number, body, moment)]
    if asked:
        messages.append(requested(number, moment))
    expected = Expected(
        WAREHOUSE, "invoice", number, status, net_of(body), body["CurrencyCode"], code
    )
    return Sample(body, tuple(messages), expected)


def requested(number: int, moment: datetime) -> Message:
    """Return ``export.requested.v1``: somebody pressed Export."""
    data = {"Kind": "invoice", "Id": number, "RequestedBy": "Kylie (accounts)"}
    return event("export.requested.v1", WAREHOUSE, number, data, moment)


def _posted(body: Json) -> Sample:
    return _sample(body, "posted")


def _unmapped(body: Json) -> Sample:
    """Rework has a value and no account: it never falls to another one silently."""
    body["Invoice"]["ReworkCost"] = Decimal("86.40")
    return _sample(body, "needs_attention", "cost_centre_unmapped")


def _empty(body: Json) -> Sample:
    body["Invoice"] |= dict.fromkeys((*COSTS, *SOME_COSTS), Decimal("0.00"))
    return _sample(body, "skipped", "nothing_to_invoice")


def _mismatch(body: Json) -> Sample:
    """The invoice says another client than the one it came with."""
    body["Invoice"]["ClientId"] = 99
    return _sample(body, "needs_attention", "client_mismatch")


def _not_asked_for(body: Json) -> Sample:
    return _sample(body, "ready", asked=False)


def _taken_back(body: Json) -> Sample:
    """Nobody has pressed Export when it is unconfirmed: see :func:`unconfirmation`."""
    return _sample(body, "withdrawn", asked=False)


def unconfirmation(body: Json, moment: datetime) -> Message:
    """Return ``invoice.unconfirmed.v1`` of an invoice."""
    number, client = body["Invoice"]["ID"], body["Invoice"]["ClientId"]
    data = {"InvoiceId": number, "ClientId": client, "Reason": "Storage was billed twice"}
    return event("invoice.unconfirmed.v1", WAREHOUSE, number, data, moment)

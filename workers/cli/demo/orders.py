"""Orders of a shop that sells through several channels, from a fixed seed.

Amounts are made as Mintsoft makes them and must reach Xero to the penny: per-line VAT, VAT
rounded on one unit (which costs a penny now and then), line and order discounts, shipping.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from events.envelope import Message
from workers.cli.demo.shapes import (
    RETAIL_CLIENT,
    RETAILER,
    Expected,
    Json,
    Sample,
    event,
    penny,
)

FIRST_ID = 50_001
"""Mintsoft's id of the first order."""

SPLIT_EVERY = 20
"""Every so many orders, one leaves the warehouse in two parts."""

PRODUCTS: tuple[tuple[str, str, str, int], ...] = (
    ("TEA-EARL-100", "Earl Grey loose leaf, 100 g", "7.25", 0),
    ("TEA-ASSAM-250", "Assam second flush, 250 g", "11.40", 0),
    ("COFFEE-YIRG-1K", "Yirgacheffe whole beans, 1 kg", "19.90", 0),
    ("BOOK-TEAWAYS", 'Paperback "The Ways of Tea"', "12.99", 0),
    ("MUG-BLUE-01", "Stoneware mug, blue", "9.58", 20),
    ("MUG-SET-04", "Stoneware mugs, set of 4", "33.33", 20),
    ("POT-CAST-08", "Cast-iron teapot 0.8 l", "41.63", 20),
    ("KETTLE-GN-1", "Gooseneck kettle 1 l, brushed steel", "58.29", 20),
    ("FILTER-V60-02", "Paper filters V60 02 (100)", "4.13", 20),
    ("STRAINER-S", "Tea strainer, small", "2.87", 20),
    ("TIN-500", 'Caddy 500 g "Lotus"', "6.66", 20),
    ("HONEY-HTH-340", "Heather honey 340 g", "8.15", 0),
    ("CLOTH-LINEN", "Linen tea towel", "7.91", 20),
    ("GRIND-H1", "Hand grinder H1", "74.17", 20),
    ("SCALE-01", "Brewing scale 0.1 g", "38.75", 20),
    ("INSUL-WRAP", "Tank insulation wrap", "21.47", 5),
    ("SOLAR-LAMP", "Solar garden lamp fittings kit", "47.62", 5),
    ("CARD-TY", "Thank-you card ☕", "1.99", 20),
    ("CUP-ESP-6", "Espresso cups (6)", "24.05", 20),
    ("BAG-JUTE", "Jute bag", "3.19", 20),
)
"""SKU, name, net price, VAT rate in per cent in the United Kingdom."""

CUSTOMERS: tuple[tuple[str, str, str | None], ...] = (
    ("Aoife", "O'Brien", None),
    ("Jürgen", "Müller-Lüdenscheidt", "O'Brien & Søn ApS"),
    ("Zoë", "Čapková", None),
    ("太郎", "山田", None),
    ("Grace", "Okonkwo", "Okonkwo & Daughters Ltd"),
    ("Siân", "Llewellyn-Jones", None),
    ("José María", "Peña", "Café Ñandú ☕ S.L."),
    ("Tom", "Baker", None),
    ("Łukasz", "Wiśniewski", None),
    ("Priya", "Raghunathan", "The 1-2-3 Tea Room"),
    ("Emily", "Clarke", None),
    ("Mohammed", "al-Rashid", None),
    ("Noël", "D'Arcy", "D'Arcy, Smith + Partners"),
    ("Ingrid", "Bjørnsdóttir", None),
    ("Will", "Hughes 🚲", None),
)
"""First name, last name, company."""

CHANNELS = ((7, "eBay"), (8, "Amazon"), (9, "Shopify"))

CURRENCIES = ("GBP", "GBP", "GBP", "GBP", "GBP", "EUR", "EUR", "USD")

IDS = {"GBP": 1, "EUR": 2, "USD": 3, "CAD": 5}


@dataclass(frozen=True, slots=True)
class Line:
    """A line as Mintsoft computes it: ``tax`` in all, rounded on the line or on one unit."""

    body: Json
    net: Decimal
    tax: Decimal
    rate: int


def line(
    sku: str,
    name: str,
    price: Decimal,
    rate: Decimal | int,
    quantity: int = 1,
    *,
    discount: Decimal = Decimal("0.00"),
    by_unit: bool = False,
) -> Line:
    """Return a line; *by_unit* rounds VAT on one unit, as some channels report it."""
    net = penny(price * quantity - discount)
    unit_tax = penny(price * rate / 100)
    tax = unit_tax * quantity if by_unit and not discount else penny(net * rate / 100)
    body: Json = {
        "SKU": sku,
        "Details": name,
        "Quantity": quantity,
        "Price": price,
        "PriceNet": price,
        "Vat": unit_tax,
        "Tax": unit_tax,
        "TaxRate": rate,
        "DiscountNet": discount,
        "DiscountTax": penny(discount * rate / 100),
        "NetPaid": net,
        "TaxPaid": tax,
    }
    return Line(body, net, tax, int(rate))


def order(
    number: int,
    lines: list[Line],
    moment: datetime,
    *,
    currency: str | None = "GBP",
    shipping: Decimal = Decimal("0.00"),
    discount: Decimal = Decimal("0.00"),
    rate: int = 20,
    **more: object,
) -> Json:
    """Return an order; shipping and the order's discount bear *rate* per cent."""
    shipping_tax, discount_tax = penny(shipping * rate / 100), penny(discount * rate / 100)
    net = sum((each.net for each in lines), Decimal("0.00")) + shipping - discount
    tax = sum((each.tax for each in lines), Decimal("0.00")) + shipping_tax - discount_tax
    body: Json = {
        "ID": number,
        "ClientId": RETAIL_CLIENT,
        "OrderNumber": f"HF-{number}",
        "ExternalOrderReference": f"WEB/{number:07d}",
        "OrderDate": moment - timedelta(days=1),
        "DespatchDate": moment,
        "LastUpdated": moment,
        "FirstName": "Tom",
        "LastName": "Baker",
        "Email": "tom.baker@example.com",
        "Country": {"Name": "United Kingdom", "Code": "GB"},
        "OrderStatusId": 4,
        "Part": 1,
        "NumberOfParts": 1,
        "WarehouseId": 5,
        "ChannelId": 9,
        "Channel": {"ID": 9, "Name": "Shopify"},
        "CurrencyId": IDS.get(currency or ""),
        "Currency": {"Code": currency} if currency else None,
        "ShippingNet": shipping,
        "ShippingTax": shipping_tax,
        "ShippingGross": shipping + shipping_tax,
        "DiscountNet": discount,
        "DiscountTax": discount_tax,
        "DiscountGross": discount + discount_tax,
        "TotalOrderNet": net,
        "TotalOrderTax": tax,
        "TotalOrderGross": net + tax,
        "TrackingNumber": f"RM{number}GB",
        "OrderItems": [each.body for each in lines],
    }
    return {**body, **more}


def sample(body: Json, status: str = "posted", code: str | None = None) -> Sample:
    """Return an order as a sample: one message brings it."""
    currency = body["Currency"]["Code"] if body["Currency"] else ""
    expected = Expected(
        RETAILER, "order", body["ID"], status, body["TotalOrderGross"], currency, code
    )
    return Sample(body, (dispatched(body),), expected)


def dispatched(body: Json) -> Message:
    """Return ``order.dispatched.v1`` of an order."""
    return event("order.dispatched.v1", RETAILER, body["ID"], body, body["LastUpdated"])


def good_orders(count: int, seed: int, moment: datetime, first: int = FIRST_ID) -> list[Sample]:
    """Return *count* orders that must all reach Xero, dispatched around *moment* (UTC)."""
    rng = Random(seed)  # noqa: S311  sample data, no secrets
    found: list[Json] = []
    number = first
    while len(found) < count:
        wanted = _parts(rng, number, moment - timedelta(minutes=rng.randrange(6000)))
        found += wanted[: count - len(found)]
        number += len(wanted)
    return [sample(body) for body in found]


def _parts(rng: Random, number: int, moment: datetime) -> list[Json]:
    """Return an order, or the two parts of a split one: same number, other ids."""
    body = _order(rng, number, moment)
    if number % SPLIT_EVERY:
        return [body]
    same = {name: body[name] for name in ("OrderNumber", "FirstName", "LastName", "CompanyName")}
    other = {**_order(rng, number + 1, moment), **same, "Part": 2, "NumberOfParts": 2}
    return [{**body, "NumberOfParts": 2}, other]


def _order(rng: Random, number: int, moment: datetime) -> Json:
    currency = rng.choice(CURRENCIES)
    first, last, company = rng.choice(CUSTOMERS)
    channel, channel_name = rng.choice(CHANNELS)
    lines = list(_lines(rng, abroad=currency == "USD"))
    rates = {each.rate for each in lines}
    rate = 0 if currency == "USD" else max(rates)
    net = sum((each.net for each in lines), Decimal(0))
    discounted = len(rates) == 1 and rng.random() < 0.2
    return order(
        number,
        lines,
        moment,
        currency=currency,
        shipping=rng.choice([Decimal(0), Decimal("3.95"), Decimal("4.17"), Decimal("12.50")]),
        discount=penny(net / 10) if discounted else Decimal("0.00"),
        rate=rate,
        FirstName=first,
        LastName=last,
        CompanyName=company,
        Email=f"customer{number}@example.com",
        ChannelId=channel,
        Channel={"ID": channel, "Name": channel_name},
    )


def _lines(rng: Random, *, abroad: bool) -> Iterator[Line]:
    """Yield one to four different lines; what leaves the country bears no VAT."""
    for sku, name, price, rate in rng.sample(PRODUCTS, rng.randint(1, 4)):
        quantity = rng.choice([1, 1, 1, 2, 2, 3, 5])
        net = Decimal(price)
        yield line(
            sku,
            name,
            net,
            0 if abroad else rate,
            quantity,
            discount=penny(net * quantity / 20) if rng.random() < 0.15 else Decimal("0.00"),
            by_unit=rng.random() < 0.3,
        )

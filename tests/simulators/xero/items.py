"""Items: unique codes, lengths, and accounts and tax types that exist."""

from collections.abc import Iterator

from tests.simulators.exchange import Answer, Json
from tests.simulators.xero.asking import Asking, found, not_modified
from tests.simulators.xero.dates import ms_date
from tests.simulators.xero.fields import decimal_of, too_long
from tests.simulators.xero.organisation import Organisation, new_id
from tests.simulators.xero.problems import not_found
from tests.simulators.xero.rounding import round_unit
from tests.simulators.xero.searching import filtered, ordered
from tests.simulators.xero.writing import Outcome, answered

LENGTHS = [("Code", 30), ("Name", 50), ("Description", 4000), ("PurchaseDescription", 4000)]
KEPT = ("Code", "Name", "Description", "PurchaseDescription", "InventoryAssetAccountCode")
DETAILS = ("SalesDetails", "PurchaseDetails")


def list_items(asking: Asking) -> Answer:
    """GET /Items: all of them, there are no pages."""
    since, org = asking.since, asking.org
    rows = [
        item for code, item in org.items.items() if since is None or org.item_moments[code] > since
    ]
    if since and not rows:
        return not_modified()
    return found(asking, "Items", ordered(asking, filtered(asking, rows)))


def get_item(asking: Asking, key: str) -> Answer:
    """GET /Items/{id or code}."""
    item = by_key(asking.org, key)
    return found(asking, "Items", [item]) if item else not_found()


def create_items(asking: Asking) -> Answer:
    """PUT /Items: new ones only."""
    return answered(asking, "Items", [create(asking, raw) for raw in asking.elements("Items")])


def save_items(asking: Asking) -> Answer:
    """POST /Items: changes those of the same id or code and creates the others."""
    return answered(asking, "Items", [save(asking, raw) for raw in asking.elements("Items")])


def update_item(asking: Asking, key: str) -> Answer:
    """POST /Items/{id}."""
    item = by_key(asking.org, key)
    if item is None:
        return not_found()
    raw = {**asking.elements("Items")[0], "ItemID": item["ItemID"]}
    return answered(asking, "Items", [save(asking, raw)])


def by_key(org: Organisation, key: str) -> Json | None:
    """An item by code or id."""
    if key in org.items:
        return org.items[key]
    return next((item for item in org.items.values() if item["ItemID"] == key.lower()), None)


def create(asking: Asking, raw: Json) -> Outcome:
    """One new item, or what is wrong with it."""
    errors = [*complaints(asking.org, raw)]
    if raw.get("Code") in asking.org.items:
        errors.append(f"Price List Item with Code '{raw['Code']}' already exists")
    item = viewed(asking, raw, new_id())
    if not errors:
        store(asking, item)
    return Outcome(item, errors)


def save(asking: Asking, raw: Json) -> Outcome:
    """One item changed if it is there, created if not."""
    existing = by_key(asking.org, str(raw.get("ItemID") or raw.get("Code") or ""))
    if existing is None:
        return create(asking, raw)
    merged = {**existing, **raw}
    errors = [*complaints(asking.org, merged)]
    if merged["Code"] != existing["Code"] and merged["Code"] in asking.org.items:
        errors.append(f"Price List Item with Code '{merged['Code']}' already exists")
    item = viewed(asking, merged, existing["ItemID"])
    if not errors:
        del asking.org.items[existing["Code"]]
        store(asking, item)
    return Outcome(item, errors)


def store(asking: Asking, item: Json) -> None:
    """Keep an item."""
    asking.org.items[item["Code"]] = item
    asking.org.item_moments[item["Code"]] = asking.now


def complaints(org: Organisation, raw: Json) -> Iterator[str]:
    """Everything wrong with an item but a code in use."""
    yield from too_long(raw, LENGTHS)
    if not raw.get("Code"):
        yield "Item Code must be specified."
    for name in DETAILS:
        yield from detail_complaints(org, raw.get(name) or {})


def detail_complaints(org: Organisation, details: Json) -> Iterator[str]:
    """The price must be a number; account and tax type must exist."""
    errors: list[str] = []
    decimal_of(details, "UnitPrice", errors)
    yield from errors
    for name in ("AccountCode", "COGSAccountCode"):
        code = details.get(name)
        if code and org.accounts.get(str(code), {}).get("Status") != "ACTIVE":
            yield f"Account code '{code}' is not a valid code for this document."
    tax_type = details.get("TaxType")
    if tax_type and org.tax_rates.get(tax_type, {}).get("Status") != "ACTIVE":
        yield f"The TaxType code '{tax_type}' does not exist."


def viewed(asking: Asking, raw: Json, item_id: str) -> Json:
    """An item as Xero answers it."""
    kept = {name: raw[name] for name in KEPT if raw.get(name) is not None}
    details = {name: priced(raw.get(name) or {}, asking.unit_decimals) for name in DETAILS}
    return {
        "ItemID": item_id,
        **kept,
        "Name": raw.get("Name") or raw.get("Code"),
        **details,
        "IsTrackedAsInventory": False,
        "IsSold": raw.get("IsSold", True),
        "IsPurchased": raw.get("IsPurchased", True),
        "UpdatedDateUTC": ms_date(asking.now),
    }


def priced(details: Json, unit_decimals: int) -> Json:
    """Sales or purchase details with the price at the decimals asked for."""
    price = decimal_of(details, "UnitPrice", [])
    rounded = None if price is None else round_unit(price, unit_decimals)
    return {**details, "UnitPrice": rounded}

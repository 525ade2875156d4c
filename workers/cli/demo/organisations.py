"""The demo's two organisations in Xero, and their connections, set up as a user would.

The files are those that ``connection add`` and ``mapping load`` take, and go through the same
functions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from workers.cli import checking, connecting
from workers.cli.demo.shapes import RETAIL_CLIENT, RETAILER, WAREHOUSE
from workers.cli.session import connection_of, read_yaml

if TYPE_CHECKING:
    from workers.cli.checking import Checked
    from workers.cli.demo.servers import Simulator
    from workers.runtime import Runtime

WHO = "demo"

RETAIL_WAREHOUSE = 5
"""Mintsoft's warehouse to which orders and ASNs from Xero go."""

RETAIL_CHANNEL = 2
"""Mintsoft's channel of orders from Xero."""

RETAIL_SETTINGS = """
due_days: 0
contact_policy: customer
tracking: [{category: Warehouse, option: Leeds}]
"""

RETAIL_MAPPING = """
defaults: {sales: "200", purchases: "310", shipping: "260", discount: "270", rounding: "860"}
tax: {"20": OUTPUT2, "5": RROUTPUT, "0": ZERORATEDOUTPUT}
channels:
  "7": {sales: "201", tracking: [{category: Channel, option: eBay}]}
  "8": {sales: "201", tracking: [{category: Channel, option: Amazon}]}
  "9": {tracking: [{category: Channel, option: Shopify}]}
skus:
  GIFT-01: {sales: "205"}
"""

WAREHOUSE_SETTINGS = """
export_trigger: manual
tax_regime: au-bas
due_days: 14
"""

WAREHOUSE_MAPPING = """
cost_centres:
  PickingCost: {account: "210"}
  PostageCost: {account: "211"}
  VatFreePostageCost: {account: "211"}
  PackagingCost: {account: "212"}
  StorageCost: {account: "213", tracking: [{category: Warehouse, option: Bristol}]}
  ReturnsCost: {account: "214"}
  CollectionsCost: {account: "215"}
  GoodsInCost: {account: "216"}
  GenericInvoiceItemsCost: {account: "260"}
  AdminFee: {account: "218"}
rounding: "860"
"""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation in the simulator of Xero, and what its connection is to be."""

    mode: str
    account: str
    client_id: int | None
    tenant_id: UUID
    settings: str
    mapping: str
    warehouse_id: int | None = None
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection that was added, and what the check of its mapping said."""

    id: UUID
    account: str
    tenant_id: UUID
    checked: "Checked"


def create(xero: "Simulator", lock_date: date) -> list[Organisation]:
    """Make both organisations; account 205 of the retailer is archived, and its books locked."""
    shop = xero.ask(
        "POST",
        "organisations",
        {"preset": "uk", "name": "Hartley & Finch Ltd", "lock_date": lock_date.isoformat()},
    )
    store = xero.ask("POST", "organisations", {"preset": "au", "name": "Southern Cross Fulfilment"})
    shop_id, store_id = shop["tenant_id"], store["tenant_id"]
    xero.ask("POST", f"organisations/{shop_id}/accounts/205", {"Status": "ARCHIVED"})
    return [
        Organisation(
            "accounting",
            RETAILER,
            RETAIL_CLIENT,
            UUID(shop_id),
            RETAIL_SETTINGS,
            RETAIL_MAPPING,
            RETAIL_WAREHOUSE,
            RETAIL_CHANNEL,
        ),
        Organisation(
            "fulfilment", WAREHOUSE, None, UUID(store_id), WAREHOUSE_SETTINGS, WAREHOUSE_MAPPING
        ),
    ]


def connect(
    runtime: "Runtime", xero: "Simulator", organisations: Sequence[Organisation], folder: Path
) -> list[Connected]:
    """Add a connection with its mapping for each organisation, and check it."""
    return [_connect(runtime, xero, each, folder) for each in organisations]


def _connect(
    runtime: "Runtime", xero: "Simulator", organisation: Organisation, folder: Path
) -> Connected:
    from schemas.connections import Mode
    from workers.store.connections import save_mapping

    paths = _files(xero, organisation, folder)
    asked = connecting.Asked(
        Mode(organisation.mode),
        organisation.account,
        organisation.client_id,
        organisation.warehouse_id,
        organisation.channel_id,
        organisation.tenant_id,
        connecting.read_settings(paths["settings"]),
        connecting.read_tokens(paths["tokens"]),
    )
    mapping = checking.parsed(read_yaml(paths["mapping"], "mapping"), "mapping")
    with runtime.pool.connection() as conn:
        row = connecting.store(conn, asked, runtime.settings.fernet, WHO)
        save_mapping(conn, row.id, mapping, WHO)
        row = connection_of(conn, row.id)
    checked = checking.check_connection(runtime, row)
    return Connected(row.id, row.account, organisation.tenant_id, checked)


def _files(xero: "Simulator", organisation: Organisation, folder: Path) -> dict[str, Path]:
    """Write the three files a user would have, readable by us alone."""
    from events.exact_json import dumps

    tokens = xero.ask("POST", "tokens", {"tenant_ids": [str(organisation.tenant_id)]})
    contents = {
        "tokens": dumps(tokens),
        "settings": organisation.settings,
        "mapping": organisation.mapping,
    }
    folder.mkdir(mode=0o700, exist_ok=True)
    paths = {name: folder / f"{organisation.account}-{name}" for name in contents}
    for name, path in paths.items():
        path.touch(mode=0o600)
        path.write_text(contents[name], encoding="utf-8")
    return paths

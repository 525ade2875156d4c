"""Everything the simulator of Mintsoft remembers: orders with their tags, clients, invoices."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.simulators.clock import SimulatedClock
from tests.simulators.exchange import Json
from tests.simulators.gate import Equipment
from tests.simulators.recording import Recorder

KEY_LIFE = timedelta(hours=24)

WAREHOUSES = (
    {"ID": 5, "Name": "Leeds", "Code": "LDS"},
    {"ID": 6, "Name": "Bristol", "Code": "BRS"},
)
REFERENCE_DATA: dict[str, list[Json]] = {
    "countries": [
        {"ID": 1, "Name": "United Kingdom", "Code": "GB", "Code3": "GBR"},
        {"ID": 2, "Name": "Ireland", "Code": "IE", "Code3": "IRL"},
        {"ID": 3, "Name": "United States", "Code": "US", "Code3": "USA"},
    ],
    "currencies": [
        {"ID": 1, "Name": "Pound Sterling", "Code": "GBP", "Symbol": "£"},
        {"ID": 2, "Name": "Euro", "Code": "EUR", "Symbol": "€"},
        {"ID": 3, "Name": "US Dollar", "Code": "USD", "Symbol": "$"},
        {"ID": 4, "Name": "Australian Dollar", "Code": "AUD", "Symbol": "$"},
    ],
    "orderstatuses": [
        {"ID": 1, "Name": "NEW"},
        {"ID": 3, "Name": "CANCELLED"},
        {"ID": 4, "Name": "DESPATCHED"},
        {"ID": 5, "Name": "INVOICED"},
        {"ID": 6, "Name": "INVOICEFAILED"},
    ],
    "channels": [
        {"ID": 7, "Name": "eBay"},
        {"ID": 8, "Name": "Amazon"},
        {"ID": 9, "Name": "Shopify"},
    ],
}


@dataclass(frozen=True)
class Config:
    """How a simulator starts. `api_key` never expires; keys from /api/Auth live 24 hours."""

    username: str = "demo"
    password: str = "demo"
    api_key: str = "demo-key"
    clock: SimulatedClock = field(default_factory=SimulatedClock)


class Warehouse:
    """The state of one simulator process."""

    def __init__(self, config: Config, record: Path | None) -> None:
        self.config = config
        self.clock = config.clock
        self.orders: dict[int, Json] = {}
        self.clients: dict[int, Json] = {}
        self.invoices: dict[int, Json] = {}
        self.tags: dict[int, list[str]] = {}
        self.tag_calls = 0
        self.logins = 0
        self.keys: dict[str, datetime] = {}
        self.equipment = Equipment(Recorder("mintsoft", record))

    def view(self, order_id: int) -> Json:
        """An order as the API answers it, tags joined in one string."""
        return {**self.orders[order_id], "Tags": ",".join(self.tags.get(order_id, []))}

    def add_order(self, order: Json) -> None:
        """Keep an order, replacing one of the same ID; raises ValueError without a whole ID."""
        order_id = order.get("ID")
        if not isinstance(order_id, int):
            raise ValueError(f"ID is {order_id!r}; an order needs a whole number")
        tags = str(order.get("Tags") or "")
        self.orders[order_id] = order
        self.tags[order_id] = [tag.strip() for tag in tags.split(",") if tag.strip()]

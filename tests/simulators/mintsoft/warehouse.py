"""Everything the simulator of Mintsoft remembers: orders with tags, ASNs, products, invoices."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.simulators.clock import SimulatedClock
from tests.simulators.exchange import Json
from tests.simulators.gate import Equipment
from tests.simulators.recording import Recorder

KEY_LIFE = timedelta(hours=24)


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
        self.products: dict[int, Json] = {}
        self.asns: dict[int, Json] = {}
        self._last_id = 100_000
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

    def next_id(self) -> int:
        """An ID that nothing has, far above those that tests give."""
        self._last_id += 1
        return self._last_id

    def product(self, client_id: int, sku: str, product_id: int = 0) -> Json | None:
        """The client's product of this SKU or ID."""
        if product_id:
            found = self.products.get(product_id)
            return found if found and found["ClientId"] == client_id else None
        mine = (row for row in self.products.values() if row["ClientId"] == client_id)
        return next((row for row in mine if row["SKU"] == sku), None)

    def now_text(self) -> str:
        """The simulated time as Mintsoft writes it: UTC, without a zone."""
        return self.clock.now().replace(tzinfo=None).isoformat(timespec="milliseconds")

    def touch(self, row: Json) -> None:
        """Something about a document has changed."""
        row["LastUpdated"] = self.now_text()

"""Which account each kind of value goes to: by SKU, then by channel, then the default.

Nothing falls back across kinds: shipping without a shipping account stops the document rather
than end up as sales.
"""

from dataclasses import dataclass

from schemas.connections import ChannelOverride, Defaults, Mapping, SkuOverride
from workers.mapping.chart import ROUNDING, Chart


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of one order: the mapping as its channel sees it."""

    defaults: Defaults
    channel: ChannelOverride
    skus: dict[str, SkuOverride]

    def sku(self, sku: str) -> SkuOverride:
        """Return what differs for *sku*; nothing when it isn't mapped."""
        return self.skus.get(sku) or SkuOverride()

    def sales(self, sku: str) -> str:
        """Return the sales account of *sku*."""
        return self.sku(sku).sales or self.channel.sales or self.defaults.sales

    @property
    def shipping(self) -> str | None:
        """Return the account of shipping charges."""
        return self.channel.shipping or self.defaults.shipping

    @property
    def discount(self) -> str | None:
        """Return the account of an order's own discount."""
        return self.channel.discount or self.defaults.discount


def accounts_of(mapping: Mapping, channel: str | None) -> Accounts | None:
    """Return the accounts for an order of *channel*, or None before defaults are mapped."""
    if mapping.defaults is None:
        return None
    override = mapping.channels.get(channel or "") or ChannelOverride()
    return Accounts(mapping.defaults, override, mapping.skus)


def purchases_account(sku: str, mapping: Mapping) -> str | None:
    """Return the purchases account of an item that is created for *sku*."""
    override = mapping.skus.get(sku)
    default = mapping.defaults.purchases if mapping.defaults else None
    return (override.purchases if override else None) or default


def item_sales_account(sku: str, mapping: Mapping) -> str | None:
    """Return the sales account of an item that is created for *sku*.

    The channel's account is for its lines alone: an item is sold on every channel.
    """
    override = mapping.skus.get(sku)
    default = mapping.defaults.sales if mapping.defaults else None
    return (override.sales if override else None) or default


def rounding_account(mapping: Mapping, chart: Chart) -> str | None:
    """Return the account of a rounding line; unmapped, it is Xero's own for roundings."""
    default = mapping.defaults.rounding if mapping.defaults else None
    return default or mapping.rounding or chart.system_account(ROUNDING)

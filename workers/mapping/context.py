"""Everything a decision depends on besides the document itself."""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from uuid import UUID

from schemas.connections import ConnectionSettings, Mapping, Mode
from schemas.exports import Kind
from workers.mapping.chart import Chart


@dataclass(frozen=True, slots=True)
class Context:
    """One connection as it stands.

    ``contacts`` gives Xero's ContactID by contact key; ``web_url`` is the address of the
    account's Mintsoft pages.
    """

    mode: Mode
    settings: ConnectionSettings
    mapping: Mapping
    chart: Chart
    web_url: str
    contacts: MappingOf[str, UUID] = field(default_factory=dict)

    def page(self, kind: Kind, mintsoft_id: int) -> str:
        """Return the address of a document's page in Mintsoft."""
        return mintsoft_page(self.web_url, kind, mintsoft_id)


def mintsoft_page(web_url: str, kind: Kind, mintsoft_id: int) -> str:
    """Return the address of a document's page in the Mintsoft at *web_url*."""
    path = "Order/Details" if kind is Kind.ORDER else "Accounting/Invoice/Details"
    return f"{web_url.rstrip('/')}/{path}/{mintsoft_id}"

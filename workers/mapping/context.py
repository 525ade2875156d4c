"""Everything a decision depends on besides the document itself."""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from uuid import UUID

from schemas.connections import ConnectionSettings, Mapping, Mode
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

    def page(self, path: str) -> str:
        """Return the address of a Mintsoft page."""
        return f"{self.web_url.rstrip('/')}/{path}"

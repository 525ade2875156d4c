"""Everything a decision about an import depends on besides Xero's document itself."""

import datetime as dt
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

from schemas.connections import ConnectionSettings, Mapping


@dataclass(frozen=True, slots=True)
class ImportContext:
    """One connection as it stands.

    ``connected_on``: the day (UTC) the connection was made; older documents are left out unless
    the filters name another day. ``base_currency`` (ISO 4217) and ``country`` (ISO 3166, two
    letters) are the organisation's and stand in where a document names none. ``products`` gives
    Mintsoft's product id by SKU, for this client; None where nobody can be asked, as when
    Mintsoft's own services place the order.
    """

    client_id: int | None
    warehouse_id: int | None
    channel_id: int | None
    connected_on: dt.date
    settings: ConnectionSettings
    mapping: Mapping
    base_currency: str
    country: str | None = None
    products: MappingOf[str, int] | None = None

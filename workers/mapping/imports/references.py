"""How an order in Mintsoft names the Xero invoice it was made from.

The order's ExternalOrderReference begins with ``XERO-`` and Xero's id. Mintsoft keeps it unique
for each client, so that no invoice can become two orders, and a dispatched order tells by itself
that it is in Xero already.
"""

import re
from uuid import UUID

from workers.mapping.text import one_line

LONGEST = 100
"""Characters of a reference; Mintsoft documents no limit. The id alone takes 41."""

_ID = re.compile(
    r"XERO-([0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12})(?![0-9A-F-])",
    re.IGNORECASE,
)


def external_reference(xero_id: UUID, reference: str | None = None) -> str:
    """Return the ExternalOrderReference of Xero's document, its own reference added if it fits."""
    own = f"XERO-{xero_id}"
    both = f"{own} {one_line(reference, LONGEST + 1)}".strip()
    return both if len(both) <= LONGEST else own


def xero_id_in(reference: str | None) -> UUID | None:
    """Return the id of the Xero document that an ExternalOrderReference names, if it names one."""
    found = _ID.match((reference or "").strip())
    return UUID(found[1]) if found else None

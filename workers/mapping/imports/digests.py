"""Whether two versions of a Xero document come to the same in Mintsoft.

Xero moves UpdatedDateUTC for a payment, a note, a mail sent: only what would be placed is
compared, and of that only what Xero's document says. Another courier or warehouse in the
connection's settings is for what comes after it, and changes no order that was placed.
"""

import hashlib
import json
from decimal import Decimal

from schemas.imports import NewAsn, NewOrder

_DECIDED_BY_US = {"client_id", "warehouse_id", "channel_id", "courier_service", "goods_in_type"}

_LEFT_OUT = dict.fromkeys(_DECIDED_BY_US, True) | {"items": {"__all__": {"source_line_id"}}}
"""Ids of lines too: Xero may number them anew when a document is saved."""


def digest_of(body: NewOrder | NewAsn) -> str:
    """Return the SHA-256 in hexadecimal of what Xero's document says; 1.0 and 1.00 are alike."""
    said = body.model_dump(by_alias=True, exclude_none=True, exclude=_LEFT_OUT)
    text = json.dumps(said, sort_keys=True, default=_plain, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)

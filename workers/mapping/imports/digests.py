"""Whether two versions of a Xero document come to the same in Mintsoft.

Xero moves UpdatedDateUTC for a payment, a note, a mail sent: only what would be placed is
compared.
"""

import hashlib
import json
from decimal import Decimal

from schemas.imports import NewAsn, NewOrder


def digest_of(body: NewOrder | NewAsn) -> str:
    """Return the SHA-256 in hexadecimal of what is sent to Mintsoft; 1.0 and 1.00 are alike."""
    text = json.dumps(body.body(), sort_keys=True, default=_plain, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)

"""JSON as Xero reads and writes it, with every amount exact.

Amounts are Decimal on both sides. The SDK's own serialiser turns them into floats, so bodies
are written here; a float in a body is a defect and is refused.
"""

from decimal import Decimal

import jiter

from events.exact_json import dumps


def encode(value: object) -> bytes:
    """Return *value* as compact JSON, Decimal as plain number text without an exponent.

    Raises TypeError for floats and other things that are not JSON, ValueError for NaN and
    infinity. Half a surrogate pair, which is no character, becomes a question mark.
    """
    return dumps(value).encode("utf-8", errors="replace")


def decode(body: bytes) -> object:
    """Return the JSON in *body*, numbers with a fraction as Decimal. Raises ValueError."""
    return jiter.from_json(body, float_mode="decimal", allow_inf_nan=False, cache_mode="keys")


def amount(value: object) -> Decimal | None:
    """Return a JSON number as Decimal; None for what is missing or no number."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)

"""Rounding and multiplying money exactly: ``Decimal`` only, halves away from zero.

Everything here runs with room for every digit, because the default context's 28 digits can
round a long quantity times a long price before the penny is decided.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, getcontext, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

PENNY = Decimal("0.01")
FOUR_PLACES = Decimal("0.0001")

_DIGITS = 80
"""Two amounts of 18 digits give 36; sums of a million lines still fit."""


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Run *function*, and what it calls, without rounding of sums and products."""

    @wraps(function)
    def exactly(*args: P.args, **kwargs: P.kwargs) -> R:
        if getcontext().prec == _DIGITS:  # a caller has made room already
            return function(*args, **kwargs)
        with localcontext(prec=_DIGITS):
            return function(*args, **kwargs)

    return exactly


@exact
def round2(amount: Decimal) -> Decimal:
    """Return *amount* in hundredths, halves away from zero (Xero rounding guide)."""
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


@exact
def round4(amount: Decimal) -> Decimal:
    """Return *amount* in ten-thousandths: what Xero keeps of unit amounts and quantities."""
    return amount.quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)


def shown(amount: Decimal, currency: str | None = None) -> str:
    """Return *amount* for people, such as ``1,250.00 GBP``."""
    return f"{round2(amount):,} {currency or ''}".rstrip()

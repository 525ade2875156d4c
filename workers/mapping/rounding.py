"""Closing the gap between Mintsoft's total and the lines' total by Xero's rounding.

Within the tolerance one line without tax closes it, so that what is posted always comes to
Mintsoft's total; beyond it nothing is guessed and both figures are told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from workers.mapping.accounts import rounding_account
from workers.mapping.checks import check_lines
from workers.mapping.context import Context
from workers.mapping.drafts import ZERO, LineDraft, Totals
from workers.mapping.money import PENNY, round2, shown
from workers.mapping.prices import ONE
from workers.mapping.reasons import Reason, merge, reason
from workers.mapping.tax import NO_TAX
from workers.mapping.totals import totals

LEAST_TOLERANCE = 5 * PENNY


@dataclass(frozen=True, slots=True)
class Claim:
    """What Mintsoft says a document comes to, with tax (``taxed``) or without.

    ``tax`` is Mintsoft's tax where it tells one: it is compared, never posted.
    """

    amount: Decimal
    taxed: bool
    tax: Decimal | None = None

    def gross(self, computed: Totals) -> Decimal:
        """Return Mintsoft's total with tax, taking Xero's tax where Mintsoft has none."""
        return round2(self.amount) + (ZERO if self.taxed else computed.tax)


def tolerance(lines: int, context: Context) -> Decimal:
    """Return the largest difference, in the document's currency, that is mere rounding."""
    own = context.settings.rounding_tolerance
    return max(LEAST_TOLERANCE, lines * PENNY) if own is None else own


def closed(
    lines: Sequence[LineDraft], expected: Decimal, currency: str, context: Context
) -> tuple[LineDraft, ...] | Reason:
    """Return *lines* that come to *expected* (tax included), or why they can't."""
    computed = totals(lines, context.chart.rates).gross
    allowed = tolerance(len(lines), context)
    if computed == expected:
        return tuple(lines)
    if abs(expected - computed) > allowed:
        return _differ(expected, computed, allowed, currency)
    line = _rounding_line(expected - computed, currency, context)
    return line if isinstance(line, Reason) else (*lines, line)


def _rounding_line(difference: Decimal, currency: str, context: Context) -> LineDraft | Reason:
    account = rounding_account(context.mapping, context.chart)
    if account is None:
        return reason("rounding_account_missing", difference=shown(difference, currency))
    tax_type, tracking = NO_TAX[context.settings.tax_regime], context.settings.tracking
    line = LineDraft("rounding", "Rounding", ONE, difference, account, tax_type, tracking=tracking)
    problems = check_lines([line], context.chart)
    return merge(problems) if problems else line


def _differ(expected: Decimal, computed: Decimal, allowed: Decimal, currency: str) -> Reason:
    return reason(
        "totals_differ",
        expected=shown(expected, currency),
        computed=shown(computed, currency),
        difference=shown(abs(expected - computed), currency),
        tolerance=shown(allowed, currency),
    )

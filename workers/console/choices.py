"""What a field of the mapping page offers, how it is shown, what is meant by what is typed.

Shown is ``200 · Sales``; typed may be that, the code alone, or the name alone. What fits nothing
is taken for a code, so that the check can say that the organisation has no such one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from schemas.connections import ConnectionSettings
from workers.mapping.chart import Chart, TaxRate
from workers.mapping.purposes import INCOME, PURPOSES, suitable
from workers.mapping.tax import REGIME_TAX_TYPES, STANDARD_RATE

BETWEEN = " · "

Choice = dict[str, str]
"""A tracking category and its option, as a mapping has them."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the organisation has, for the fields of one page; ``kept`` is what is mapped already,
    known or not.
    """

    chart: Chart
    settings: ConnectionSettings
    kept: tuple[Choice, ...] = ()

    def accounts(self) -> dict[str, list[str]]:
        """Return what to offer for each purpose."""
        regime = self.settings.tax_regime
        standard = REGIME_TAX_TYPES[regime].get(STANDARD_RATE[regime] or "")
        return {
            name: [self.account_text(each.code) for each in suitable(purpose, self.chart, standard)]
            for name, purpose in PURPOSES.items()
        }

    def tax_types(self) -> list[str]:
        """Return the tax types of sales to offer."""
        found = [each for each in self.chart.tax_rates.values() if _is_for_sales(each)]
        return [self.tax_text(each.tax_type) for each in sorted(found, key=_rank)]

    def trackings(self) -> list[str]:
        """Return every option of every category."""
        return [tracking_text(each) for each in self._options()]

    def account_text(self, code: str) -> str:
        """Return how an account is shown."""
        account = self.chart.accounts.get(code)
        return f"{code}{BETWEEN}{account.name}" if account else code

    def tax_text(self, tax_type: str) -> str:
        """Return how a tax type is shown: with its name and its rate in per cent."""
        found = self.chart.tax_rates.get(tax_type)
        if found is None:
            return tax_type
        rate = f"{found.rate.normalize():f} %"
        named = "" if found.name.startswith(rate.replace(" ", "")) else f", {rate}"
        return f"{tax_type}{BETWEEN}{found.name}{named}"

    def account(self, text: str) -> str:
        """Return the code that is meant; empty when nothing was typed."""
        active = {each.code: each.name for each in self.chart.accounts.values() if each.active}
        return _meant(text, self.chart.accounts, active)

    def tax_type(self, text: str) -> str:
        """Return the tax type that is meant; empty when nothing was typed."""
        active = {each.tax_type: each.name for each in self.chart.tax_rates.values() if each.active}
        return _meant(text, self.chart.tax_rates, active)

    def tracking(self, text: str) -> Choice | None:
        """Return the tracking that is meant; None when it can't be told."""
        known = {tracking_text(each).casefold(): each for each in (*self.kept, *self._options())}
        if found := known.get(text.casefold()):
            return found
        category, _, option = (part.strip() for part in text.partition(":"))
        return {"category": category, "option": option} if category and option else None

    def _options(self) -> Iterator[Choice]:
        for category, options in self.chart.tracking.items():
            for option in sorted(options):
                yield {"category": category, "option": option}


def tracking_text(choice: Mapping[str, str]) -> str:
    """Return how a tracking option is shown."""
    return f"{choice['category']}: {choice['option']}"


def _meant(text: str, known: Iterable[str], names: Mapping[str, str]) -> str:
    """Return the code in *text*: it stands alone, before its name, or its name does."""
    typed = " ".join(text.split())
    code = typed.split(BETWEEN)[0].strip()
    if typed in (codes := set(known)) or code in codes:
        return typed if typed in codes else code
    alike = [each for each, name in names.items() if name.casefold() == typed.casefold()]
    return alike[0] if len(alike) == 1 else code


def _is_for_sales(rate: TaxRate) -> bool:
    return rate.active and INCOME in rate.classes


def _rank(rate: TaxRate) -> tuple[object, ...]:
    return -rate.rate, rate.tax_type

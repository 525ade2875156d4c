"""Australia has no tax type NONE: what is no supply there is BASEXCLUDED."""

from tests.unit.mapping.books import chart, fulfilment, invoice, line_of, tax_rate
from workers.mapping.invoices import decide_invoice
from workers.mapping.readiness import check_mapping

AUSTRALIAN = [
    tax_rate("OUTPUT", "10"),
    tax_rate("EXEMPTOUTPUT", "0"),
    tax_rate("BASEXCLUDED", "0", CanApplyToExpenses=True),
]


def test_an_australian_organisation_takes_rounding_lines() -> None:
    """1.00444 + 1.00444 is 2.01 in Mintsoft, while two rounded lines come to 2.00."""
    books = chart(rates=AUSTRALIAN)
    where = fulfilment(settings={"tax_regime": "au-bas"}, books=books)
    assert check_mapping(where.mapping, where.settings, where.mode, books) == []
    decision = decide_invoice(invoice(PickingCost="1.00444", StorageCost="1.00444"), where)
    assert line_of(decision, "rounding").tax_type == "BASEXCLUDED"

"""Labels take their values from lists: whatever comes from outside, there are no more series."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from workers.metrics import bounds
from workers.metrics.meters import REGISTRY
from workers.metrics.standing import FIGURES, Standing, bounded

URLS = st.one_of(
    st.text(),
    st.from_regex(r"https://api\.xero\.com/[A-Za-z0-9./?=%-]{0,80}", fullmatch=True),
)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://api.xero.com/api.xro/2.0/Invoices?page=1", "Invoices"),
        ("https://api.xero.com/api.xro/2.0/Invoices/9f0b/History", "Invoices"),
        ("https://identity.xero.com/connect/token", "token"),
        ("https://api.xero.com/connections/9f0b", "connections"),
        ("https://api.xero.com/api.xro/2.0/Employees", "other"),
        ("http://127.0.0.1:1/api.xro/2.0/Items", "Items"),
    ],
)
def test_a_call_to_xero_is_counted_by_its_endpoint(url: str, endpoint: str) -> None:
    """Ids and queries are left out, what is not known is other."""
    assert bounds.xero_endpoint(url) == endpoint


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/api/Order/12345/Tag", "Order"),
        ("/api/Accounting/Invoice/List", "Accounting"),
        ("/api/Nothing/1", "other"),
    ],
)
def test_a_call_to_mintsoft_is_counted_by_its_endpoint(path: str, endpoint: str) -> None:
    """The same for Mintsoft."""
    assert bounds.mintsoft_endpoint(path) == endpoint


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((200, "ok"), (304, "not_modified"), (400, "refused"), (401, "unauthorised")),
        *((403, "unauthorised"), (404, "not_found"), (429, "throttled"), (503, "failed")),
    ],
)
def test_a_status_is_one_of_few_outcomes(status: int, outcome: str) -> None:
    """Those that people act upon have names of their own."""
    assert bounds.outcome(status) == outcome


@given(URLS, st.integers(100, 999))
def test_nothing_from_outside_makes_a_series(text: str, status: int) -> None:
    """Endpoints, methods and outcomes stay within their lists for any text and any status."""
    try:
        endpoint = bounds.xero_endpoint(text)
    except ValueError:  # no address: the request itself would have failed
        return
    assert endpoint in bounds.XERO_ENDPOINTS | {bounds.OTHER}
    assert bounds.mintsoft_endpoint(text) in bounds.MINTSOFT_ENDPOINTS | {bounds.OTHER}
    assert bounds.one_of(text, bounds.METHODS) in bounds.METHODS | {bounds.OTHER}
    assert bounds.outcome(status) in bounds.OUTCOMES


@pytest.mark.parametrize(
    ("figure", "value"), [("documents", 2.0), ("refresh_token_age_seconds", 1)]
)
def test_connections_beyond_the_bound_are_one(figure: str, value: float) -> None:
    """Of two connections too many the counts are added up, of ages the greatest is told."""
    rest = ("order", "waiting") if figure == "documents" else ()
    many = [(figure, (f"{n:04}", *rest), 1.0) for n in range(bounds.MOST_CONNECTIONS + 2)]
    found = bounded(many)
    assert len(found) == bounds.MOST_CONNECTIONS + 1
    assert found[-1] == (figure, ("other", *rest), value)


def test_figures_are_told_until_they_are_old() -> None:
    """Nobody is told how the fleet stood a while ago as if it stood so now."""
    now = [0.0]
    standing = Standing(lambda: now[0], life=60)
    registry = CollectorRegistry()
    registry.register(standing)
    standing.tell([("outbox_events", (), 3.0)])
    assert b"mintsoft_xero_outbox_events 3.0" in generate_latest(registry)
    now[0] = 61
    assert b"mintsoft_xero_outbox_events" not in generate_latest(registry)


def test_names_follow_prometheus() -> None:
    """Snake case, base units at the end, each with words that say what it is."""
    described = [each for collector in (REGISTRY, Standing(float, 1)) for each in _all(collector)]
    own = [each for each in described if each[0].startswith("mintsoft_xero_")]
    assert len(own) > len(FIGURES)
    for name, says in own:
        assert says.endswith("."), name
        assert not name.endswith(("_ms", "_minutes", "_milliseconds", "_count")), name


def test_a_figure_has_a_value_for_each_label() -> None:
    """A figure with too few labels is an error, not a series of its own."""
    with pytest.raises(ValueError, match="shorter"):
        bounded([("documents", ("one",), 1.0)])


def _all(source: CollectorRegistry | Standing) -> list[tuple[str, str]]:
    found = source.collect() if isinstance(source, CollectorRegistry) else source.describe()
    return [(each.name, each.documentation) for each in found]

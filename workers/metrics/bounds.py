"""The values that labels may have.

A path, a code or an id from outside becomes one of a known few before it is counted.
"""

import re
from collections.abc import Collection, Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

OTHER = "other"

XERO_ENDPOINTS = frozenset(
    {
        *("Invoices", "Items", "Accounts", "TaxRates", "TrackingCategories", "Currencies"),
        *("Organisation", "PurchaseOrders", "Contacts", "connections", "token", "revocation"),
    }
)
"""The parts of Xero that the fleet calls, by the segment of the path that names them."""

MINTSOFT_ENDPOINTS = frozenset(
    {
        *("Warehouse", "Order", "ASN", "Product", "Accounting", "Client", "RefData", "Auth"),
        *("Courier", "Return"),
    }
)

METHODS = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE"})

OUTCOMES = (
    *("ok", "not_modified", "refused", "unauthorised", "not_found", "throttled", "failed"),
    *("no_answer", "not_sent"),
)
"""How a call ended: ``failed`` is the other side's 5xx, ``refused`` any other 4xx."""

LIMITS = frozenset({"minute", "day", "concurrent", "appminute"})
"""Xero's own words for what is used up."""

MOST_CONNECTIONS = 500
"""Connections with series of their own; those behind them are one, called ``other``."""

_NAMED = {
    HTTPStatus.NOT_MODIFIED: "not_modified",
    HTTPStatus.UNAUTHORIZED: "unauthorised",
    HTTPStatus.FORBIDDEN: "unauthorised",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.TOO_MANY_REQUESTS: "throttled",
}
_SEGMENT = re.compile(r"[A-Za-z]+")


def xero_endpoint(url: str) -> str:
    """Return which part of Xero *url* calls."""
    return _first_known(_SEGMENT.findall(urlsplit(url).path), XERO_ENDPOINTS)


def mintsoft_endpoint(path: str) -> str:
    """Return which part of Mintsoft *path* calls."""
    return _first_known(_SEGMENT.findall(path), MINTSOFT_ENDPOINTS)


def outcome(status: int) -> str:
    """Return how a call ended that was answered with *status*."""
    if named := _NAMED.get(HTTPStatus(status)) if status in _STATUSES else None:
        return named
    if status < HTTPStatus.BAD_REQUEST:
        return "ok"
    return "refused" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "failed"


def one_of(value: str, known: Collection[str]) -> str:
    """Return *value* if it is known, else ``other``."""
    return value if value in known else OTHER


def shown(connections: Iterable[str]) -> frozenset[str]:
    """Return those connections, of all there are, that have series of their own."""
    return frozenset(sorted(set(connections))[:MOST_CONNECTIONS])


_STATUSES = frozenset(int(each) for each in HTTPStatus)


def _first_known(segments: Iterable[str], known: Collection[str]) -> str:
    return next((each for each in segments if each in known), OTHER)

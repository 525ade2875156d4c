"""The door to /api.xro/2.0: who may enter, how often, and which endpoint answers.

Order as in Xero: size, token, organisation, scope, limits, idempotency key, endpoint.
"""

import re
from collections.abc import Callable
from email.utils import format_datetime
from typing import Any

from tests.simulators.exchange import Answer, Call
from tests.simulators.xero import (
    contacts,
    invoices,
    items,
    problems,
    purchase_orders,
    reference,
)
from tests.simulators.xero.asking import Asking, BadQueryError, UnreadableError
from tests.simulators.xero.books import MAX_BODY_BYTES, Books
from tests.simulators.xero.tokens import AccessToken

PREFIX = "/api.xro/2.0"
Endpoint = Callable[..., Answer]

ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("PUT", "/Invoices", invoices.create_invoices),
    ("POST", "/Invoices", invoices.save_invoices),
    ("GET", "/Invoices", invoices.list_invoices),
    ("GET", "/Invoices/([^/]+)", invoices.get_invoice),
    ("POST", "/Invoices/([^/]+)", invoices.update_invoice),
    ("PUT", "/Invoices/([^/]+)/History", invoices.add_history),
    ("GET", "/Invoices/([^/]+)/History", invoices.get_history),
    ("GET", "/PurchaseOrders", purchase_orders.list_purchase_orders),
    ("GET", "/PurchaseOrders/([^/]+)", purchase_orders.get_purchase_order),
    ("PUT", "/Items", items.create_items),
    ("POST", "/Items", items.save_items),
    ("GET", "/Items", items.list_items),
    ("GET", "/Items/([^/]+)", items.get_item),
    ("POST", "/Items/([^/]+)", items.update_item),
    ("PUT", "/Contacts", contacts.create_contacts),
    ("POST", "/Contacts", contacts.save_contacts),
    ("GET", "/Contacts", contacts.list_contacts),
    ("GET", "/Contacts/([^/]+)", contacts.get_contact),
    ("POST", "/Contacts/([^/]+)", contacts.update_contact),
    ("GET", "/Accounts", reference.list_accounts),
    ("GET", "/Accounts/([^/]+)", reference.get_account),
    ("GET", "/TaxRates", reference.list_tax_rates),
    ("GET", "/TrackingCategories", reference.list_tracking),
    ("GET", "/Currencies", reference.list_currencies),
    ("GET", "/BrandingThemes", reference.list_branding_themes),
    ("GET", "/Organisation", reference.get_organisation),
)
COMPILED: tuple[tuple[str, re.Pattern[str], Endpoint], ...] = tuple(
    (method, re.compile(path), endpoint) for method, path, endpoint in ROUTES
)
# Any one of the scopes opens the resource; a scope ending in .read opens it for GET only.
SCOPES = {
    "Invoices": ("accounting.invoices", "accounting.transactions"),
    "PurchaseOrders": ("accounting.invoices", "accounting.transactions"),
    "Contacts": ("accounting.contacts",),
}
SETTINGS_SCOPE = ("accounting.settings",)


class Api:
    """The handler of every call under the prefix."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def __call__(self, call: Call) -> Answer:
        tenant = call.headers.get("xero-tenant-id", "").lower()
        answer = self._refusal(call, tenant) or self._admitted(call, tenant)
        answer = answer.with_headers({"Date": format_datetime(self._books.now(), usegmt=True)})
        if tenant not in self._books.organisations:
            return answer
        return answer.with_headers(self._books.limits.headers(tenant, self._books.now()))

    def _refusal(self, call: Call, tenant: str) -> Answer | None:
        if len(call.body) > MAX_BODY_BYTES:
            return Answer(413, "Request Entity Too Large", {}, "text/plain")
        token = self._books.tokens.access.get(bearer(call))
        if token is None or token.grant.revoked:
            return problems.unauthorised("AuthenticationUnsuccessful")
        if token.expires <= self._books.now():
            return problems.expired(token.expires)
        if tenant not in token.grant.connections.values():
            return problems.forbidden()
        if not in_scope(token, call):
            return problems.unauthorised("AuthorizationUnsuccessful")
        return self._books.limits.admit(tenant, self._books.now())

    def _admitted(self, call: Call, tenant: str) -> Answer:
        now = self._books.now()
        asking = Asking(call, self._books.organisations[tenant], now)
        return self._books.keys.once(call, tenant, now, lambda: routed(asking))


def routed(asking: Asking) -> Answer:
    """The answer of the endpoint, or a 400 that says what can't be read, or a 404."""
    path = asking.call.path.removeprefix(PREFIX).rstrip("/")
    for method, pattern, endpoint in COMPILED:
        found = pattern.fullmatch(path)
        if found and method == asking.call.method:
            return guarded(endpoint, asking, *found.groups())
    return problems.not_found()


def guarded(endpoint: Endpoint, *arguments: Any) -> Answer:
    """Run an endpoint; what it can't read becomes a 400."""
    try:
        return endpoint(*arguments)
    except BadQueryError as error:
        return problems.bad_query(str(error))
    except UnreadableError as error:
        return problems.unreadable(str(error))


def bearer(call: Call) -> str:
    """The token of the call, empty where there is none."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def in_scope(token: AccessToken, call: Call) -> bool:
    """Whether the token's scopes open the resource of the call."""
    resource = call.path.removeprefix(PREFIX).strip("/").partition("/")[0]
    wanted = SCOPES.get(resource, SETTINGS_SCOPE)
    granted = token.grant.scope.split()
    readable = [f"{scope}.read" for scope in wanted] if call.method == "GET" else []
    return any(scope in granted for scope in (*wanted, *readable))

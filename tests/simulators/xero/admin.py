"""The tests' own way in, `/_sim`: organisations, tokens, clock, limits and the books."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from tests.simulators.admin import equipment_routes, route
from tests.simulators.exchange import Json
from tests.simulators.xero.books import Books
from tests.simulators.xero.charts import CLASS_OF_TYPE, CURRENCY_NAMES
from tests.simulators.xero.limits import LimitSettings
from tests.simulators.xero.organisation import (
    Organisation,
    account,
    category,
    organisation,
    tax_rate,
)
from tests.simulators.xero.reference import organisation_view
from tests.simulators.xero.tokens import DEFAULT_SCOPE


class Admin:
    """The actions behind the admin routes."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def routes(self) -> list[Route]:
        """All admin routes of the simulator of Xero."""
        one = "/_sim/organisations/{tid}"
        return [
            route("POST", "/_sim/organisations", self.add_organisation),
            route("GET", one, lambda request, _: summary(self._org(request))),
            route("POST", one + "/accounts/{code}", self.set_account),
            route("POST", one + "/lock-date", self.set_lock_date),
            route("POST", one + "/currencies", self.set_currencies),
            route("POST", one + "/tax-rates", self.set_tax_rate),
            route("POST", one + "/tracking", self.add_tracking),
            route("POST", one + "/contacts/{contact}", self.set_contact),
            route("POST", one + "/limits", self.set_limits),
            route("POST", "/_sim/limits", self.set_all_limits),
            route("POST", "/_sim/redirect-uris", self.register_redirect_uri),
            route("POST", "/_sim/tokens", self.issue_tokens),
            route("POST", "/_sim/tokens/expire", self.expire_tokens),
            route("DELETE", "/_sim/tokens", self.revoke_tokens),
            route("POST", "/_sim/clock", self.advance_clock),
            route("POST", "/_sim/idempotency", self.set_key_life),
            route("POST", "/_sim/webhooks", self.set_webhook),
            route("GET", "/_sim/webhooks", lambda *_: self._books.hooks.report()),
            route("GET", "/_sim/invoices", self.list_invoices),
            route("GET", "/_sim/invoices/{invoice}", self.get_invoice),
            route("GET", "/_sim/state", self.state),
            *equipment_routes(self._books.equipment),
        ]

    def add_organisation(self, _: Request, body: Json) -> Json:
        """Make an organisation from a preset; the fields named here may differ.

        Without `unique_numbers` it takes a number twice, which the real one never does: a test
        that looks at our other guards asks for that.
        """
        known = {
            "preset",
            "name",
            "currencies",
            "lock_date",
            "limits",
            "short_code",
            "unique_numbers",
        }
        unknown = set(body) - known
        if unknown:
            raise ValueError(f"unknown field {sorted(unknown)[0]!r}; known: {sorted(known)}")
        preset = body.get("preset", "uk")
        org = organisation(preset, body.get("name", f"Demo {preset.upper()}"), self._books.now())
        org.short_code = body.get("short_code", org.short_code)
        org.unique_numbers = bool(body.get("unique_numbers", True))
        if "currencies" in body:
            org.currencies = named_currencies(body["currencies"])
        if "lock_date" in body:
            org.period_lock_date = date.fromisoformat(body["lock_date"])
        self._books.limits.settings(org.tenant_id).change(body.get("limits", {}))
        org.tell = self._books.hooks.teller(org.tenant_id)
        self._books.organisations[org.tenant_id] = org
        return summary(org)

    def set_account(self, request: Request, body: Json) -> Json:
        """Change an account's fields, or make the account (Type and Name needed)."""
        org, code = self._org(request), request.path_params["code"]
        if code not in org.accounts:
            kind = body["Type"]
            row = (code, body["Name"], kind, body.get("TaxType", org.preset.no_tax), "")
            org.accounts[code] = account(row, self._books.now())
        org.accounts[code].update(body)
        org.accounts[code]["Class"] = CLASS_OF_TYPE[org.accounts[code]["Type"]]
        org.touch_account(code, self._books.now())
        return org.accounts[code]

    def set_lock_date(self, request: Request, body: Json) -> Json:
        """Set `period` and `end_of_year` lock dates, ISO days or null."""
        org = self._org(request)
        if "period" in body:
            org.period_lock_date = body["period"] and date.fromisoformat(body["period"])
        if "end_of_year" in body:
            year = body["end_of_year"]
            org.end_of_year_lock_date = year and date.fromisoformat(year)
        return summary(org)

    def set_currencies(self, request: Request, body: Json) -> Json:
        """Enable exactly the currencies in `codes`."""
        org = self._org(request)
        org.currencies = named_currencies(body["codes"])
        return summary(org)

    def set_tax_rate(self, request: Request, body: Json) -> Json:
        """Change a tax rate's fields (TaxType names it), or make it (Name and Rate in per cent)."""
        org, kind = self._org(request), body["TaxType"]
        fields = {name: value for name, value in body.items() if name != "Rate"}
        if kind not in org.tax_rates:
            row = (kind, body["Name"], str(body["Rate"]), "OUTPUT", True)
            org.tax_rates[kind] = tax_rate(row)
        if "Rate" in body:
            per_cent = Decimal(str(body["Rate"]))
            fields |= {"EffectiveRate": per_cent, "DisplayTaxRate": per_cent}
        org.tax_rates[kind].update(fields)
        return org.tax_rates[kind]

    def add_tracking(self, request: Request, body: Json) -> Json:
        """Add a tracking category with `Options`, or set the Status of one by name."""
        org = self._org(request)
        existing = next((each for each in org.tracking if each["Name"] == body["Name"]), None)
        if existing is None:
            existing = category(body["Name"], tuple(body.get("Options", ())))
            org.tracking.append(existing)
        existing["Status"] = body.get("Status", existing["Status"])
        return existing

    def set_contact(self, request: Request, body: Json) -> Json:
        """Set a contact's ContactStatus, as a bookkeeper archiving it in Xero would."""
        org = self._org(request)
        contact = org.contacts[request.path_params["contact"]]
        contact["ContactStatus"] = body["ContactStatus"]
        key = contact["Name"].strip().casefold()
        if body["ContactStatus"] == "ACTIVE":
            org.active_names[key] = contact["ContactID"]
        elif org.active_names.get(key) == contact["ContactID"]:
            del org.active_names[key]
        return contact

    def set_limits(self, request: Request, body: Json) -> Json:
        """Change the limits of one organisation; {"enabled": false} switches them off."""
        settings = self._books.limits.settings(self._org(request).tenant_id)
        settings.change(body)
        return vars(settings)

    def set_all_limits(self, _: Request, body: Json) -> Json:
        """Change the limits of every organisation, also of those still to come."""
        changed: list[LimitSettings] = [self._books.config.limits]
        changed += [self._books.limits.settings(tid) for tid in self._books.organisations]
        for settings in changed:
            settings.change(body)
        return vars(changed[0])

    def register_redirect_uri(self, _: Request, body: Json) -> Json:
        """Register a redirect address for the app; consent is given to no other."""
        self._books.redirect_uris.add(body["uri"])
        return {"redirect_uris": sorted(self._books.redirect_uris)}

    def issue_tokens(self, _: Request, body: Json) -> Json:
        """Consent to connections with `tenant_ids`; gives the token endpoint's answer."""
        tenants = [str(tid).lower() for tid in body["tenant_ids"]]
        for tid in tenants:
            _known = self._books.organisations[tid]
        life = timedelta(seconds=float(body.get("expires_in", 1800)))
        scope = body.get("scope", DEFAULT_SCOPE)
        user = str(body.get("user", ""))
        return self._books.tokens.issue(tenants, scope, self._books.now(), life, user)

    def expire_tokens(self, _: Request, _body: Json) -> Json:
        """Let every access token expire now; refresh tokens stay good."""
        self._books.tokens.expire_access(self._books.now())
        return {"expired": len(self._books.tokens.access)}

    def revoke_tokens(self, _: Request, _body: Json) -> Json:
        """End every grant, as a user disconnecting the app in Xero would."""
        self._books.tokens.revoke_all()
        return {"revoked": len(self._books.tokens.grants)}

    def advance_clock(self, _: Request, body: Json) -> Json:
        """Move the simulator's clock on; `stopped` holds it where it is, or lets it go on."""
        if "stopped" in body:
            self._books.clock.stop(body["stopped"] is True)
        return {"now": self._books.clock.advance(float(body.get("advance_seconds", 0))).isoformat()}

    def set_key_life(self, _: Request, body: Json) -> Json:
        """Set how long idempotency keys live, in seconds."""
        self._books.keys.life = timedelta(seconds=float(body["seconds"]))
        return {"seconds": self._books.keys.life.total_seconds()}

    def set_webhook(self, _: Request, body: Json) -> Json:
        """Have changes of invoices told to `url`, signed with `key`."""
        self._books.hooks.send_to(body["url"], body["key"])
        return self._books.hooks.report()

    def list_invoices(self, request: Request, _: Json) -> list[Json]:
        """A compact list of invoices, of one organisation or of all, in order of creation."""
        wanted = request.query_params.get("tenant_id", "").lower()
        return [
            {"TenantID": org.tenant_id, **compact(invoice)}
            for org in self._books.organisations.values()
            if wanted in ("", org.tenant_id)
            for invoice in org.invoices.values()
        ]

    def get_invoice(self, request: Request, _: Json) -> Json:
        """One whole invoice by id, with its history."""
        key = request.path_params["invoice"].lower()
        for org in self._books.organisations.values():
            if key in org.invoices:
                return {**org.invoices[key], "History": org.history.get(key, [])}
        raise KeyError(key)

    def state(self, _: Request, _body: Json) -> Json:
        """Everything at a glance."""
        return {
            "now": self._books.now().isoformat(),
            "organisations": [summary(org) for org in self._books.organisations.values()],
            "refreshes": self._books.tokens.refreshes,
            "idempotent_replays": self._books.keys.replays,
            "faults": self._books.equipment.faults.waiting(),
            "calls": self._books.equipment.calls.report(),
        }

    def _org(self, request: Request) -> Organisation:
        return self._books.organisations[request.path_params["tid"].lower()]


def summary(org: Organisation) -> Json:
    """An organisation in a few figures, and what its own endpoint answers."""
    return {
        "tenant_id": org.tenant_id,
        "name": org.name,
        "short_code": org.short_code,
        "base_currency": org.preset.base_currency,
        "currencies": sorted(org.currencies),
        "invoices": len(org.invoices),
        "contacts": len(org.contacts),
        "items": len(org.items),
        "organisation": organisation_view(org),
    }


def named_currencies(codes: list[str]) -> dict[str, str]:
    """Currencies with their names."""
    return {code: CURRENCY_NAMES.get(code, code) for code in codes}


def compact(invoice: Json) -> dict[str, Any]:
    """The fields of an invoice that a test compares."""
    names = (
        "InvoiceID",
        "InvoiceNumber",
        "Type",
        "Status",
        "SubTotal",
        "TotalTax",
        "Total",
        "CurrencyCode",
        "Reference",
        "Url",
        "DateString",
    )
    view = {name: invoice.get(name) for name in names}
    return {**view, "Contact": invoice["Contact"]["Name"]}

"""What the fleet asks of Mintsoft. HTTP 200 alone is not success; amounts come as Decimal.

Every call has time-outs and holds no lock or transaction. Methods raise Transient (AccessRefused
while the key is not taken), Throttled or Permanent; writes also Uncertain: they may have been
carried out, and are looked up (``find_order``, ``find_asn``) before they are repeated.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from pydantic import SecretStr

from schemas.imports import NewAsn, NewOrder
from workers.clock import Clock
from workers.errors import Permanent
from workers.mintsoft import answers, calls, failures, item_changes, listing
from workers.mintsoft.answers import Found, OrderStatus, Placed, Row
from workers.mintsoft.auth import api_key
from workers.mintsoft.calls import Calls
from workers.store.mintsoft_keys import NOTHING, Credentials
from workers.transport import Transport

__all__ = ["Found", "MintsoftGateway", "OrderStatus", "Placed"]


TAG = "Xero"
"""What users see in Mintsoft's Order Overview on an order that is in Xero."""


class MintsoftGateway:
    """One Mintsoft account at *url* (no trailing slash). Safe for threads.

    Gateways may share one *http*, and then leave it to its owner to close. Raises ValueError
    naming the *remedy* when neither key nor user is given.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        key: SecretStr | None = None,
        username: str = "",
        password: SecretStr | None = None,
        read_seconds: float = calls.READ_SECONDS,
        http: Transport | None = None,
        remedy: str = failures.REMEDY,
    ) -> None:
        given = Credentials(key or NOTHING, username, password or NOTHING)
        self._own = calls.http(read_seconds) if http is None else None
        transport = http or self._own
        assert transport is not None, "one of the two"
        key_of = api_key(transport, given, url, remedy)
        self._calls = Calls(transport, url, key_of, clock, remedy)

    def ping(self) -> None:
        """Make the cheapest call that needs a key, and raise what is wrong with it."""
        self._calls.read("/api/Warehouse", "the list of warehouses")

    def close(self) -> None:
        """Close the idle connections, if they are its own."""
        if self._own is not None:
            self._own.close()

    # Orders

    def get_order(self, order_id: int) -> Row:
        """Return an order as Mintsoft has it now."""
        what = f"order {order_id}"
        return answers.one(self._calls.read(f"/api/Order/{order_id}", what), "an order")

    def look_at_order(self, order_id: int) -> Found:
        """Return where an order stands now."""
        return answers.found_in(self.get_order(order_id))

    def find_order(self, client_id: int, number: str) -> Found | None:
        """Return the client's order that is called exactly *number*, or None."""
        found = self._calls.read("/api/Order/Search", "the search", {"OrderNumber": number})
        return answers.order_of(answers.rows(found, "a search"), client_id, number)

    def create_order(self, order: NewOrder) -> Placed:
        """Create an order. Raises Permanent with the code ``EXISTS`` when its number is taken.

        After Uncertain it is looked up by its number first: Mintsoft may have made it.
        """
        number = order.order_number
        found = self._calls.write("PUT", "/api/Order", f"order {number}", order.body())
        return answers.placed(found, number)

    def update_order(self, order_id: int, order: NewOrder) -> None:
        """Give an order that is still NEW other details and lines; repeating changes nothing.

        Mintsoft changes each line by a call of its own: after Uncertain a part may be done.
        """
        what, path = f"order {order_id}", f"/api/Order/{order_id}"
        details = {name: each for name, each in order.body().items() if name != "OrderItems"}
        self._write("POST", path, what, details)
        current = answers.rows(self._calls.read(f"{path}/Items", what), "the lines of an order")
        for change in item_changes.changes(current, order.order_items):
            match change:
                case item_changes.Add(item):
                    self._write("PUT", f"{path}/Items", what, item.body())
                case item_changes.Change(item_id, item):
                    self._write("POST", f"{path}/Items/{item_id}", what, item.body())
                case item_changes.Remove(item_id):
                    self._write("DELETE", f"{path}/Items/{item_id}", what)

    def cancel_order(self, order_id: int) -> None:
        """Cancel an order; one that is cancelled already stays so.

        Raises Permanent when Mintsoft refuses, as it does once picking has begun.
        """
        what = f"order {order_id}"
        try:
            self._write("GET", f"/api/Order/{order_id}/Cancel", what)
        except Permanent:
            if self.look_at_order(order_id).status_id != OrderStatus.CANCELLED:
                raise

    def tag_order(self, order_id: int, tag: str) -> None:
        """Put *tag* on an order. Doing it again changes nothing."""
        self._write("PUT", f"/api/Order/{order_id}/Tag", f"order {order_id}", query={"tag": tag})

    def untag_order(self, order_id: int, tag: str) -> None:
        """Take *tag* off an order."""
        self._write("DELETE", f"/api/Order/{order_id}/Tag", f"order {order_id}", query={"tag": tag})

    def despatched_orders(
        self, since: datetime, *, client_id: int | None = None, exclude_tag: str = ""
    ) -> Iterator[list[Row]]:
        """Yield the orders despatched at or after *since* (UTC), with their lines, in pages.

        None is missed though the list changes meanwhile; see :mod:`workers.mintsoft.listing`.
        """
        query = {
            "SinceDespatchDate": _moment(since),
            "ClientId": str(client_id or ""),
            "ExcludeTags": exclude_tag,
            "IncludeOrderItems": "true",
        }
        return self._list("/api/Order/List", "the list of orders", query)

    def despatched_page(
        self, since: datetime, number: int, *, client_id: int | None = None
    ) -> list[Row]:
        """Return one page (1, 2, ...) of the orders despatched at or after *since* (UTC)."""
        query = {
            "SinceDespatchDate": _moment(since),
            "ClientId": str(client_id or ""),
            "IncludeOrderItems": "true",
        }
        return self._page("/api/Order/List", "the list of orders", query, number)

    # ASNs and products

    def create_asn(self, asn: NewAsn) -> int:
        """Create an ASN and return its id.

        Mintsoft takes the same one twice: after Uncertain, look it up first.
        """
        what = f"ASN {asn.po_reference}"
        return answers.written(self._calls.write("PUT", "/api/ASN", what, asn.body()), what)

    def find_asn(
        self,
        client_id: int,
        po_reference: str,
        since: datetime,
        source_lines: Collection[str] = (),
    ) -> int | None:
        """Return the client's ASN of exactly this reference, changed *since* (UTC), or None.

        Mintsoft checks no reference: of several the one with lines of *source_lines* counts,
        and one whose lines bear other ids is never ours.
        """
        query = {
            "ClientId": str(client_id),
            "SinceLastUpdated": _moment(since),
            "IncludeASNItems": "true",
        }
        found = self._list("/api/ASN/List", "the list of ASNs", query)
        named = [
            row
            for page in found
            for row in page
            if answers.is_of(row, client_id, "POReference", po_reference)
        ]
        return answers.asn_of(named, source_lines)

    def product_id(self, client_id: int, sku: str) -> int | None:
        """Return the client's product of exactly this SKU, or None."""
        query = {"Search": sku, "IncludeBundles": "true"}
        found = answers.rows(self._calls.read("/api/Product/Search", "the search", query), "it")
        return answers.first_id([row for row in found if answers.is_of(row, client_id, "SKU", sku)])

    # 3PL invoices and clients

    def invoices_since(
        self, since: datetime, *, client_id: int | None = None
    ) -> Iterator[list[Row]]:
        """Yield 3PL invoices dated at or after *since* (UTC), in pages."""
        query = {"SinceDate": _moment(since), "ClientId": str(client_id or "")}
        return self._list("/api/Accounting/Invoice/List", "the list of invoices", query)

    def invoices_page(self, since: datetime, number: int) -> list[Row]:
        """Return one page (1, 2, ...) of the 3PL invoices dated at or after *since* (UTC)."""
        query = {"SinceDate": _moment(since)}
        return self._page("/api/Accounting/Invoice/List", "the list of invoices", query, number)

    def get_invoice(self, invoice_id: int) -> Row:
        """Return a 3PL invoice as Mintsoft has it now."""
        what = f"invoice {invoice_id}"
        path = f"/api/Accounting/Invoice/{invoice_id}"
        return answers.one(self._calls.read(path, what), "an invoice")

    def clients(self) -> dict[int, Row]:
        """Return all clients by id."""
        found = answers.rows(self._calls.read("/api/Client", "the list of clients"), "clients")
        return {answers.number_of(row, "ID"): row for row in found}

    def client(self, client_id: int) -> Row:
        """Return one client. Raises Permanent when there is none of this id."""
        found = self.clients().get(client_id)
        if found is None:
            raise failures.missing(f"client {client_id}")
        return found

    def currencies(self) -> dict[int, str]:
        """Return the ISO 4217 codes of Mintsoft's currencies by id."""
        found = self._calls.read("/api/RefData/Currencies", "the list of currencies")
        rows = answers.rows(found, "currencies")
        return {answers.number_of(row, "ID"): str(row.get("Code") or "") for row in rows}

    def _list(self, path: str, what: str, query: dict[str, str]) -> Iterator[list[Row]]:
        return listing.settled(lambda number: self._page(path, what, query, number))

    def _page(self, path: str, what: str, query: dict[str, str], number: int) -> list[Row]:
        given = {name: value for name, value in query.items() if value}
        paging = {"PageNo": str(number), "Limit": str(listing.PAGE)}
        return answers.rows(self._calls.read(path, what, given | paging), what)

    def _write(
        self,
        method: str,
        path: str,
        what: str,
        body: object = None,
        query: calls.Query | None = None,
    ) -> None:
        failure = failures.of_result(self._calls.write(method, path, what, body, query))
        if failure is not None:
            raise failure


def _moment(when: datetime) -> str:
    """Return *when* as Mintsoft writes times: UTC, without a zone."""
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")

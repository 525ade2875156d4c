"""What the fleet asks of Xero for one organisation: few calls, each counted, each checked.

Every call takes its place in the budget first and gives it back whatever happens. No method
holds a lock or a database transaction while it waits for Xero. Documents are created with PUT,
never POST, which would overwrite an invoice of the same number.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote
from uuid import UUID

from workers.clock import Clock
from workers.transport import Answer, NoAnswer
from workers.xero import failures, results, wire
from workers.xero.budget import Call, Purpose
from workers.xero.results import (
    FoundInvoice,
    InvoiceOutcome,
    ItemOutcome,
    RawChart,
    XeroConnection,
)
from workers.xero.sdk import Operation, XeroApi

BATCH = 50
"""Documents in one write, and numbers in one look-up, as Xero advises."""

LONGEST_FILTER = 4000
"""Characters of invoice numbers in one address; servers refuse longer addresses at 8,000."""

NOT_MODIFIED = HTTPStatus.NOT_MODIFIED
"""Nothing is newer than If-Modified-Since."""

PAGE_SIZE = 1000
"""The most that Xero gives at once; an answer is no larger than what was found."""


class Credentials(Protocol):
    """Gives the access token of one connection; see auth.Tokens.of."""

    def access_token(self) -> str:
        """Return a token that lives long enough for a call."""

    def renew(self, seen: str) -> str:
        """Return another token than *seen*, which Xero has refused."""


class Limits(Protocol):
    """The budget that the fleet shares; see budget.Budget."""

    def take(self, tenant_id: UUID, purpose: Purpose) -> Call:
        """Take a place for one call. Raises Throttled."""

    def settle(self, call: Call, headers: Mapping[str, str], status: int | None) -> None:
        """Give the place back and learn from the answer."""


class XeroGateway:
    """One organisation of Xero, as one connection sees it. Safe for threads.

    Methods raise Transient, Uncertain (writes), Throttled, AuthorisationLost or Permanent.
    """

    def __init__(
        self, api: XeroApi, tenant_id: UUID, tokens: Credentials, budget: Limits, clock: Clock
    ) -> None:
        self._api = api
        self._tenant = tenant_id
        self._tokens = tokens
        self._budget = budget
        self._clock = clock

    def put_invoices(self, body: bytes, key: UUID | str) -> list[InvoiceOutcome]:
        """Create the invoices in *body* (``{"Invoices": [...]}``); one outcome each, in order.

        *key* is the Idempotency-Key: the same body with the same key is created once. Raises
        Uncertain too when the answer does not agree with what was sent.
        """
        numbers = numbers_in(body)
        found = self._batch(
            lambda api: api.create_invoices(
                str(self._tenant),
                body,
                summarize_errors=False,
                unitdp=4,
                idempotency_key=str(key),
                _preload_content=False,
            ),
            "Invoices",
            len(numbers),
        )
        return results.in_order(numbers, [results.invoice_outcome(each) for each in found])

    def invoices_by_number(self, numbers: Sequence[str]) -> dict[str, FoundInvoice]:
        """Return what Xero has under *numbers*: one call for up to 50 of usual length.

        Where a number was used again after a deleted or voided invoice, the live one is given.
        A number with a comma is not found, because Xero's filter splits it; a PUT with it is
        then refused as not unique, so nothing is doubled. Whole invoices are asked for: what a
        summary leaves out is not documented, and ``url`` proves that an invoice is ours.
        """
        found: dict[str, FoundInvoice] = {}
        for some in batches(numbers):
            for each in results.found_invoices(self._find(some)):
                if each.number not in found or not found[each.number].live:
                    found[each.number] = each
        return {number: found[number] for number in numbers if number in found}

    def put_items(
        self, bodies: Sequence[Mapping[str, object]], key: UUID | str
    ) -> list[ItemOutcome]:
        """Create items, all in one call; one outcome each, in order. One there already is known."""
        codes = [str(body["Code"]) for body in bodies]
        found = self._batch(
            lambda api: api.create_items(
                str(self._tenant),
                wire.encode({"Items": bodies}),
                summarize_errors=False,
                unitdp=4,
                idempotency_key=str(key),
                _preload_content=False,
            ),
            "Items",
            len(codes),
        )
        return [results.item_outcome(*pair) for pair in zip(codes, found, strict=True)]

    def read_chart(self, since: datetime | None = None) -> RawChart:
        """Return accounts, tax rates, tracking, currencies and organisation in five calls.

        With *since* (UTC) only the accounts that changed after it, which costs no bytes when
        there are none; Xero has no such thing for the others.
        """
        organisations = self._rows("Organisations", "get_organisations")
        if not organisations:
            raise failures.broken("no organisation in the answer", write=False)
        return RawChart(
            organisation=organisations[0],
            accounts=self._accounts(since),
            tax_rates=self._rows("TaxRates", "get_tax_rates"),
            tracking=self._rows("TrackingCategories", "get_tracking_categories"),
            currencies=self._rows("Currencies", "get_currencies"),
        )

    def invoice_statuses(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return Xero's status of up to 50 invoices by id, in one call, without their lines."""
        answer = self._call(
            "upkeep",
            lambda api: api.get_invoices(
                str(self._tenant),
                i_ds=[str(each) for each in ids],
                summary_only=True,
                page=1,
                page_size=PAGE_SIZE,
                _preload_content=False,
            ),
            write=False,
        )
        found = results.rows(_checked(answer, self._clock, write=False), "Invoices")
        return results.statuses(found)

    def read(self, method: str, **options: object) -> Answer:
        """Return the answer to a read for imports: *method* of xero-python's AccountingApi.

        An answer of 304 is handed out as it is: nothing is newer than If-Modified-Since.
        """
        return self._read("import", method, **options)

    def read_unhurried(self, method: str, **options: object) -> Answer:
        """Return the answer to the same, out of the half of a day's calls that may go to this."""
        return self._read("comparison", method, **options)

    def connections(self) -> list[XeroConnection]:
        """Return the organisations the token reaches. Counts against no organisation's limits."""
        answer = _checked(self._call_connections("GET"), self._clock, write=False)
        return results.connections(answer)

    def delete_connection(self, tenant_id: UUID) -> bool:
        """End the app's access to an organisation; False when it had none any more."""
        for each in self.connections():
            if each.tenant_id == tenant_id:
                answer = self._call_connections("DELETE", f"/{each.connection_id}")
                if answer.status != 404:
                    _checked(answer, self._clock, write=True)
                return answer.status != 404
        return False

    def _find(self, numbers: Sequence[str]) -> list[dict[str, object]]:
        answer = self._call(
            "export",
            lambda api: api.get_invoices(
                str(self._tenant),
                invoice_numbers=list(numbers),
                page=1,
                page_size=PAGE_SIZE,
                _preload_content=False,
            ),
            write=False,
        )
        return results.rows(_checked(answer, self._clock, write=False), "Invoices")

    def _accounts(self, since: datetime | None) -> list[dict[str, object]]:
        if since is None:
            return self._rows("Accounts", "get_accounts")
        written = since.isoformat(timespec="milliseconds")
        return self._rows("Accounts", "get_accounts", if_modified_since=written)

    def _rows(self, field: str, method: str, **options: str) -> list[dict[str, object]]:
        answer = self._read("reference", method, **options)
        return [] if answer.status == NOT_MODIFIED else results.rows(answer, field)

    def _read(self, purpose: Purpose, method: str, **options: object) -> Answer:
        answer = self._call(
            purpose,
            lambda api: getattr(api, method)(str(self._tenant), _preload_content=False, **options),
            write=False,
        )
        if answer.status == NOT_MODIFIED:
            return answer
        return _checked(answer, self._clock, write=False)

    def _batch(self, operation: Operation, field: str, sent: int) -> list[dict[str, object]]:
        answer = self._call("export", operation, write=True)
        if not results.lists_elements(answer):
            _checked(answer, self._clock, write=True)
        return results.elements(answer, field, sent)

    def _call(self, purpose: Purpose, operation: Operation, *, write: bool) -> Answer:
        return self._authorised(lambda token: self._counted(purpose, operation, token, write=write))

    def _call_connections(self, method: str, path: str = "") -> Answer:
        write = method != "GET"
        return self._authorised(
            lambda token: _heard(lambda: self._api.connections(token, method, path), write=write)
        )

    def _authorised(self, request: Callable[[str], Answer]) -> Answer:
        """Return the answer; a token that is refused is renewed once (it may have been revoked)."""
        token = self._tokens.access_token()
        answer = request(token)
        return request(self._tokens.renew(token)) if answer.status == 401 else answer

    def _counted(
        self, purpose: Purpose, operation: Operation, token: str, *, write: bool
    ) -> Answer:
        call = self._budget.take(self._tenant, purpose)
        headers: Mapping[str, str] = {}
        status = None
        try:
            answer = _heard(lambda: self._api.accounting(token, operation), write=write)
            headers, status = answer.headers, answer.status
        finally:
            self._budget.settle(call, headers, status)
        return answer


def numbers_in(body: bytes) -> list[str]:
    """Return the invoice numbers in the body of a batch, in order.

    Raises ValueError when it is not what put_invoices sends.
    """
    sent = wire.decode(body)
    invoices = sent.get("Invoices") if isinstance(sent, dict) else None
    if not isinstance(invoices, list) or not invoices:
        raise ValueError('the body must be {"Invoices": [...]} with at least one invoice')
    return [str(each["InvoiceNumber"]) for each in invoices]


def batches(numbers: Sequence[str]) -> Iterator[list[str]]:
    """Yield *numbers* in parts of at most 50 that fit into one address."""
    part: list[str] = []
    for number in dict.fromkeys(numbers):
        filtered = quote(",".join([*part, number]), safe="")
        if part and (len(part) == BATCH or len(filtered) > LONGEST_FILTER):
            yield part
            part = []
        part.append(number)
    if part:
        yield part


def _heard(request: Callable[[], Answer], *, write: bool) -> Answer:
    """Return the answer to *request*. Raises Uncertain or Transient when none comes."""
    try:
        return request()
    except NoAnswer as error:
        raise failures.of_silence(error, write=write) from error


def _checked(answer: Answer, clock: Clock, *, write: bool) -> Answer:
    """Return *answer* if it is a success, else raise the failure that it is."""
    failure = failures.of_answer(answer, write=write, now=clock.now())
    if failure is not None:
        raise failure
    return answer

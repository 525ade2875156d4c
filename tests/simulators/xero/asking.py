"""A call that has passed the door: its organisation, the moment, and the answer it wants."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.simulators import wire
from tests.simulators.exchange import Answer, Call, Json
from tests.simulators.xero.dates import ms_date, parse_since
from tests.simulators.xero.organisation import Organisation, new_id

PROVIDER = "Simulated Xero"


class UnreadableError(Exception):
    """The body or a parameter is not what the endpoint takes; the text says what is wrong."""


class BadQueryError(UnreadableError):
    """A query parameter or header can't be read."""


@dataclass(frozen=True)
class Asking:
    """One admitted API call. `now` is aware UTC, whole milliseconds, as Xero stores it."""

    call: Call
    org: Organisation
    now: datetime

    @property
    def unit_decimals(self) -> int:
        """Decimals of unit amounts: 2, or 4 with unitdp=4. Raises BadQueryError for others."""
        text = self.call.query.get("unitdp", "2")
        if text not in ("2", "4"):
            raise BadQueryError(f"unitdp is {text!r}; it must be 2 or 4")
        return int(text)

    @property
    def summarises(self) -> bool:
        """Whether one element in error makes the whole answer a 400."""
        return self.flag("summarizeerrors", default=True)

    @property
    def since(self) -> datetime | None:
        """The instant of If-Modified-Since, if the call has one."""
        text = self.call.headers.get("if-modified-since")
        try:
            return parse_since(text) if text else None
        except ValueError as error:
            raise BadQueryError(f"If-Modified-Since is {text!r}, which is no date") from error

    def flag(self, name: str, default: bool = False) -> bool:
        """A true or false query parameter; `name` in lower case."""
        text = self.call.query.get(name, str(default)).lower()
        if text not in ("true", "false"):
            raise BadQueryError(f"{name} is {text!r}; it must be true or false")
        return text == "true"

    def listed(self, name: str) -> list[str]:
        """A comma-separated query parameter; `name` in lower case."""
        return [part.strip() for part in self.call.query.get(name, "").split(",") if part.strip()]

    def number(self, name: str, default: int, highest: int) -> int:
        """A positive whole number from the query; raises BadQueryError outside 1 to `highest`."""
        text = self.call.query.get(name, str(default))
        if not text.isdigit() or not 1 <= int(text) <= highest:
            raise BadQueryError(f"{name} is {text!r}; it must be between 1 and {highest}")
        return int(text)

    def elements(self, name: str) -> list[Json]:
        """The elements of the body: `{name: [...]}`, a bare list, or one element by itself."""
        body = self._body()
        if isinstance(body, dict) and name in body:
            body = body[name]
        rows = body if isinstance(body, list) else [body]
        if not rows or not all(isinstance(row, dict) for row in rows):
            raise UnreadableError(f"The body must hold {name}: a list of objects")
        return rows

    def _body(self) -> Any:
        try:
            return wire.loads(self.call.body)
        except ValueError as error:
            raise UnreadableError("JSON for post data was invalid") from error


def found(asking: Asking, name: str, rows: list[Json], pagination: Json | None = None) -> Answer:
    """A 200 in Xero's envelope."""
    body = {
        "Id": new_id(),
        "Status": "OK",
        "ProviderName": PROVIDER,
        "DateTimeUTC": ms_date(asking.now),
        "pagination": pagination,
        name: rows,
    }
    return Answer(200, body)


def not_modified() -> Answer:
    """A 304: nothing is newer than If-Modified-Since."""
    return Answer(304)

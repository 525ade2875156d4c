"""`where`, `order` and paging, for the forms that integrations use; anything else is refused.

A filter is comparisons joined by AND or &&: `Status=="DRAFT"`, `Contact.Name=="A"`,
`Date>=DateTime(2026,1,31)`, `Contact.ContactID==guid("...")`, `AmountDue>0`.
"""

import operator
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.simulators.exchange import Json
from tests.simulators.xero.asking import Asking, BadQueryError
from tests.simulators.xero.dates import parse_moment

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000

_AND = re.compile(r"\s+AND\s+|\s*&&\s*", re.IGNORECASE)
_COMPARISON = re.compile(r"\s*([A-Za-z.]+)\s*(==|!=|>=|<=|=|>|<)\s*(.+?)\s*")
_STRING = re.compile(r'"([^"]*)"')
_GUID = re.compile(r'guid\("([^"]*)"\)', re.IGNORECASE)
_DATE = re.compile(r"DateTime\((\d+),\s*(\d+),\s*(\d+)\)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def filtered(asking: Asking, rows: list[Json]) -> list[Json]:
    """The rows that `where` lets through; raises BadQueryError when it can't be read."""
    text = asking.call.query.get("where", "").strip()
    for part in _AND.split(text) if text else []:
        rows = _compared(part, rows)
    return rows


def _compared(part: str, rows: list[Json]) -> list[Json]:
    found = _COMPARISON.fullmatch(part)
    if found is None:
        raise BadQueryError(f"where: {part!r} is not a comparison this endpoint understands")
    path, symbol, literal = found.groups()
    wanted = literal_of(literal)
    return [row for row in rows if _holds(_OPERATORS[symbol], value_at(row, path), wanted)]


def _holds(compare: Callable[[Any, Any], bool], value: Any, wanted: Any) -> bool:
    if isinstance(wanted, datetime) and isinstance(value, str):
        value = parse_moment(value)
    try:
        return compare(value, wanted)
    except TypeError:
        return False


def literal_of(text: str) -> Any:
    """The value of a literal; raises BadQueryError when it is none."""
    if found := _STRING.fullmatch(text) or _GUID.fullmatch(text):
        return found.group(1)
    if found := _DATE.fullmatch(text):
        year, month, day = map(int, found.groups())
        return parse_moment(f"{year:04}-{month:02}-{day:02}")
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if text.lower() in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[text.lower()]
    raise BadQueryError(f"where: {text!r} is not a value this endpoint understands")


def value_at(row: Json, path: str) -> Any:
    """The value at a dotted path, None where there is none."""
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def ordered(asking: Asking, rows: list[Json]) -> list[Json]:
    """The rows by `order`, such as `UpdatedDateUTC DESC`; raises BadQueryError for another form."""
    text = asking.call.query.get("order", "").strip()
    if not text:
        return rows
    name, _, direction = text.partition(" ")
    if direction.strip().upper() not in ("", "ASC", "DESC"):
        raise BadQueryError(f"order is {text!r}; it must be a field with ASC or DESC")
    backwards = direction.strip().upper() == "DESC"
    return sorted(rows, key=lambda row: _rank(value_at(row, name)), reverse=backwards)


def _rank(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, "")
    if isinstance(value, str) and value.startswith("/Date("):
        return (1, parse_moment(value))
    return (1, value)


def paged(asking: Asking, rows: list[Json]) -> tuple[list[Json], Json]:
    """One page and Xero's pagination object."""
    size = asking.number("pagesize", DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    page = asking.number("page", 1, 1_000_000)
    pagination = {
        "page": page,
        "pageSize": size,
        "pageCount": -(-len(rows) // size),
        "itemCount": len(rows),
    }
    return rows[(page - 1) * size : page * size], pagination

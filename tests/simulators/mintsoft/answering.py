"""The shapes of Mintsoft's answers, and how it reads a list's parameters."""

from datetime import datetime
from typing import Any

from tests.simulators.exchange import Answer, Json

MAX_ROWS = 100
NOT_FOUND = Answer(404, {"Message": "No HTTP resource was found that matches the request."})
UNAUTHORISED = Answer(401, {"Message": "Authorization has been denied for this request."})


def written(made: int) -> Answer:
    """A write that succeeded."""
    return Answer(200, result(made, True, ""))


def failed(about: int, message: str) -> Answer:
    """A write that failed, which is a 200 all the same."""
    return Answer(200, result(about, False, message))


def result(about: int, success: bool, message: str) -> Json:
    """What Mintsoft answers to writes."""
    return {"ID": about, "Success": success, "Message": message, "WarningMessage": ""}


def listed(query: dict[str, str], name: str) -> set[str]:
    """A comma-separated parameter."""
    return {part.strip() for part in query.get(name, "").split(",") if part.strip()}


def same(row: Json, field: str, query: dict[str, str]) -> bool:
    """Whether a row has the whole number that the query asks for, if it asks."""
    wanted = query.get(field.lower())
    return wanted is None or row.get(field) == int(wanted)


def moment(text: str | None) -> datetime | None:
    """A time without zone, as Mintsoft writes them; raises ValueError."""
    return datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=None) if text else None


def later(text: Any, since: datetime | None) -> bool:
    """Whether a time is at or after `since`; a missing time passes only without `since`."""
    when = moment(str(text)) if text else None
    return since is None or (when is not None and when >= since)


def one_page(rows: list[Json], query: dict[str, str]) -> list[Json]:
    """A page of at most 100 rows."""
    size = min(int(query.get("limit", MAX_ROWS)), MAX_ROWS)
    page = max(1, int(query.get("pageno", 1)))
    return rows[(page - 1) * size : page * size]

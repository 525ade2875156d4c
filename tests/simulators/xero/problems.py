"""The error bodies that Xero answers with: problem details for access, ErrorNumber for content."""

from datetime import datetime

from tests.simulators.exchange import Answer, Json
from tests.simulators.xero.organisation import new_id

VALIDATION_ERROR = 10
UNREADABLE_JSON = 14
QUERY_ERROR = 16


def validation_exception(elements: list[Json]) -> Answer:
    """A 400 that lists the elements in error, each with its own messages."""
    body = {
        "ErrorNumber": VALIDATION_ERROR,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": elements,
    }
    return Answer(400, body)


def bad_request(message: str) -> Answer:
    """A 400 for the request as a whole."""
    return validation_exception([{"ValidationErrors": [{"Message": message}]}])


def unreadable(message: str) -> Answer:
    """A 400 for a body that is not the JSON expected."""
    body = {"ErrorNumber": UNREADABLE_JSON, "Type": "PostDataInvalidException", "Message": message}
    return Answer(400, body)


def bad_query(message: str) -> Answer:
    """A 400 for a filter, an order or a paging parameter that can't be read."""
    body = {"ErrorNumber": QUERY_ERROR, "Type": "QueryParseException", "Message": message}
    return Answer(400, body)


def unauthorised(detail: str) -> Answer:
    """A 401: no token, an unknown or expired one, or one without the scope."""
    return _problem(401, "Unauthorized", detail)


def forbidden() -> Answer:
    """A 403: the token has no connection to the organisation asked for."""
    return _problem(403, "Forbidden", "AuthenticationUnsuccessful")


def expired(moment: datetime) -> Answer:
    """A 401 for a token that was good until `moment`."""
    return unauthorised(f"TokenExpired: token expired at {moment:%m/%d/%Y %H:%M:%S}")


def not_found() -> Answer:
    """A 404 for a resource that does not exist in the organisation."""
    return Answer(404, "The resource you're looking for cannot be found", {}, "text/html")


def _problem(status: int, title: str, detail: str) -> Answer:
    body: Json = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": new_id(),
        "Extensions": {},
    }
    return Answer(status, body)

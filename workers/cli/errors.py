"""What goes wrong in a command, as one plain sentence with the remedy.

Only failures that an operator can meet and mend are told like this; anything else is a defect
of ours and keeps its traceback.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from events.addresses import addresses

if TYPE_CHECKING:
    import psycopg
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

SHOWN_CHARACTERS = 80
"""A value is cut after so many characters."""


class Problem(Exception):  # noqa: N818  it is the user's word, not a program's
    """The command can't do what was asked; the text says why and what to do."""


def explain(error: BaseException) -> str | None:
    """Return what to tell the user about *error*; None when it is a defect of ours."""
    if isinstance(error, Problem):
        return str(error)
    for tell in (_of_database, _of_broker, _of_xero, _of_values):
        if sentence := tell(error):
            return sentence
    return None


def _of_database(error: BaseException) -> str | None:
    import psycopg
    from psycopg_pool import PoolTimeout

    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        return "The database is not up to date: run mintsoft-xero db upgrade."
    if isinstance(error, psycopg.OperationalError | PoolTimeout):
        return f"PostgreSQL can't be reached ({_first_line(error)}): {_remedy(error)}"
    if isinstance(error, psycopg.Error):
        return f"PostgreSQL refused the command: {_first_line(error)}."
    return None


def _remedy(error: BaseException) -> str:
    if "startup parameter" in str(error):
        return "a pool in transaction mode needs MX_DATABASE_POOLED=true."
    if "certificate" in str(error):
        return "see sslmode, sslrootcert and the host's name in MX_DATABASE_URL."
    return "start it or set MX_DATABASE_URL."


def _of_broker(error: BaseException) -> str | None:
    from dramatiq.errors import BrokerError
    from pika.exceptions import AMQPConnectionError, AMQPError

    from events.amqp import Unreachable
    from events.egress import NotConfirmed

    if isinstance(error, NotConfirmed):
        return f"{error}. Check RabbitMQ and MX_AMQP_URL."
    if isinstance(error, Unreachable):
        return f"RabbitMQ can't be reached ({error}): see MX_AMQP_URL."
    if isinstance(error, AMQPConnectionError) and not str(error):
        return "RabbitMQ can't be reached (no answer): start it or set MX_AMQP_URL."
    if isinstance(error, AMQPError | BrokerError):
        return f"RabbitMQ can't be reached ({_words(error)}): start it or set MX_AMQP_URL."
    return None


def _of_xero(error: BaseException) -> str | None:
    from workers.errors import AuthorisationLost, Failure, Permanent

    if isinstance(error, Permanent):
        return f"{error.reason.message} {error.reason.remedy} {error.detail}".strip()
    if isinstance(error, AuthorisationLost):
        return f"Xero does not let this connection in: {error}."
    return f"The other system did not do it: {error}." if isinstance(error, Failure) else None


def _of_values(error: BaseException) -> str | None:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        return settings_problem(error) if error.title == "Settings" else None
    named = isinstance(error, ValueError) and str(error).startswith("MX_")
    return f"{error}." if named else None


def settings_problem(error: "ValidationError") -> str:
    """Say which settings are wrong, by the names of their environment variables."""
    return _listed(error, lambda place: f"MX_{place.upper()}", show_value=False)


def invalid(what: str, error: "ValidationError") -> Problem:
    """Return the problem that *what*, written by a person, is not as it must be."""
    return Problem(f"{what}: {_listed(error, str, show_value=True)}")


def _listed(error: "ValidationError", name: Callable[[str], str], *, show_value: bool) -> str:
    return "; ".join(_details(error, name, show_value))


def _details(
    error: "ValidationError", name: Callable[[str], str], show_value: bool
) -> Iterator[str]:
    for each in error.errors(include_url=False, include_context=False):
        place = ".".join(map(str, each["loc"]))
        message = each["msg"].removeprefix("Value error, ")
        where = f"{name(place)}: " if place else ""
        yield f"{where}{message}{_got(each) if show_value else ''}"


def _got(detail: "ErrorDetails") -> str:
    value = detail["input"]
    if detail["type"] == "missing" or isinstance(value, Mapping | list):
        return ""
    return f" (got {shortened(value)})"


def shortened(value: object) -> str:
    """Return *value* for a message, cut after eighty characters."""
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}... (cut)"


def taken(error: "psycopg.errors.UniqueViolation", account: str, client_id: int | None) -> Problem:
    """Return the problem that another connection has these documents already."""
    if error.diag.constraint_name == "connections_one_fulfilment":
        whose = f"account {account} has a fulfilment connection already"
    else:
        whose = f"client {client_id} of account {account} has a connection for all channels already"
    return Problem(f"{whose}: disconnect it first (mintsoft-xero connection list).")


def host_of(url: str) -> str:
    """Return where *url* points to, without user and password; all places of a list of them.

    Of nothing, nothing.
    """
    return ", ".join(map(_place_of, addresses(url)))


def _place_of(url: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{place}{parts.path}"


def _first_line(error: BaseException) -> str:
    return _words(error).splitlines()[0].rstrip(".")


def _words(error: BaseException) -> str:
    return str(error).strip() or type(error).__name__

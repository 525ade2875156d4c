"""An envelope taken apart, whatever kind it was: what every reader of envelopes hands on."""

from collections.abc import Mapping
from dataclasses import dataclass

from events.errors import Code, Unreadable
from events.exact_json import NotJson, NotStorable, TooDeep, loads


@dataclass(frozen=True, slots=True)
class Wrapped:
    """Attributes by CloudEvents' names as they came, data as value and as text.

    ``keyed``: the routing key has to repeat the type. It can't where the publisher's own exchange
    tells its types apart, as those of .NET's message buses do.
    """

    attributes: Mapping[str, object]
    data: object
    data_json: str | None
    keyed: bool = True


def parsed(body: bytes) -> object:
    """Return the JSON value in a body. Raises Unreadable."""
    try:
        return loads(body)
    except NotStorable as error:
        raise Unreadable(Code.NOT_STORABLE, f"body: {error}; remove it and publish again") from None
    except TooDeep as error:
        raise Unreadable(Code.NOT_JSON, f"body: nests too deep ({error}); flatten it") from None
    except NotJson as error:
        raise Unreadable(
            Code.NOT_JSON, f"body: not JSON in UTF-8 ({error}); publish a CloudEvents message"
        ) from None


def header_text(value: object) -> object:
    """Return an AMQP header's value; some clients write texts as bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

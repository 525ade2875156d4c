"""Why an event is parked: it could not be read, or defeated its reader. Nothing of it is lost.

The codes are those of :class:`events.errors.Code`, with ``parked-`` before them; the message of
each parked event names the field, the value and the remedy, these say what they have in common.
"""

from workers.reasons.entries import Cure, Entry, Who

PREFIX = "parked-"


def _parked(code: str, title: str, message: str, remedy: str, by: Who) -> Entry:
    return Entry(f"{PREFIX}{code}", message, remedy, Cure.PERSON, by=by, title=title)


_SEND_AGAIN = "Correct what publishes the event, then publish it again."

PARKED = (
    _parked(
        "too-large",
        "Too large",
        "The event is larger than this service reads.",
        "Send the document alone, without attachments, then publish it again.",
        Who.MINTSOFT,
    ),
    _parked(
        "not-json",
        "Not JSON",
        "The event is no JSON text, or nests too deep.",
        _SEND_AGAIN,
        Who.MINTSOFT,
    ),
    _parked(
        "not-storable",
        "Can't be stored",
        "The event holds a text or a number that no database keeps.",
        _SEND_AGAIN,
        Who.MINTSOFT,
    ),
    _parked(
        "not-cloudevent",
        "No CloudEvent",
        "The event is JSON, but no CloudEvents 1.0 message.",
        _SEND_AGAIN,
        Who.MINTSOFT,
    ),
    _parked(
        "attribute",
        "Envelope incomplete",
        "An attribute of the event's envelope is missing, empty or malformed.",
        _SEND_AGAIN,
        Who.MINTSOFT,
    ),
    _parked(
        "wrong-source",
        "Wrong source",
        "The event's source is not /mintsoft/ and an account.",
        _SEND_AGAIN,
        Who.MINTSOFT,
    ),
    _parked(
        "wrong-key",
        "Wrong routing key",
        "The event's type differs from its routing key.",
        _SEND_AGAIN,
        Who.MINTSOFT,
    ),
    _parked(
        "unknown-type",
        "Unknown event",
        "The event, or its version, is one that this service does not know.",
        "Update this service if the event is a new one, then replay it; else stop publishing it.",
        Who.ADMINISTRATOR,
    ),
    _parked(
        "wrong-data",
        "Wrong data",
        "The event's data does not fit its schema: a field is missing or of the wrong kind.",
        "Correct the field that the message names and replay the event, or correct the document "
        "in Mintsoft, which publishes it again.",
        Who.OPERATOR,
    ),
    _parked(
        "delivery-limit",
        "Ended its reader",
        "Reading the event ended or defeated its reader as often as the broker allows.",
        "Report it: the event is kept, and can be replayed after an update.",
        Who.ADMINISTRATOR,
    ),
    _parked(
        "unexpected",
        "Fault of ours",
        "Reading the event failed in a way nobody foresaw: a defect of this program.",
        "Report it: the event is kept, and can be replayed after an update.",
        Who.ADMINISTRATOR,
    ),
)
"""Every code of a parked event."""

"""Where Xero's published description differs from what Xero does, each with the reason.

Everything not named here is checked as the description has it.
"""

_ENVELOPE = "every answer comes in this envelope; the description has only the list inside"
_COMPANION = "Xero sends a readable companion beside each date"
_OUTCOME = "with summarizeErrors=false each element says by itself how it fared"

# (schema, property) that answers may have although the description does not.
ANSWER_PROPERTIES: dict[tuple[str, str], str] = {
    ("Invoice", "DateString"): _COMPANION,
    ("Invoice", "DueDateString"): _COMPANION,
    ("PurchaseOrder", "DateString"): _COMPANION,
    ("PurchaseOrder", "DeliveryDateString"): _COMPANION,
    ("PurchaseOrder", "ExpectedArrivalDateString"): _COMPANION,
    ("HistoryRecord", "StatusAttributeString"): _OUTCOME,
    ("HistoryRecord", "ValidationErrors"): _OUTCOME,
}

# (schema, property) whose answers may have further values: value and reason.
ANSWER_VALUES: dict[tuple[str, str], dict[str, str]] = {
    ("Address", "AddressType"): {
        "DELIVERY": "entered in Xero's own pages, answered by the API, and never taken by it",
    },
}

# Properties of the outermost object of every answer.
ENVELOPE_PROPERTIES = {
    "Id": _ENVELOPE,
    "Status": _ENVELOPE,
    "ProviderName": _ENVELOPE,
    "DateTimeUTC": _ENVELOPE,
    "pagination": "paged lists have it, also those whose schema leaves it out",
}

# Schemas of answers that may have any further property.
OPEN_SCHEMAS = {
    "Element": "an element in error is the whole document as sent, not only its errors",
}

# (schema, property) marked readOnly that may be sent all the same.
SENT_READ_ONLY: dict[tuple[str, str], str] = {
    ("Invoice", "SubTotal"): "Xero compares a sum sent along with its own",
    ("Invoice", "TotalTax"): "Xero compares a sum sent along with its own",
    ("Invoice", "HasAttachments"): "Xero's own SDK always sends its default, false",
    ("Invoice", "Total"): "Xero compares a sum sent along with its own",
}

# Keywords not checked in answers.
ANSWER_KEYWORDS = {
    "maxLength": "an element in error repeats what was sent, also when that was too long",
    "required": "an element in error repeats what was sent, also when something was missing",
}

# Formats not checked in answers.
ANSWER_FORMATS = {
    "date-time": "connections carry times without a zone, with seven decimals",
}

# Answers whose status is not in the description; their bodies are not checked.
STATUSES = {
    400: "a query parameter of a list that can't be read",
    304: "nothing is newer than If-Modified-Since",
    401: "no token, or an expired one",
    403: "the token has no connection to the organisation",
    404: "no such resource",
    413: "more than 3.5 MB",
    429: "a limit was reached",
    500: "Xero's own failure",
    503: "Xero is down or the organisation is offline",
}

# Path parameters that may be something else than the description's format.
PATH_PARAMETERS = {
    "InvoiceID": "an invoice can also be read by its number",
    "ItemID": "an item can also be read by its code",
}

# Paths written otherwise in the description.
PATHS = {
    "/Connections": "the service and its documentation write /connections",
}

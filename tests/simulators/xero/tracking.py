"""Tracking elements of a line: which option of which category is meant, and what is refused."""

from collections.abc import Iterator

from tests.simulators.exchange import Json
from tests.simulators.xero.organisation import Organisation

MAX_TRACKING = 2


def tracking_complaints(org: Organisation, sent: list[Json]) -> Iterator[str]:
    """At most two elements, each an active option of an active category, no category twice."""
    if len(sent) > MAX_TRACKING:
        yield "A maximum of two tracking elements can be specified for each line item."
    seen = [full_tracking(org, each) for each in sent]
    for each, full in zip(sent, seen, strict=True):
        if "TrackingOptionID" not in full:
            yield (
                f"The tracking option '{each.get('Option')}' of category '{each.get('Name')}' "
                "does not exist or is not active."
            )
    categories = [full.get("TrackingCategoryID") for full in seen if full.get("TrackingCategoryID")]
    if len(set(categories)) != len(categories):
        yield "A tracking category can be specified only once for each line item."


def full_tracking(org: Organisation, sent: Json) -> Json:
    """A tracking element with names and identifiers, or as sent when there is none such."""
    for each in org.tracking:
        if each["Status"] == "ACTIVE" and names(each, sent, "TrackingCategoryID", "Name"):
            for option in each["Options"]:
                if option["Status"] == "ACTIVE" and names_option(option, sent):
                    return {
                        "Name": each["Name"],
                        "Option": option["Name"],
                        "TrackingCategoryID": each["TrackingCategoryID"],
                        "TrackingOptionID": option["TrackingOptionID"],
                    }
    return {"Name": sent.get("Name"), "Option": sent.get("Option")}


def names(record: Json, sent: Json, identifier: str, name: str) -> bool:
    """Whether `sent` means `record`, by identifier if it has one, else by name."""
    if sent.get(identifier):
        return bool(record[identifier] == sent[identifier])
    return bool(record[name] == sent.get(name))


def names_option(option: Json, sent: Json) -> bool:
    """Whether `sent` means this option of its category."""
    if sent.get("TrackingOptionID"):
        return bool(option["TrackingOptionID"] == sent["TrackingOptionID"])
    return bool(option["Name"] == sent.get("Option"))

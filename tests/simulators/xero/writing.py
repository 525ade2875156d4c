"""Answering a batch of writes: each element by itself, or one 400 that hides what was done."""

from dataclasses import dataclass

from tests.simulators.exchange import Answer, Json
from tests.simulators.xero.asking import Asking, found
from tests.simulators.xero.fields import messages
from tests.simulators.xero.problems import validation_exception


@dataclass(frozen=True)
class Outcome:
    """One element of a batch: what it is now, and what was wrong with it."""

    view: Json
    errors: list[str]


def answered(asking: Asking, name: str, outcomes: list[Outcome]) -> Answer:
    """Elements with their own status, or a 400 with the elements in error only.

    Elements without an error have been stored in both cases.
    """
    failed = [in_error(outcome) for outcome in outcomes if outcome.errors]
    if failed and asking.summarises:
        return validation_exception(failed)
    rows = [in_error(each) if each.errors else in_order(asking, each) for each in outcomes]
    return found(asking, name, rows)


def in_error(outcome: Outcome) -> Json:
    """The element as sent, with Xero's words."""
    return {
        **outcome.view,
        "StatusAttributeString": "ERROR",
        "ValidationErrors": messages(outcome.errors),
    }


def in_order(asking: Asking, outcome: Outcome) -> Json:
    """The stored element; its status is said only where elements are answered one by one."""
    status = {} if asking.summarises else {"StatusAttributeString": "OK"}
    return {**outcome.view, **status}

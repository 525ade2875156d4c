"""What people type into forms, read into values, or told back field by field. Pure."""

import re
from collections.abc import Mapping

from schemas.connections import Mode
from workers.store.overview import Wanted

ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What an account may be called: it stands in the source of events."""

FIELDS = ("mode", "account", "client_id", "warehouse_id", "channel_id", "draft_first")
"""Of the form for a new connection."""

MOST_DRAFTS = 1000
"""Somebody looks at each of them."""

LARGEST_ID = 2**63 - 1


class Wrong(ValueError):  # noqa: N818  named after what it is
    """Some fields can't be as they are; ``problems`` says why, by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in problems.items()))
        self.problems = problems


def wanted(fields: Mapping[str, str]) -> Wanted:
    """Return the connection that a form describes. Raises Wrong."""
    mode = fields.get("mode", "")
    account = fields.get("account", "").strip()
    problems = {
        "mode": _mode_problem(mode),
        "account": _account_problem(account),
        "client_id": _client_problem(mode, fields.get("client_id", "").strip()),
        "warehouse_id": _id_problem(fields.get("warehouse_id", "").strip()),
        "channel_id": _id_problem(fields.get("channel_id", "").strip()),
        "draft_first": _drafts_problem(fields.get("draft_first", "")),
    }
    found = {name: why for name, why in problems.items() if why}
    if found:
        raise Wrong(found)
    return Wanted(
        Mode(mode),
        account,
        _id(fields.get("client_id", "")),
        _id(fields.get("warehouse_id", "")),
        _id(fields.get("channel_id", "")),
    )


def drafts_in(text: str) -> int | None:
    """Return how many documents *text* sends as drafts first; None when it means no number."""
    clean = text.strip() or "0"
    if not (clean.isascii() and clean.isdecimal() and len(clean) <= len(str(MOST_DRAFTS))):
        return None
    return int(clean) if int(clean) <= MOST_DRAFTS else None


def _drafts_problem(text: str) -> str:
    return "" if drafts_in(text) is not None else f"Write a whole number from 0 to {MOST_DRAFTS}."


def _mode_problem(mode: str) -> str:
    return "" if mode in set(Mode) else "Choose what this connection is for."


def _account_problem(account: str) -> str:
    if ACCOUNT.fullmatch(account):
        return ""
    return "Give Mintsoft's account: letters, digits, '.', '_' and '-'."


def _client_problem(mode: str, client: str) -> str:
    if mode == Mode.ACCOUNTING and not client:
        return "Give the client whose orders go to this organisation."
    if mode == Mode.FULFILMENT and client:
        return "A fulfilment connection serves all clients: leave this empty."
    return _id_problem(client)


def _id_problem(text: str) -> str:
    if not text or (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= LARGEST_ID):
        return ""
    return "Give Mintsoft's id: a whole number from 1."


def _id(text: str) -> int | None:
    return int(text.strip()) if text.strip() else None

"""From what a provider says of somebody to what they may do here, and what they are called. Pure.

Who has none of the groups may do nothing: there is no role by default.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

NAME_CLAIMS = ("preferred_username", "email", "name", "sub")
"""The first that can be an account's name is used."""

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")


def groups_of(claims: Mapping[str, Any], places: Iterable[str]) -> set[str]:
    """Return the groups that stand in any of *places* of *claims*.

    A place is a claim's name, or a path with dots into nested ones (``realm_access.roles``).
    """
    return {group for place in places for group in _texts(_at(claims, place))}


def roles_of(groups: Iterable[str], wanted: Iterable[tuple[str, str]]) -> set[str]:
    """Return the roles that *groups* stand for; *wanted* are pairs of role and group."""
    held = set(groups)
    return {role for role, group in wanted if group in held}


def name_of(claims: Mapping[str, Any]) -> str:
    """Return what somebody is called here, as an account may be called."""
    for claim in NAME_CLAIMS:
        name = str(claims.get(claim, "")).strip().lower().replace(" ", ".")
        if NAME.fullmatch(name):
            return name
    return f"user-{mark_of(claims)}"


def other_name(name: str, claims: Mapping[str, Any]) -> str:
    """Return what somebody is called when *name* is another account's: never the same twice."""
    return f"{name[:90]}+{mark_of(claims)}"


def mark_of(claims: Mapping[str, Any]) -> str:
    """Return eight characters that differ from person to person."""
    return sha256(f"{claims['iss']}\n{claims['sub']}".encode()).hexdigest()[:8]


def _at(claims: Mapping[str, Any], place: str) -> object:
    if place in claims:  # some providers name claims by addresses, which have dots
        return claims[place]
    found: object = claims
    for part in place.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    return {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()

"""From the claims of a provider to groups, roles and names."""

from __future__ import annotations

from typing import Any

import pytest

from workers.oidc.roles import groups_of, name_of, other_name, roles_of

NESTED = {"realm_access": {"roles": ["a", "b"]}, "https://acme.example/roles": ["c"]}


@pytest.mark.parametrize(
    ("claims", "places", "groups"),
    [
        ({"groups": ["a", "b"]}, ["roles", "groups"], {"a", "b"}),
        ({"roles": "a", "groups": ["b"]}, ["roles", "groups"], {"a", "b"}),
        (NESTED, ["realm_access.roles"], {"a", "b"}),
        (NESTED, ["https://acme.example/roles"], {"c"}),
        (NESTED, ["realm_access"], set()),
        (NESTED, ["realm_access.roles.a", "nowhere"], set()),
        ({"groups": [1, None, "a", {"b": 1}]}, ["groups"], {"a"}),
        ({"groups": True}, ["groups"], set()),
    ],
)
def test_groups(claims: dict[str, Any], places: list[str], groups: set[str]) -> None:
    """Wherever a provider puts them; what is no text is no group."""
    assert groups_of(claims, places) == groups


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        ([], set()),
        (["choir"], set()),
        (["books"], {"viewer", "bookkeeper"}),
        (["Books"], set()),
        (["ops", "books"], {"viewer", "bookkeeper", "operator"}),
    ],
)
def test_roles(groups: list[str], roles: set[str]) -> None:
    """Only by groups that are named, to the letter; several may give one role, one several."""
    wanted = [("viewer", "books"), ("bookkeeper", "books"), ("operator", "ops")]
    assert roles_of(groups, wanted) == roles


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "Ada"}, "ada"),
        ({"email": "ada@acme.example", "name": "Ada"}, "ada@acme.example"),
        ({"preferred_username": "DOMÄNE\\ada", "name": "Ada Byron"}, "ada.byron"),
        ({"sub": "7f3a"}, "7f3a"),
        ({"preferred_username": 7, "sub": "auth0|7f3a"}, "7"),
        ({"name": "Ж" * 10, "sub": "auth0|7f3a"}, "user-"),
    ],
)
def test_names(claims: dict[str, Any], name: str) -> None:
    """The first that can be an account's name; else one that is nobody else's."""
    whole = {"iss": "https://id.example", "sub": "x|y", **claims}
    assert name_of(whole).startswith(name)
    assert len(other_name("a" * 100, whole)) <= 100
    assert other_name("ada", whole) != other_name("ada", whole | {"sub": "other"})

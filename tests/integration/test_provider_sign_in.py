"""Signing in with an OpenID provider: who gets in, as whom, with which role, for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.console import PASSWORD
from tests.support.fleet import Fleet
from tests.support.provider import Door, guarded_console


@pytest.fixture
def door(fleet: Fleet) -> Iterator[Door]:
    with guarded_console(fleet) as found:
        yield found


def accounts(door: Door) -> list[dict[str, object]]:
    return door.console.fleet.rows("select name, role from operators order by created_at")


def test_signing_in_leads_on_to_where_somebody_was_going(door: Door) -> None:
    """The account is made at the first visit, with the role of the person's groups."""
    door.person("ada", "acme-books", "choir")
    browser = door.console.browser()
    page = browser.follow(browser.get("/connections/new"))
    assert "Sign in with Acme ID" in page.text
    assert "/sign-in/provider?next=/connections/new" in page.text
    answer = door.sign_in(browser, "ada", "/connections/new")
    assert (answer.status_code, answer.headers["location"]) == (303, "/connections/new")
    assert browser.get("/connections/new").status_code == 200
    assert accounts(door) == [{"name": "ada", "role": "bookkeeper"}]
    acts = door.console.fleet.rows("select who, action from audit")
    assert acts == [{"who": "ada", "action": "signed in"}]


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["acme-all"], "viewer"),
        (["acme-all", "acme-ops", "acme-books"], "operator"),
        (["acme-books"], "bookkeeper"),
    ],
)
def test_the_highest_role_counts(door: Door, groups: list[str], role: str) -> None:
    door.person("ada", *groups)
    door.sign_in(door.console.browser(), "ada")
    assert accounts(door) == [{"name": "ada", "role": role}]


def test_the_role_is_what_the_provider_says_today(door: Door) -> None:
    """Also in sessions that began before."""
    door.person("ada", "acme-ops")
    first = door.console.browser()
    door.sign_in(first, "ada")
    assert first.get("/connections/new").status_code == 200
    door.person("ada", "acme-all")
    door.sign_in(door.console.browser(), "ada")
    assert first.get("/connections/new").status_code == 403
    assert accounts(door) == [{"name": "ada", "role": "viewer"}]


def test_who_has_lost_every_role_is_out_everywhere(door: Door) -> None:
    """The next try to sign in ends the sessions that were left."""
    door.person("ada", "acme-ops")
    first, second = door.console.browser(), door.console.browser()
    door.sign_in(first, "ada")
    door.person("ada", "choir")
    answer = door.sign_in(second, "ada")
    assert (answer.status_code, "You have no role here" in answer.text) == (403, True)
    for browser in (first, second):
        assert browser.get("/connections").status_code == 303


def test_the_provider_is_asked_again_after_a_working_day(door: Door) -> None:
    """However busy somebody is: a role that was taken away does not live on here."""
    door.person("ada", "acme-ops")
    browser = door.console.browser()
    door.sign_in(browser, "ada")
    left = "select extract(hours from ends_at - now())::int as hours from sessions"
    assert door.console.fleet.rows(left) == [{"hours": 11}]
    door.console.fleet.execute("update sessions set ends_at = ends_at - %s", [timedelta(hours=12)])
    assert browser.get("/connections").status_code == 303


def test_a_disabled_account_is_refused(door: Door) -> None:
    """Whatever the provider thinks of its owner."""
    door.person("ada", "acme-ops")
    browser = door.console.browser()
    door.sign_in(browser, "ada")
    door.console.fleet.execute("update operators set disabled_at = now()")
    answer = door.sign_in(browser, "ada")
    assert (answer.status_code, "Your account is disabled here" in answer.text) == (403, True)
    assert browser.get("/connections").status_code == 303


def test_nobody_becomes_somebody_else_by_name(door: Door) -> None:
    """A name that is taken here, or by another person there, gets a mark; the subject counts."""
    door.console.operator("ada")
    for subject in ("7f3a", "9c1d"):
        door.person(subject, "acme-all", preferred_username="Ada")
        door.sign_in(door.console.browser(), subject)
        door.sign_in(door.console.browser(), subject)
    found = [str(each["name"]) for each in accounts(door)]
    assert found[0] == "ada"
    assert len(set(found)) == 3
    assert all(name.startswith("ada+") for name in found[1:])


def test_somebody_of_the_provider_has_no_password(door: Door) -> None:
    """Neither a guessed one nor none."""
    door.person("ada", "acme-ops")
    door.sign_in(door.console.browser(), "ada")
    for password in ("", PASSWORD):
        assert door.console.browser().sign_in("ada", password).status_code == 401


def test_passwords_and_provider_side_by_side(door: Door) -> None:
    door.console.operator("bob")
    assert door.console.browser().sign_in("bob").status_code == 303


def test_passwords_can_be_forbidden(fleet: Fleet) -> None:
    """Then the form is gone, a sent one is refused, and sessions that began so are over."""
    with guarded_console(fleet) as before:
        before.console.operator("bob")
        token = before.console.browser()
        token.sign_in("bob")
        cookies = token.client.cookies
        with guarded_console(fleet, local_sign_in=False) as door:
            browser = door.console.browser()
            page = browser.get("/sign-in").text
            assert "Sign in with Acme ID" in page
            assert 'name="password"' not in page
            answer = browser.post("/sign-in", name="bob", password=PASSWORD)
            assert answer.status_code == 403
            for name, value in cookies.items():
                browser.client.cookies.set(name, value)
            assert browser.get("/connections").status_code == 303


def test_sessions_of_another_provider_are_over(fleet: Fleet) -> None:
    """Who changes the provider changes the lock."""
    with guarded_console(fleet) as before:
        before.person("ada", "acme-ops")
        browser = before.console.browser()
        before.sign_in(browser, "ada")
        with guarded_console(fleet) as door:
            other = door.console.browser()
            for name, value in browser.client.cookies.items():
                other.client.cookies.set(name, value)
            assert other.get("/connections").status_code == 303


def test_a_provider_that_wants_the_secret_in_the_form(door: Door) -> None:
    door.provider.by_form = True
    door.person("ada", "acme-ops")
    assert door.sign_in(door.console.browser(), "ada").status_code == 303


def test_the_provider_may_rotate_its_keys_at_any_time(door: Door) -> None:
    """What is known of it is kept; a key that is not among the known ones is looked up at once."""
    door.person("ada", "acme-ops")
    for _ in range(2):
        assert door.sign_in(door.console.browser(), "ada").status_code == 303
    assert door.provider.calls.count("/keys") == 1
    door.provider.rotate()
    assert door.sign_in(door.console.browser(), "ada").status_code == 303
    assert door.provider.calls.count("/keys") == 2


def test_without_a_provider_there_is_no_button(fleet: Fleet) -> None:
    with guarded_console(fleet, oidc_issuer="") as door:
        browser = door.console.browser()
        assert "Sign in with" not in browser.get("/sign-in").text
        assert browser.get("/sign-in/provider").status_code == 404
        assert browser.get("/sign-in/callback?state=x&code=y").status_code == 404

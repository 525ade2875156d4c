"""Who may see the console: signing in, roles, forms, sessions, and what strangers are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from tests.support.console import PASSWORD, ConsoleUnderTest, serving_console
from tests.support.fleet import Fleet
from workers.console.passwords import Passwords
from workers.store.operators import Role


@pytest.fixture
def console(fleet: Fleet) -> Iterator[ConsoleUnderTest]:
    with serving_console(fleet) as running:
        yield running


def test_signing_in_leads_on_to_where_somebody_was_going(console: ConsoleUnderTest) -> None:
    console.operator()
    browser = console.browser()
    first = browser.get("/connections/new")
    assert first.status_code == 303
    assert first.headers["location"] == "/sign-in?next=%2Fconnections%2Fnew"
    answer = browser.post(
        "/sign-in", page=first.headers["location"], name=" Ada ", password=PASSWORD
    )
    assert answer.headers["location"] == "/connections/new"
    assert browser.get("/connections/new").status_code == 200
    acts = console.fleet.rows("select who, action from audit order by id")
    assert acts == [{"who": "ada", "action": "signed in"}]


def test_the_session_is_a_new_one_and_only_its_digest_is_stored(console: ConsoleUnderTest) -> None:
    """A token that somebody planted is worth nothing, nor is a stolen copy of the database."""
    console.operator()
    browser = console.browser()
    browser.get("/sign-in")
    planted = browser.client.cookies["mintsoft-xero"]
    given = browser.sign_in().headers["set-cookie"]
    token = browser.client.cookies["mintsoft-xero"]
    assert token != planted
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(given.split("; "))
    [row] = console.fleet.rows("select * from sessions")
    assert token not in str(row)


def test_a_password_stored_at_another_cost_is_stored_anew(console: ConsoleUnderTest) -> None:
    """Raising the cost reaches an account when its owner signs in, and only what is out of date."""
    console.operator()
    dated = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    console.fleet.execute("update operators set password_hash = %s", [dated.hashed(PASSWORD)])
    stored = []
    for _ in range(2):
        assert console.browser().sign_in().status_code == 303
        stored += console.fleet.rows("select password_hash from operators")
    assert stored[0]["password_hash"].startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert stored[0] == stored[1]


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", ""]
)
def test_signing_in_never_leads_to_another_site(console: ConsoleUnderTest, target: str) -> None:
    console.operator()
    browser = console.browser()
    answer = browser.post("/sign-in", name="ada", password=PASSWORD, next=target)
    assert answer.headers["location"] == "/"


def test_strangers_learn_nothing_of_accounts(console: ConsoleUnderTest) -> None:
    """Unknown, disabled and known with a wrong password: the same page, but for the name."""
    console.operator("ada")
    console.operator("bob")
    console.fleet.execute("update operators set disabled_at = now() where name = 'bob'")
    pages = set()
    for name, password in (("ada", "wrong"), ("bob", PASSWORD), ("eve", "wrong")):
        answer = console.browser().sign_in(name, password)
        assert answer.status_code == 401
        assert "Name or password is wrong." in answer.text
        text = answer.text.replace(f'value="{name}"', "")
        pages.add(text.replace(text.split('name="csrf" value="')[1].split('"')[0], ""))
    assert len(pages) == 1
    assert console.fleet.rows("select who from audit") == [{"who": "ada"}, {"who": "ada"}][:1]


def test_guessing_costs_waiting_that_grows(console: ConsoleUnderTest) -> None:
    """After five wrong passwords even the right one waits; then one try, then longer."""
    console.operator()
    browser = console.browser()
    for _ in range(5):
        assert browser.sign_in(password="wrong").status_code == 401
    assert browser.sign_in().status_code == 429
    seconds = (
        "select extract(epoch from max(blocked_until) - now())::int as s from sign_in_failures"
    )
    assert 20 < console.fleet.rows(seconds)[0]["s"] <= 30
    let_pass = "update sign_in_failures set blocked_until = now() where blocked_until is not null"
    console.fleet.execute(let_pass)
    assert browser.sign_in(password="wrong").status_code == 401
    assert 50 < console.fleet.rows(seconds)[0]["s"] <= 60
    console.fleet.execute(let_pass)
    assert browser.sign_in().status_code == 303
    failures = console.fleet.rows("select min(failures) as n from sign_in_failures")
    assert failures == [{"n": 0}]


def test_an_unknown_account_is_shut_like_a_known_one(console: ConsoleUnderTest) -> None:
    browser = console.browser()
    statuses = [browser.sign_in("eve", "wrong").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


def test_one_address_may_not_try_many_accounts(console: ConsoleUnderTest) -> None:
    browser = console.browser()
    statuses = [browser.sign_in(f"eve{number}", "wrong").status_code for number in range(21)]
    assert statuses == [401] * 20 + [429]


@pytest.mark.parametrize("fields", [{}, {"csrf": ""}, {"csrf": "x" * 43}])
def test_a_form_that_is_not_ours_is_not_taken(
    console: ConsoleUnderTest, fields: dict[str, str]
) -> None:
    browser = console.signed_in()
    form = {"mode": "accounting", "account": "acme", "client_id": "3"} | fields
    answer = browser.client.post("/connections/new", data=form)
    assert answer.status_code == 403
    assert "This form is out of date" in answer.text
    assert console.fleet.rows("select * from connections") == []


def test_a_form_of_another_session_is_not_taken(console: ConsoleUnderTest) -> None:
    """What a bookkeeper's page carries does not work in somebody else's browser."""
    ada, bob = console.signed_in("ada"), console.signed_in("bob")
    csrf = ada.get("/connections/new").text.split('name="csrf" value="')[1].split('"')[0]
    form = {"mode": "accounting", "account": "acme", "client_id": "3", "csrf": csrf}
    assert bob.client.post("/connections/new", data=form).status_code == 403
    assert ada.client.post("/connections/new", data=form).status_code == 303


def test_signing_out_ends_the_session_wherever_it_is(console: ConsoleUnderTest) -> None:
    browser = console.signed_in()
    token = browser.client.cookies["mintsoft-xero"]
    assert browser.post("/sign-out", page="/connections").status_code == 303
    browser.client.cookies.set("mintsoft-xero", token)
    assert browser.get("/connections").status_code == 303
    assert console.fleet.rows("select * from sessions") == []


@pytest.mark.parametrize(
    ("age", "statement"),
    [
        (timedelta(hours=8), "update sessions set seen_at = now() - %s"),
        (timedelta(days=7), "update sessions set created_at = now() - %s"),
    ],
)
def test_a_session_ends_by_itself(
    console: ConsoleUnderTest, age: timedelta, statement: str
) -> None:
    """Idle for eight hours, or seven days old."""
    browser = console.signed_in()
    assert browser.get("/connections").status_code == 200
    console.fleet.execute(statement, [age])
    assert browser.get("/connections").status_code == 303


def test_a_disabled_account_is_out_at_once(console: ConsoleUnderTest) -> None:
    browser = console.signed_in()
    console.fleet.execute("update operators set disabled_at = now()")
    assert browser.get("/connections").status_code == 303


def test_a_viewer_looks_and_changes_nothing(console: ConsoleUnderTest) -> None:
    """No button is offered, and the addresses behind them say which role is needed."""
    connection = console.fleet.connect()
    browser = console.signed_in("vic", Role.VIEWER)
    page = browser.get(f"/connections/{connection}")
    assert page.status_code == 200
    assert "Disconnect" not in page.text
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    for answer in (
        browser.get("/connections/new"),
        browser.get(f"/xero/connect?connection={connection}"),
        browser.client.post(f"/connections/{connection}/disconnect", data={"csrf": csrf}),
    ):
        assert answer.status_code == 403
        assert "this needs the role bookkeeper" in answer.text
    assert console.fleet.rows("select status from connections") == [{"status": "active"}]


def test_the_cookie_is_bound_to_https_where_browsers_come_by_https(fleet: Fleet) -> None:
    with serving_console(fleet, public_url="https://xero.acme.example") as console:
        answer = console.browser().get("/sign-in")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-mintsoft-xero=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"] == "max-age=31536000"

"""Silence and resume, from the console and the command line; a test notice; the doctor's word."""

from __future__ import annotations

import pytest

from tests.support.command import Command
from tests.support.console import serving_console
from tests.support.fleet import Fleet
from tests.support.notices import board, mail_server


def test_the_overview_says_that_nobody_is_told(fleet: Fleet) -> None:
    """With the cause, until a notice arrives again."""
    connection = fleet.connect()
    given_up = (
        "insert into notices"
        " (connection_id, channel, subject, body, created_at, due_at, given_up_at, last_error)"
        " values (%s, 'mail', 'x', 'x', now(), now(), now(), 'the mail server refused it')"
    )
    told = "Notices do not reach people by mail: 1 notice of the last day was given up, because the"
    with serving_console(fleet) as console:
        browser = console.signed_in()
        assert told not in browser.get("/").text
        fleet.execute(given_up, [connection])
        for path in ("/", f"/connections/{connection}/notices"):
            assert told in browser.get(path).text
        fleet.execute("update notices set given_up_at = null, sent_at = now()")
        assert told not in browser.get("/").text


def test_an_operator_wants_silence(
    fleet: Fleet, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the console, then by command; both are in the trail, and the page says what is so."""
    connection = fleet.connect()
    with serving_console(fleet) as console:
        browser = console.signed_in()
        path = f"/connections/{connection}/notices"
        assert "neither mail nor a web hook is set up" in browser.get(path).text
        assert browser.post(f"{path}/silence", path, hours="9").status_code == 422
        assert browser.post(f"{path}/silence", path, hours="24").status_code == 303
        assert "Silence until" in browser.get(path).text
        assert browser.post(f"{path}/resume", path).status_code == 303
        assert "Silence until" not in browser.get(path).text
    mx.json("notice", "silence", connection, "--hours", 2, "--who", "ada")
    assert mx.json("notice", "show", connection)["standing"]["silenced_by"] == "ada"
    mx.json("notice", "resume", connection)
    assert mx("notice", "resume", connection).code == 1
    actions = [row["action"] for row in fleet.rows("select action from audit order by id")]
    assert [each for each in actions if each.startswith("notices")] == [
        "notices silenced",
        "notices resumed",
    ] * 2

    assert "No way is set" in mx("notice", "test").err
    with mail_server() as post, board() as hook:
        monkeypatch.setenv("MX_NOTICE_SMTP_URL", f"smtp://127.0.0.1:{post.port}")
        monkeypatch.setenv("MX_NOTICE_FROM", "fleet@books.example")
        monkeypatch.setenv("MX_NOTICE_TO", "ada@books.example")
        monkeypatch.setenv("MX_NOTICE_HOOK_URL", hook.url)
        assert mx.json("notice", "test") == {"sent": ["mail", "hook"], "failed": {}}
        hook.status = 404
        ran = mx("notice", "test")
        assert (ran.code, "the web hook answered 404" in ran.err) == (1, True)
        assert "hidden-4Kq" not in ran.err
        assert (len(post.mails), len(hook.posted)) == (2, 2)

"""Addresses of mail servers and web hooks: what is taken, and what is told of the others."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from workers.cli import doctor
from workers.cli.errors import settings_problem
from workers.notices.places import MailServer, Security, mail_server, recipients
from workers.settings import Settings

GIVEN = {
    "notice_smtp_url": "smtps://fleet:hidden%2F1@mail.example",
    "notice_from": "fleet@books.example",
    "notice_to": "ada@books.example, bob@books.example",
    "notice_hook_url": "https://hooks.example/services/hidden-4Kq",
}


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtps://fleet:hidden%2F1@mail.example",
            MailServer(Security.TLS, "mail.example", 465, "fleet", "hidden/1"),
        ),
        (
            "smtp+starttls://fleet:x@mail.example:2587",
            MailServer(Security.STARTTLS, "mail.example", 2587, "fleet", "x"),
        ),
        ("smtp://relay.example", MailServer(Security.PLAIN, "relay.example", 25)),
        ("smtp://a:b@127.0.0.1:2525", MailServer(Security.PLAIN, "127.0.0.1", 2525, "a", "b")),
    ],
)
def test_a_mail_server(url: str, server: MailServer) -> None:
    """The password is in no repr."""
    found = mail_server(url)
    assert found == server
    assert "hidden" not in repr(found)


def test_recipients() -> None:
    assert recipients(" a@x.example,,b@x.example ") == ["a@x.example", "b@x.example"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"notice_smtp_url": "https://hidden-9"}, "MX_NOTICE_SMTP_URL: no address of a mail"),
        ({"notice_smtp_url": "smtps://host:port9"}, "MX_NOTICE_SMTP_URL: no address of a mail"),
        ({"notice_smtp_url": "smtps://"}, "MX_NOTICE_SMTP_URL: names no host"),
        ({"notice_smtp_url": "smtp://a:hidden@mail.example"}, "a password in the clear"),
        ({"notice_hook_url": "http://hooks.example/hidden"}, "MX_NOTICE_HOOK_URL: no https://"),
        ({"notice_hook_url": "hidden"}, "MX_NOTICE_HOOK_URL: no https://"),
        ({"notice_to": ""}, "MX_NOTICE_SMTP_URL is set, so set MX_NOTICE_TO too"),
        ({"notice_to": "ada"}, "MX_NOTICE_TO: 'ada' is no mail address"),
        ({"notice_to": "a@b.example\nBcc: x@y.example"}, "is no mail address"),
        ({"notice_from": "a@b.example,c@d.example"}, "MX_NOTICE_FROM: 'a@b.example,c@d.example'"),
    ],
)
def test_what_is_told(changed: dict[str, str], words: str) -> None:
    """By the setting's name, without what is secret."""
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(GIVEN | changed)
    told = settings_problem(caught.value)
    assert words in told
    assert "hidden" not in told


def test_the_doctor_shows_neither_password_nor_path() -> None:
    settings = Settings.model_validate(GIVEN)
    shown = {row.name: row.value for row in doctor.setting_rows(settings)}
    assert shown["MX_NOTICE_SMTP_URL"] == "smtps://mail.example"
    assert shown["MX_NOTICE_HOOK_URL"] == "https://hooks.example"
    assert "hidden" not in repr(settings)
    here = doctor.masked("notice_hook_url", SecretStr("http://127.0.0.1:9/x?token=hidden"))
    assert here == "http://127.0.0.1:9"

"""A mail server that takes its time: it holds nobody up for long, and nobody gets a mail twice."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest

from tests.support.children import until
from tests.support.notices import endless_mail_server, mail_server
from workers.clock import SYSTEM
from workers.notices.mail import Mail
from workers.notices.places import MailServer, Security
from workers.notices.sending import WHOLE_SECONDS, NotSent
from workers.notices.wording import Digest
from workers.store.notices import LEASE

DIGEST = Digest("a test", "A test\n")
SOON = 0.3


def mail(port: int, security: Security, whole_seconds: float) -> Mail:
    server = MailServer(security, "127.0.0.1", port)
    return Mail(
        server, "desk@books.example", ["ada@books.example"], SYSTEM, whole_seconds=whole_seconds
    )


def watching() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name == "mail's end"]


@pytest.mark.parametrize("security", list(Security))
def test_an_answer_that_never_ends_is_ended(security: Security) -> None:
    """Each byte is in time, and still the connection is given up: in TLS's handshake as well."""
    endless = endless_mail_server(tls=security is Security.TLS)
    with endless as port, pytest.raises(NotSent, match="broke off"):
        mail(port, security, SOON).send(DIGEST, uuid4())
    until("nobody watches what has ended", lambda: not watching())


def test_a_server_that_is_not_there_is_not_watched() -> None:
    """Nothing was opened, nothing is to be ended."""
    with mail_server() as post:
        gone = post.port
    with pytest.raises(NotSent):
        mail(gone, Security.PLAIN, WHOLE_SECONDS).send(DIGEST, UUID(int=0))
    until("nobody watches", lambda: not watching())


def test_what_was_taken_was_sent_whatever_follows() -> None:
    """The server ends the talk with an error behind the mail: to repeat it would be to send two."""
    with mail_server() as post:
        post.leaves_badly = True
        mail(post.port, Security.PLAIN, WHOLE_SECONDS).send(DIGEST, uuid4())
        assert [each["Subject"] for each in post.mails] == ["[Mintsoft-Xero] a test"]


def test_a_mail_is_given_up_before_its_lease_ends() -> None:
    """Else another process would send it beside us."""
    assert LEASE.total_seconds() > WHOLE_SECONDS * 2

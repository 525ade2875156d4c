"""Who is spoken to over TLS is proven, and whoever can't be is told in words: mail and RabbitMQ.

The other end is a socket of this process, so that no server has to be started; the whole fleet
over TLS is in test_secure_servers.py.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from pika.exceptions import AMQPError

from events.amqp import connect, parameters
from events.depths import Depths
from events.egress import NotConfirmed, Publisher
from events.envelope import Message
from events.ingress import Ingress
from tests.support.certificates import Certificates, make_certificates
from tests.support.notices import mail_server
from workers.broker import Waker, open_broker
from workers.clock import SYSTEM
from workers.notices import places
from workers.notices.mail import Mail
from workers.notices.sending import NotSent
from workers.notices.wording import Digest
from workers.store.wakeups import Wakeup


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A trusted authority with a server's certificate, and an authority that is not."""
    return make_certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server_side(known: Certificates) -> ssl.SSLContext:
    """What a server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*known.server)
    return context


@contextmanager
def mute_server(context: ssl.SSLContext | None) -> Iterator[int]:
    """A port that shakes hands (over TLS with *context*), listens, and hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            with plain:
                _greet(plain, context)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def _greet(plain: socket.socket, context: ssl.SSLContext | None) -> None:
    plain.settimeout(5)
    try:
        if context is None:
            plain.recv(8)
            return
        with context.wrap_socket(plain, server_side=True) as secure:
            secure.recv(8)
    except OSError:
        return


UNPROVEN = "does not prove who it is"

BROKERS = [
    ("amqps", "localhost", "wrong_authority", True, f"{UNPROVEN}: unable to get local issuer"),
    ("amqps", "127.0.0.1", "authority", True, f"{UNPROVEN}: IP address mismatch"),
    ("amqps", "localhost", "authority", False, "amqps:// needs a port with TLS"),
    ("amqp", "localhost", "", True, "amqps:// needs a port with TLS"),
]


@pytest.mark.parametrize(("scheme", "host", "authority", "tls", "words"), BROKERS)
def test_every_way_to_the_broker_says_why_it_is_refused(
    known: Certificates,
    server_side: ssl.SSLContext,
    scheme: str,
    host: str,
    authority: str,
    tls: bool,
    words: str,
) -> None:
    """Always as an AMQPError, which the ingress outlives, and never as a wake-up that is lost."""
    files = f"?cacertfile={getattr(known, authority)}" if authority else ""
    with mute_server(server_side if tls else None) as port:
        url = f"{scheme}://fleet:x@{host}:{port}/%2F{files}"
        with pytest.raises(AMQPError, match=words):
            connect(parameters(url, "test"))
        with pytest.raises(AMQPError, match=words):
            Depths(url).look()
        with pytest.raises(NotConfirmed, match=words), Publisher(url) as publisher:
            publisher.publish_batch([Message("xero.events", "a.b.v1", b"{}", "application/json")])
        Waker(open_broker(url))([Wakeup(UUID(int=1), "upkeep")])


def test_the_ingress_outlives_a_certificate_that_has_run_out(
    known: Certificates, server_side: ssl.SSLContext
) -> None:
    """It tells, and would try again: certificates are renewed on servers that run."""
    heard: list[Exception] = []
    with mute_server(server_side) as port:
        url = f"amqps://fleet:x@localhost:{port}/%2F?cacertfile={known.wrong_authority}"
        ingress = Ingress(
            url, lambda _: None, on_error=heard.append, sleep=lambda _: ingress.stop()
        )
        ingress.run()
    assert [UNPROVEN in str(each) for each in heard] == [True]


REFUSED = [
    ("amqp://h/%2F?cacertfile={known}/ca.crt", "cacertfile mean nothing without amqps://"),
    ("amqps://h/%2F?cacertfile={known}/none.crt", "none.crt can't be used .No such file"),
    ("amqps://h/%2F?cacertfile={known}/server.key", "server.key can't be used"),
    ("amqps://h/%2F?certfile={known}/server.crt&keyfile={known}/client.key", "can't be used"),
    ("amqps://h/%2F?cacertfile={known}/ca.crt&verify=verify_none", "who is not proven"),
    ("amqps://h/%2F?cafile=x", "cafile"),
    ("http://h", "no kind of address"),
]


@pytest.mark.parametrize(("url", "words"), REFUSED)
def test_an_address_that_can_not_be_right_is_told(
    known: Certificates, url: str, words: str
) -> None:
    """By the setting's name, with what is wrong in it."""
    with pytest.raises(ValueError, match=rf"^MX_AMQP_URL: .*{words}"):
        parameters(url.format(known=known.folder), "test")


def test_an_address_in_pikas_own_words_is_still_read(known: Certificates) -> None:
    """As earlier versions wrote it; a name is proven there too."""
    options = f"%7B%27cafile%27:%27{known.authority}%27%7D"
    [found] = parameters(f"amqps://h/%2F?ssl_options={options}&heartbeat=30", "test")
    assert found.ssl_options.context.check_hostname
    assert found.heartbeat == 30


def send(url: str) -> None:
    """Send a notice by the mail server of *url*."""
    to = ["ada@books.example"]
    mail = Mail(places.mail_server(url), "fleet@books.example", to, SYSTEM)
    mail.send(Digest("Three things need you", "Look."), UUID(int=7))


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_notice_goes_out_over_tls(
    known: Certificates, server_side: ssl.SSLContext, scheme: str
) -> None:
    """To a server that proves its name, and to no other."""
    with mail_server(server_side, at_once=scheme == "smtps") as post:
        url = f"{scheme}://localhost:{post.port}?cacertfile={known.authority}"
        send(url)
        assert [str(each["Subject"]) for each in post.mails] == [
            "[Mintsoft-Xero] Three things need you"
        ]
        for spoilt, words in (
            (url.replace("localhost", "127.0.0.1"), f"{UNPROVEN}: IP address mismatch"),
            (url.replace("ca.crt", "wrong.crt"), f"{UNPROVEN}: unable to get local issuer"),
            (url.partition("?")[0], f"{UNPROVEN}: unable to get local issuer"),
        ):
            with pytest.raises(NotSent, match=words):
                send(spoilt)
        assert len(post.mails) == 1


@pytest.mark.parametrize(
    ("scheme", "words"),
    [("smtps", "speaks no TLS here"), ("smtp+starttls", "offers no STARTTLS")],
)
def test_a_server_without_tls_gets_no_notice(known: Certificates, scheme: str, words: str) -> None:
    """Nothing is sent in the clear because TLS could not be had."""
    with mail_server() as post:
        with pytest.raises(NotSent, match=words):
            send(f"{scheme}://localhost:{post.port}?cacertfile={known.authority}")
        assert post.mails == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("smtps://mail.example?cacertfile=/none", "can't be read: /none"),
        ("smtp://mail.example?cacertfile={ca}", "has a cacertfile but no TLS"),
        ("smtps://mail.example?verify=none", "where only cacertfile may stand"),
        ("smtps://mail.example?cacertfile={key}", "no PEM file"),
    ],
)
def test_a_mail_servers_address_that_can_not_be_right(
    known: Certificates, query: str, words: str
) -> None:
    """It is told when it is read, not when the first notice is due."""
    with pytest.raises(ValueError, match=words):
        places.mail_server(query.format(ca=known.authority, key=Path(known.server[1])))

"""Forms with files, as a client writes them and as nobody should."""

from __future__ import annotations

import time

import httpx
import pytest

from workers.console import uploads

END = b"\r\n--x--\r\n"
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
TYPE = "multipart/form-data; boundary=x"


@pytest.mark.parametrize("text", ["", "a: 1\n", "a: 1\r\nb: Größe\r\n\r\n", "--x", "\ufeffa: 1"])
def test_what_a_client_sends_is_read_as_it_was(text: str) -> None:
    """Fields and files, to the last line end; only the mark of byte order is taken off."""
    files = {"file": ("m.yaml", text.encode(), "application/yaml")}
    sent = httpx.Request("POST", "http://x/", data={"csrf": "t", "n": "a\r\nb"}, files=files)
    found = uploads.read(sent.headers["content-type"], sent.read(), 10)
    assert found == {"csrf": "t", "n": "a\r\nb", "file": text.removeprefix("\ufeff")}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", PART + b"1" + END),
        ("multipart/form-data; boundary=", PART + b"1" + END),
        (TYPE, b""),
        (TYPE, b"garbage"),
        (TYPE, PART + b"1"),
        (TYPE, b"before\r\n" + PART + b"1" + END),
        (TYPE, b"--x\r\nContent-Type: text/plain\r\n\r\n1" + END),
        (TYPE, PART + b"\xff" + END),
        (TYPE, b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n1' + END),
        (TYPE, (PART + b"1\r\n") * 11 + b"--x--"),
    ],
)
def test_what_is_no_form(content_type: str, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        uploads.read(content_type, body, 10)


def test_no_body_is_expensive_to_read() -> None:
    """Thousands of parts and of nested types cost no more than a body of that size."""
    nest = b"Content-Type: multipart/mixed; boundary=b\r\n"
    for body in (b"--x\r\n\r\n" * 60_000, (b"--b\r\n" + nest) * 12_000, nest * 20_000):
        began = time.process_time()
        with pytest.raises(ValueError, match=r"."):
            uploads.read(TYPE, body, 10)
        assert time.process_time() - began < 1

"""The simulators as processes of their own, and the pages that people look at."""

import gzip
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.contract.exchanges import NO_TLS, Xero, invoice
from tests.simulators.serving import serve
from tests.simulators.xero.app import create_app

PATIENCE = 20


def start(name: str, *options: str) -> subprocess.Popen[str]:
    """A simulator as the demo starts it."""
    command = [sys.executable, "-m", f"tests.simulators.{name}", "--die-with-parent", *options]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


@pytest.mark.parametrize("name", ["xero", "mintsoft"])
def test_a_process_says_where_it_listens_and_ends_with_its_parent(
    name: str, tmp_path: Path
) -> None:
    """One JSON line, a port file, and the end of standard input is the end."""
    port_file = tmp_path / "port"
    with start(name, "--port-file", str(port_file)) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        assert url == f"http://127.0.0.1:{port_file.read_text()}"
        assert httpx.get(f"{url}/_sim/state", verify=NO_TLS).status_code == 200
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE)


def test_a_process_ends_on_sigterm() -> None:
    """SIGTERM ends it without waiting for idle connections."""
    with start("xero") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def test_the_pages_of_xero(tmp_path: Path) -> None:
    """The overview lists the invoice, and the View in Xero address shows its lines."""
    with serve(create_app(tmp_path)) as url, Xero(url, tmp_path) as xero:
        path = "/api.xro/2.0/Invoices"
        contact = {"Name": "Bob <&> Co"}
        body = {"Invoices": [invoice(Contact=contact)]}
        made = xero.http.put(path, json=body, headers=xero.headers()).json()["Invoices"][0]
        assert "MS-1001" in xero.http.get("/").text
        view = f"/AccountsReceivable/View.aspx?InvoiceID={made['InvoiceID']}"
        login = f"/organisationlogin/default.aspx?shortcode=x&redirecturl={view}"
        text = xero.http.get(login).text
        assert "Blue mug" in text
        assert "Bob &lt;&amp;&gt; Co" in text
        assert xero.http.get("/invoice/none").status_code == 404


def test_the_simulators_know_nothing_of_the_fleet() -> None:
    """They would otherwise share the fleet's mistakes."""
    folder = Path(create_app.__code__.co_filename).parents[1]
    imports = re.compile(r"^\s*(?:from|import) (?:workers|events|schemas)\b", re.MULTILINE)
    files = sorted(folder.rglob("*.py"))
    assert files
    assert [file.name for file in files if imports.search(file.read_text())] == []
    assert imports.search("from workers.clock import Clock")


def test_bodies_may_be_compressed(tmp_path: Path) -> None:
    """A gzipped request is read, and a long answer is compressed for a client that takes it."""
    with serve(create_app(tmp_path)) as url, Xero(url, tmp_path) as xero:
        packed = gzip.compress(json.dumps({"Invoices": [invoice()]}).encode())
        headers = xero.headers(Content_Encoding="gzip", Content_Type="application/json")
        answer = xero.http.put("/api.xro/2.0/Invoices", content=packed, headers=headers)
        assert answer.json()["Invoices"][0]["InvoiceNumber"] == "MS-1001"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert xero.admin("GET", "/calls")["bytes_out"] == int(answer.headers["Content-Length"])

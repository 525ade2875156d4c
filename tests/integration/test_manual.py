"""The manual, followed to the letter on a fresh folder: from nothing to a posted order."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import psycopg
import pytest

from deploy.local.client import Engine
from deploy.local.processes import free_ports
from tests.support import stand_ins
from tests.support.children import until
from tests.support.databases import named
from tests.support.documents import dispatched, order
from tests.support.engine import running_engine
from tests.support.fleet import ACCOUNTING_MAPPING
from tests.support.manual import EVERY, ROOT
from tests.support.simulators import Simulator

FOLDERS = ("deploy", "events", "schemas", "workers")
ANSWERS = {"mx operator add sam --role operator": "--password-file password"}
"""What a person would be asked for."""

CONNECTION = (
    """$(mx connection list --json | python3 -c 'import json, sys; """
    """print(json.load(sys.stdin)[0]["id"])')"""
)


@pytest.fixture
def own_engine() -> Iterator[Engine]:
    """Servers of this story's own: it makes users and databases under their real names."""
    with running_engine() as running:
        with psycopg.connect(named(running.database_url, "postgres"), autocommit=True) as conn:
            conn.execute("drop database mintsoft_xero")  # the manual makes it
        yield running


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh copy of what is deployed, without what a developer's runs have left in it."""
    folder = tmp_path / "checkout"
    left = shutil.ignore_patterns("__pycache__", "secrets", ".env")
    for each in FOLDERS:
        shutil.copytree(ROOT / each, folder / each, ignore=left)
    for each in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / each, folder)
    return folder


class Machine:
    """A folder that stands for ``/``, with stand-ins for what only a real machine has."""

    def __init__(self, folder: Path, checkout: Path, engine: Engine, by_hand: str) -> None:
        self.folder, self.checkout = folder, checkout
        self.units = folder / "units"
        bin_ = folder / "bin"
        for each in (self.units, bin_, folder / "etc", folder / "opt"):
            each.mkdir(parents=True)
        for name in stand_ins.NAMES:
            program = bin_ / name
            program.write_text(
                f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m'
                f' tests.support.stand_ins {name} "$@"\n'
            )
            program.chmod(0o755)
        broker = urlsplit(str(engine.amqp_url))
        socket = parse_qs(urlsplit(engine.database_url).query)["host"][0]
        self.environment = {
            **{name: each for name, each in os.environ.items() if not name.startswith("MX_")},
            "PATH": f"{bin_}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DATABASE": f"{quote(socket, safe='')}:5432",
            "BROKER": f"{broker.hostname}:{broker.port}",
            "METRICS_PORT": str(min(free_ports(1)[0], 60_000)),
            "PYTHON": str(folder / "opt/mintsoft-xero/bin/python"),
            "DATABASE_URL": named(engine.database_url, "postgres"),
            "MANAGEMENT_URL": str(engine.management_url),
            "UNITS": str(self.units),
            "MACHINE": str(folder),
            "WRITTEN_BY_HAND": by_hand,
            "PIP_NO_COMPILE": "1",  # a third of the time; Python compiles what it imports
        }
        self.environment.pop("SSL_CERT_DIR")  # pip is to trust what the machine trusts

    def follow(self, commands: list[str]) -> str:
        """Run commands one after the other in one shell; fails the test at the first that fails."""
        lines = ["set -euo pipefail", "set -x", f"cd '{self.checkout}'"]
        lines += map(self._here, commands)
        done = subprocess.run(
            ["bash", "-c", "\n".join(lines)],  # noqa: S607 - the one that the manual means
            env=self.environment,
            cwd=self.checkout,
            capture_output=True,
            text=True,
            timeout=800,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}\n{self.logs()}"
        return done.stdout

    def _here(self, command: str) -> str:
        answered = f"{command} {ANSWERS[command]}" if command in ANSWERS else command
        moved = answered.replace("/opt/", f"{self.folder}/opt/")
        moved = moved.replace("/etc/mintsoft-xero", f"{self.folder}/etc/mintsoft-xero")
        if moved == "bash deploy/systemd/settings.sh":
            moved += f" {self.folder}/etc/mintsoft-xero"
        return moved.replace("CONNECTION", CONNECTION)

    def logs(self) -> str:
        """The end of what each unit has said."""
        return "\n".join(
            f"== {each.stem}\n{each.read_text()[-1500:]}" for each in self.units.glob("*.log")
        )

    def stop(self) -> None:
        """End all units."""
        for each in self.units.glob("*.pid"):
            stand_ins.stop(int(each.read_text()))


@pytest.fixture
def machine(
    tmp_path: Path,
    checkout: Path,
    own_engine: Engine,
    xero_sim: Simulator,
    mintsoft_sim: Simulator,
) -> Iterator[Machine]:
    """Nothing installed yet; Xero and Mintsoft are the simulators."""
    by_hand = {
        "MX_XERO_CLIENT_ID": "demo-client",
        "MX_XERO_CLIENT_SECRET": "demo-secret",
        "MX_XERO_API_URL": xero_sim.url,
        "MX_XERO_IDENTITY_URL": xero_sim.url,
        "MX_MINTSOFT_API_URL": mintsoft_sim.url,
        "MX_MINTSOFT_API_KEY": "demo-key",
        "MX_CONSOLE_PORT": "0",
    }
    written = "".join(f"{name}={value}\n" for name, value in by_hand.items())
    here = Machine(tmp_path / "machine", checkout, own_engine, written)
    try:
        yield here
    finally:
        here.stop()


def prepare(checkout: Path, xero: Simulator) -> str:
    """Put the customer's files beside the checkout; return the organisation's id."""
    asked = xero.admin.post("/_sim/organisations", json={"preset": "uk"}).raise_for_status()
    tenant = str(asked.json()["tenant_id"])
    tokens = xero.admin.post("/_sim/tokens", json={"tenant_ids": [tenant]}).raise_for_status()
    (checkout / "tokens.json").write_text(tokens.text)
    (checkout / "mapping.yaml").write_text(json.dumps(ACCOUNTING_MAPPING))
    (checkout / "order.json").write_bytes(dispatched(order(1)).body)
    (checkout / "password").write_text("correct horse battery staple\n")
    return tenant


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_from_nothing_to_a_posted_order(
    machine: Machine, checkout: Path, xero_sim: Simulator
) -> None:
    """Each command of the manual's way with systemd, in order; then the next version over it."""
    tenant = prepare(checkout, xero_sim)
    story = [each.text.replace("TENANT", tenant) for each in EVERY if each.in_story]
    machine.follow(story)
    posted = 'import json, sys; print([e["status"] for e in json.load(sys.stdin)])'
    mx = next(each for each in story if each.startswith("mx()"))
    look = [mx, f"mx export list --json | python3 -c '{posted}'"]
    until("it is posted", lambda: machine.follow(look).strip() == "['posted']", 120)
    assert len(xero_sim.admin.get("/_sim/invoices").json()) == 1

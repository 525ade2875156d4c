"""The set-up of one machine: valid to Docker's own judge, confined, and named as the code names."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet

from deploy.compose import example
from events.tls import node
from events.topology import WORK_QUEUES
from workers.settings import Settings

FOLDER = Path(example.__file__).parent
FOUND = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, Any] = FOUND["services"]
FLEET = {name for name, each in SERVICES.items() if "mintsoft-xero" in each["image"]}


@pytest.mark.parametrize("profile", ["demo", "production"])
def test_docker_compose_accepts_it(profile: str) -> None:
    """`docker compose config` with each profile."""
    judge = Path(sys.executable).with_name("docker-compose")
    assert shutil.which(judge), "docker-compose is not in .venv: run make venv"
    file = str(FOLDER / "compose.yaml")
    command = [str(judge), "-f", file, "--profile", profile, "config", "-q"]
    judged = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (judged.returncode, judged.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(name: str) -> None:
    """Nobody writes to a root or gains a right; all have limits, and who stays is looked after."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "cpus", "logging", "networks", "restart"} <= set(service)
    assert ":" in service["image"]
    assert not service["image"].endswith(":latest")
    if name not in FLEET:
        assert "healthcheck" in service


def test_ports_open_to_others_are_the_proxys_alone() -> None:
    """Everything else listens on loopback, or inside."""
    for name, service in SERVICES.items():
        foreign = [each for each in service.get("ports", []) if not each.startswith("127.0.0.1:")]
        assert foreign == (["80:80", "443:443"] if name == "caddy" else [])


def test_every_queue_has_a_worker_and_one_group() -> None:
    """A queue that no service serves would fill up; one that two serve can't be stopped alone."""
    served = [
        queue
        for name, service in SERVICES.items()
        if name.startswith("worker")
        for queue in service["command"][2].split(",")
    ]
    assert sorted(served) == sorted(WORK_QUEUES)


def test_secrets_are_files_named_as_the_settings_look_for_them() -> None:
    """No password is in the file; each role has its own user at the broker."""
    known = {f"mx_{name}" for name in Settings.model_fields}
    for name in FLEET:
        given = [each for each in SERVICES[name]["secrets"] if isinstance(each, dict)]
        assert {each["target"] for each in given} <= known
        broker = {each["source"] for each in given if each["target"] == "mx_amqp_url"}
        role = name.split("-")[0]
        assert broker == (set() if role == "migrate" else {f"amqp_url_{role}"})


def test_the_example_has_every_setting() -> None:
    """With its description and its default, and nothing that is not one."""
    assert example.FILE.read_text() == example.content()
    names = {
        line.split("=")[0].removeprefix("#MX_")
        for line in example.content().splitlines()
        if line.startswith("#MX_")
    }
    assert names == {each.upper() for each in Settings.model_fields}


def test_the_secrets_are_made_once_and_fit(tmp_path: Path) -> None:
    """What the script writes is what settings, pika and the broker's definitions take."""
    make = ["bash", FOLDER / "secrets.sh", tmp_path]
    run = {"check": True, "capture_output": True, "timeout": 60}
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin", "PYTHON": sys.executable}
    subprocess.run(make, env=environment, **run)  # type: ignore[call-overload]
    first = {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}
    wanted = {each["file"].removeprefix("secrets/") for each in FOUND["secrets"].values()}
    assert {name for name in wanted if not (tmp_path / name).is_file()} == set()
    Fernet((tmp_path / "secret_keys").read_text().strip())
    url = (tmp_path / "amqp_url_worker").read_text().strip()
    found = node(url.replace("/run/secrets", str(tmp_path / "tls")))
    assert (found.host, found.port, found.virtual_host) == ("rabbitmq", 5671, "/")
    assert found.ssl_options.context.check_hostname
    assert b'"password_hash": ""' not in (tmp_path / "definitions.json").read_bytes()
    subprocess.run(make, env=environment, **run)  # type: ignore[call-overload]
    changed = {each.name for each, was in first.items() if each.read_bytes() != was}
    assert changed <= {"definitions.json"}, "hashes have a new salt, all else stays"

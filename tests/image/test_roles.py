"""Every role from the image, with a read-only root, no capability and a user that is nobody."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from deploy.local.processes import free_ports
from tests.image.containers import IMAGE, Containers
from tests.image.doorway import doorway
from tests.support.children import until
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.processes import prepare_broker, publish, settings_of

ROLES = ("ingress", "worker", "scheduler", "relay", "console")
STOP_WITHIN = 20
"""Seconds that docs/operations.md promises."""

WHO_AM_I = """
import json, os
status = dict(line.split(":", 1) for line in open("/proc/1/status").read().splitlines())
def refused(path):
    try:
        open(path, "w").close()
    except OSError as error:
        return error.strerror
    os.unlink(path)
print(json.dumps({
    "user": status["Uid"].split(), "capabilities": int(status["CapEff"], 16),
    "bounding": int(status["CapBnd"], 16), "no_new": status["NoNewPrivs"].strip(),
    "root": refused("/x"), "code": refused("/opt/mintsoft-xero/x"), "tmp": refused("/tmp/x"),
}))
"""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def containers(fleet: Fleet, amqp_url: str) -> Iterator[Containers]:
    """A mapped connection, a declared broker, and no role running yet."""
    fleet.connect()
    prepare_broker(amqp_url)
    settings = settings_of(fleet, amqp_url)
    with (
        doorway(settings["MX_DATABASE_URL"]) as database,
        Containers({**settings, "MX_DATABASE_URL": database}) as started,
    ):
        yield started


def checks(role: str) -> tuple[str, ...]:
    """The image's own health check, or what compose.yaml says for the console."""
    return ("mintsoft-xero", "health", *(["--console"] if role == "console" else []))


def start(containers: Containers, role: str) -> str:
    """Start a role on ports of its own and return when it is healthy."""
    metrics, console = map(str, free_ports(2))
    ports = {"MX_METRICS_PORT": metrics, "MX_METRICS_HOST": "127.0.0.1", "MX_CONSOLE_PORT": console}
    name = containers.start(role, **ports)
    where = f"{console}/health/ready" if role == "console" else f"{metrics}/metrics"

    def serves() -> bool:
        assert containers.inspect(name)["State"]["Running"], containers.log(name)
        try:
            return httpx.get(f"http://127.0.0.1:{where}").is_success
        except httpx.HTTPError:
            return False

    until(f"{role} serves", serves, 90)
    assert containers.health(name, checks(role)), containers.log(name)
    return name


def test_the_fleet_in_containers_carries_orders(fleet: Fleet, containers: Containers) -> None:
    """Five roles, five containers: orders come in, reach Xero once, and all end within 20 s."""
    running = {role: start(containers, role) for role in ROLES}
    publish(containers.environment["MX_AMQP_URL"], [dispatched(order(n)) for n in range(1, 61)])
    until("all are posted", lambda: fleet.statuses() == {"posted": 60}, 90)
    assert len(fleet.invoices()) == 60
    for role, name in running.items():
        began = time.monotonic()
        code = containers.stop(name, STOP_WITHIN)
        took = time.monotonic() - began
        assert (role, code) == (role, 0), containers.log(name)
        assert took < STOP_WITHIN, f"{role} took {took:.1f} s"


@pytest.mark.parametrize("role", ["worker", "console"])
def test_a_role_is_confined_and_its_health_is_seen(containers: Containers, role: str) -> None:
    """No right is left to it; hung, its health check fails, and it recovers when it goes on."""
    name = start(containers, role)
    seen = json.loads(containers.inside(name, WHO_AM_I))
    assert seen["user"] == ["10001"] * 4
    assert (seen["capabilities"], seen["bounding"], seen["no_new"]) == (0, 0, "1")
    assert "Read-only" in seen["root"]
    assert "Read-only" in seen["code"]
    assert seen["tmp"] is None
    if role == "console":  # Dramatiq's master is not what serves a worker's figures
        containers.signal(name, "STOP")
        assert not containers.health(name, checks(role))
        containers.signal(name, "CONT")
        assert containers.health(name, checks(role))


def test_a_console_without_its_database_is_unhealthy(containers: Containers) -> None:
    """It serves, and says that it can't: the engine sees it and a proxy sends nobody."""
    nowhere, port = free_ports(2)
    environment = {
        "MX_DATABASE_URL": f"postgresql://x@127.0.0.1:{nowhere}/x",
        "MX_CONSOLE_PORT": str(port),
        "MX_METRICS_PORT": "0",
    }
    name = containers.start("console", **environment)

    def ready() -> int:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=30).status_code
        except httpx.HTTPError:
            return 0

    until("it answers", lambda: ready() == 503, 60)
    assert not containers.health(name, checks("console"))
    assert containers.inspect(name)["State"]["Running"]


def test_the_image_tells_its_health_check_and_how_to_stop_it() -> None:
    """Without an argument it shows its help; engines know what to run and which signal to send."""
    with Containers({}) as containers:
        known = containers.inspect(IMAGE)
        assert "Usage" in containers.once()
    config = known["Config"]
    check = config.get("Healthcheck") or known["Healthcheck"]  # docker, podman
    assert check["Test"] == ["CMD", "mintsoft-xero", "health"]
    assert config["StopSignal"] in {"SIGTERM", "15"}
    assert config["User"] == "10001:10001"

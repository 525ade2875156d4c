"""Prometheus itself, watching a fleet with our own rules on a quicker clock.

Only durations are quickened: how long a fault must last (``for``) and over how long a rate is
taken. Thresholds and expressions are those that are delivered.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from deploy.local import prometheus
from deploy.local.processes import EngineError
from tests.support.children import until
from tests.support.observability import RULES

FOR = "2s"
WINDOW = "20s"
WINDOWS: Mapping[str, str] = {"LoopFailing": "2m"}
"""What a rate is taken over; a loop that fails pauses longer each time."""

_RANGE = re.compile(r"\[\d+[smhd]\]")


def quickened(text: str) -> str:
    """Return an alert's file with shorter durations."""
    found = yaml.safe_load(text)
    for rule in (rule for group in found["groups"] for rule in group["rules"]):
        window = WINDOWS.get(rule["alert"], WINDOW)
        rule["expr"] = _RANGE.sub(f"[{window}]", rule["expr"])
        rule["for"] = FOR if rule["for"] != "0m" else "0s"
    return str(yaml.safe_dump(found))


def configuration(ports: Mapping[str, int]) -> dict[str, Any]:
    """Return Prometheus's own configuration: what it asks, every second."""
    targets = [f"127.0.0.1:{port}" for port in ports.values()]
    return {
        "global": {
            "scrape_interval": "1s",
            "scrape_timeout": "1s",
            "evaluation_interval": "1s",
        },
        "rule_files": ["*.rules.yaml"],
        "scrape_configs": [
            {"job_name": "mintsoft-xero", "static_configs": [{"targets": targets}]},
        ],
    }


class Prometheus:
    """Asks a running Prometheus which alerts fire."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def firing(self) -> set[str]:
        """The names of alerts that fire now; none while it does not answer."""
        try:
            answer = self._client.get("/api/v1/alerts").raise_for_status()
        except httpx.HTTPError:
            return set()
        alerts = answer.json()["data"]["alerts"]
        return {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            return self._client.get("/-/ready").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


@contextmanager
def watching(folder: Path, port: int, ports: Mapping[str, int]) -> Iterator[Prometheus]:
    """Run Prometheus over the processes at *ports* while the block runs."""
    program = prometheus.program("prometheus")
    if program is None:
        raise EngineError(prometheus.REMEDY)
    for path in RULES:
        (folder / f"{path.stem}.rules.yaml").write_text(quickened(path.read_text()))
    config = folder / "prometheus.yaml"
    config.write_text(yaml.safe_dump(configuration(ports)))
    where = f"127.0.0.1:{port}"
    options = {"config.file": config, "storage.tsdb.path": folder / "data", "log.level": "error"}
    flags = [f"--{name}={value}" for name, value in options.items()]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [str(program), *flags, f"--web.listen-address={where}"], stderr=log, stdout=log
        )
        try:
            watcher = Prometheus(f"http://{where}")
            until("Prometheus answers", watcher.is_ready)
            yield watcher
        finally:
            process.terminate()
            process.wait()

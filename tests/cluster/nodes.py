"""Three RabbitMQ nodes that are one cluster: killed, stopped, stood still, started again.

Where namespaces may be made each node has a network of its own, as on three machines; elsewhere
they share the loopback interface and one name server, and can't be cut off from each other.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from deploy.local import processes
from deploy.local.install import REMEDY
from deploy.local.processes import EngineError
from deploy.local.rabbitmq import Rabbitmq, Seat, server
from tests.cluster.networks import Networks, can_be_made
from tests.support.children import until
from tests.support.engine import new_state_dir

COUNT = 3
NAMES_SERVER = "epmd"
NAMES_PORT = 4369
"""Its usual one: a node looks for another's where its own is."""

READY_SECONDS = 240.0


class Node(Rabbitmq):
    """A node that loses a majority stops serving, rather than go its own way."""

    def settings(self) -> dict[str, str]:
        """With the cluster's nodes, and what to do when they do not see each other."""
        own = {
            "cluster_formation.peer_discovery_backend": "classic_config",
            "cluster_partition_handling": "pause_minority",
        }
        return super().settings() | own

    def wait(self) -> None:
        """Return once it serves; three at a time take longer than one."""
        logs = [self.folder / "output.log", self.folder / "log" / f"{self.seat.node}.log"]
        processes.wait_until_ready(
            "RabbitMQ", self._answers, self.alive, logs=logs, seconds=READY_SECONDS
        )

    def machine(self) -> list[psutil.Process]:
        """The node itself, without a name server that the others use, too."""
        found = processes.marked(self.folder)
        return [each for each in found if not self._is_shared(each)]

    def _is_shared(self, process: psutil.Process) -> bool:
        try:
            return not self.seat.within and process.name() == NAMES_SERVER
        except psutil.NoSuchProcess:
            return False

    def kill(self) -> None:
        """End it as a power cut would, and wait until it is gone."""
        processes.kill(self.machine())
        if self.process:
            self.process.wait()

    def close(self) -> None:
        """Leave nothing running, its name server included."""
        processes.kill_marked(self.folder)
        if self.process:
            self.process.wait()

    def stand_still(self) -> None:
        """Hold the whole node: it answers nothing, and its connections stay open."""
        for each in self.machine():
            each.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on where it stood."""
        for each in self.machine():
            each.send_signal(signal.SIGCONT)


@dataclass
class Cluster:
    """The nodes, numbered from 1; ``networks`` is None where they share one."""

    nodes: dict[int, Node]
    networks: Networks | None

    @property
    def url(self) -> str:
        """The addresses of all nodes, as MX_AMQP_URL takes them."""
        return ",".join(node.url for node in self.nodes.values())

    def start_all(self, numbers: Sequence[int]) -> None:
        """Start nodes that are down, and return once they serve."""
        start_beside([self.nodes[number] for number in numbers])

    def is_whole(self, number: int) -> bool:
        """Whether this node sees all members of all quorum queues online."""
        found = self._api(number, "/api/queues?columns=name,type,members,online")
        return all(
            len(each.get("online") or ()) == len(each.get("members") or ()) == len(self.nodes)
            for each in found or [{}]
            if each.get("type") == "quorum"
        )

    def members(self, number: int = 1) -> dict[str, int]:
        """How many members each quorum queue has, by its name."""
        found = self._api(number, "/api/queues?columns=name,type,members")
        return {
            each["name"]: len(each["members"]) for each in found or () if each["type"] == "quorum"
        }

    def until_whole(self) -> None:
        """Return once every node sees every queue whole."""
        for number in self.nodes:
            until(f"node {number} is whole", lambda n=number: self.is_whole(n), READY_SECONDS)  # type: ignore[misc]

    def _api(self, number: int, path: str) -> Any:
        try:
            answer = httpx.get(self.nodes[number].management_url + path, timeout=10)
            return answer.raise_for_status().json()
        except httpx.HTTPError:
            return None


@contextmanager
def cluster(*, apart: bool | None = None) -> Iterator[Cluster]:
    """Three nodes, each with all its queues' members to come; *apart*: in networks of their own."""
    executable = server()
    if executable is None:
        raise EngineError(REMEDY)
    with ExitStack() as stack:
        state = new_state_dir()
        stack.callback(shutil.rmtree, state, ignore_errors=True)
        networks = None
        if can_be_made() if apart is None else apart:
            networks = stack.enter_context(Networks(COUNT).laid())
        seats = _seats(state / "home", networks)
        nodes = {
            number: Node(_folder(state, number), executable, seat=seat)
            for number, seat in enumerate(seats, 1)
        }
        for node in nodes.values():
            stack.callback(node.close)
            node.prepare(fresh=True)
        nodes[1].launch()
        nodes[1].wait()  # the others join it
        start_beside(list(nodes.values())[1:])
        yield Cluster(nodes, networks)


def _folder(state: Path, number: int) -> Path:
    folder = state / str(number)
    folder.mkdir(mode=0o700)
    return folder


def _seats(home: Path, networks: Networks | None) -> list[Seat]:
    numbers = range(1, COUNT + 1)
    if networks is None:
        [port] = processes.free_ports(1)
        names = tuple(f"mx{number}@localhost" for number in numbers)
        return [Seat(name, peers=names, epmd_port=port, home=home) for name in names]
    hosts = [networks.address(number) for number in numbers]
    names = tuple(f"mx@{host}" for host in hosts)
    return [
        Seat(name, host, networks.within(number), names, NAMES_PORT, home)
        for number, name, host in zip(numbers, names, hosts, strict=True)
    ]


def start_beside(nodes: Sequence[Node]) -> None:
    """Start several at once: each takes ten seconds."""
    for node in nodes:
        node.launch()
    for node in nodes:
        node.wait()

"""The manifests: valid to Kubernetes' own schemas, confined, and named as the code names.

Custom resources (RabbitMQ, CloudNativePG, KEDA, Prometheus) have no schema here: what of them the
fleet hangs on is checked by name.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from events.topology import WORK_QUEUES

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "kubernetes"
VERSION = "1.33"
OWN = ("v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1")
FILES = sorted(path for path in FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml")


def documents() -> Iterator[dict[str, Any]]:
    for path in FILES:
        yield from yaml.safe_load_all(path.read_text())


ALL = list(documents())
TEMPLATES = {
    each["metadata"]["name"]: each["spec"]["template"]["spec"]
    for each in ALL
    if each["kind"] in ("Deployment", "Job")
}


@pytest.fixture(scope="module")
def validate() -> Callable[..., None]:
    """Kubernetes' schemas, without the grammar of IRIs that jsonschema would compile for seconds:
    no manifest has a field of that format. Imported here, for collecting it is nobody's need."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "rfc3987_syntax", None)
        import kubernetes_validate
    checked: Callable[..., None] = kubernetes_validate.validate
    return checked


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_kubernetes_knows_every_field(path: Path, validate: Callable[..., None]) -> None:
    """Strictly: a field that is misspelt would be ignored by the cluster."""
    for each in yaml.safe_load_all(path.read_text()):
        if each["apiVersion"] in OWN:
            validate(each, VERSION, strict=True)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("kustomization.yaml")), ids=str)
def test_what_is_listed_is_there_and_nothing_is_forgotten(path: Path) -> None:
    """A file beside it that nobody lists would never be applied."""
    listed = yaml.safe_load(path.read_text())["resources"]
    assert all((path.parent / each).exists() for each in listed)
    beside = {each.name for each in path.parent.glob("*.yaml")} - {path.name}
    assert beside <= set(listed)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_pod_is_confined(name: str) -> None:
    """Nobody is root, writes to the image, gains rights; each has limits, secrets by name."""
    pod = TEMPLATES[name]
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"requests", "limits"} == set(container["resources"])
    assert "env" not in container
    assert "Secret" not in {each["kind"] for each in ALL}


def test_each_role_has_its_own_user_at_the_broker() -> None:
    """As deploy/rabbitmq names them; the migration has none."""
    for name, pod in TEMPLATES.items():
        [secrets] = [each["projected"] for each in pod["volumes"] if "projected" in each]
        named = {each["secret"]["name"] for each in secrets["sources"]}
        brokers = {each for each in named if each.startswith("broker-")}
        role = name.split("-")[0]
        assert brokers == (set() if role == "migrate" else {f"broker-{role}"})
        assert ("database-owner" in named) == (role == "migrate")


def test_every_queue_is_served_by_one_deployment_that_scales() -> None:
    """KEDA's queries speak of the queues of the deployment that they scale."""
    commands = {name: pod["containers"][0]["args"] for name, pod in TEMPLATES.items()}
    served = {name: c[2].split(",") for name, c in commands.items() if c[0] == "worker"}
    assert sorted(queue for queues in served.values() for queue in queues) == sorted(WORK_QUEUES)
    scaled = {each["metadata"]["name"]: each for each in ALL if each["kind"] == "ScaledObject"}
    assert set(scaled) == set(served)
    for name, each in scaled.items():
        assert each["spec"]["scaleTargetRef"]["name"] == name
        assert each["spec"]["minReplicaCount"] >= 1
        query = each["spec"]["triggers"][0]["metadata"]["query"]
        assert "|".join(served[name]).replace(".", "[.]") in query


def test_postgresql_has_the_roles_and_each_its_own_password() -> None:
    """Made by roles.sql, which the cluster runs; the operator sets their passwords."""
    [cluster] = [each["spec"] for each in ALL if each["kind"] == "Cluster"]
    roles = {each["name"]: each["passwordSecret"]["name"] for each in cluster["managed"]["roles"]}
    owner = cluster["bootstrap"]["initdb"]
    roles[owner["owner"]] = owner["secret"]["name"]
    written = (ROOT / "deploy" / "postgres" / "roles.sql").read_text()
    named = re.search(r"array\['(.+)'\] loop", written)
    assert named
    assert set(roles) == set(named[1].split("', '"))
    assert len(set(roles.values())) == len(roles)


def test_what_is_backed_up_is_where_the_cluster_archives() -> None:
    """The nightly backup and the log go to one store, and the store has no keys in it."""
    [cluster] = [each["spec"] for each in ALL if each["kind"] == "Cluster"]
    [store] = [each for each in ALL if each["kind"] == "ObjectStore"]
    [plugin] = cluster["plugins"]
    assert plugin["isWALArchiver"] is True
    assert plugin["parameters"] == {"barmanObjectName": store["metadata"]["name"]}
    backups = [each["spec"] for each in ALL if each["kind"] == "ScheduledBackup"]
    assert {each["method"] for each in backups} == {"plugin", "volumeSnapshot"}
    for each in backups:
        assert each["cluster"] == {"name": "postgres"}
        assert each.get("pluginConfiguration", {"name": plugin["name"]})["name"] == plugin["name"]


def test_the_pool_takes_every_role_but_those_that_hold_a_session() -> None:
    """Its patch finds in each the secret that it replaces, and leaves the scheduler alone."""
    component = yaml.safe_load((FOLDER / "components/pool/kustomization.yaml").read_text())
    [patch] = component["patches"]
    chosen = {name for name in TEMPLATES if re.fullmatch(patch["target"]["name"], name)}
    assert chosen == set(TEMPLATES) - {"scheduler", "migrate"}
    tested, replaced, added = yaml.safe_load(patch["patch"])
    assert tested["path"] == replaced["path"]
    [settings] = [each for each in ALL if each["metadata"]["name"] == "fleet-pool"]
    assert added["value"] == {"configMapRef": {"name": "fleet-pool"}}
    assert settings["data"] == {"MX_DATABASE_POOLED": "true"}
    for name in chosen:
        found: Any = {"spec": {"template": {"spec": TEMPLATES[name]}}}
        for part in tested["path"].strip("/").split("/"):
            found = found[int(part)] if part.isdigit() else found[part]
        assert found == tested["value"]


def test_no_rollout_takes_the_last_one_away() -> None:
    """New pods come before old ones go, and a drain leaves one standing."""
    for each in (each for each in ALL if each["kind"] == "Deployment"):
        assert each["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > 20
    budgets = {each["metadata"]["name"] for each in ALL if each["kind"] == "PodDisruptionBudget"}
    assert budgets == set(TEMPLATES) - {"migrate"}
    [broker] = [each for each in ALL if each["kind"] == "RabbitmqCluster"]
    assert broker["spec"]["replicas"] == 3


def test_the_console_knows_its_proxies() -> None:
    """Else all browsers count as one address, and a stranger's guesses shut everybody out."""
    [settings] = [
        each for each in ALL if each["kind"] == "ConfigMap" and "MX_PUBLIC_URL" in each["data"]
    ]
    believed = settings["data"]["FORWARDED_ALLOW_IPS"].split(",")
    assert all(ip_network(each).is_private for each in believed), "strangers are never believed"

"""The gateway against the simulator of Mintsoft: a 200 is believed only when it says Success."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from pydantic import SecretStr

from tests.support.simulators import Simulator
from workers.clock import Clock
from workers.errors import Permanent, Transient, Uncertain
from workers.mintsoft.gateway import MintsoftGateway

PASSWORD = "demo"
QUICK = 1.0


@pytest.fixture
def gateway(mintsoft_sim: Simulator) -> Iterator[MintsoftGateway]:
    order = b'{"ID": 12, "OrderNumber": "A12", "TotalOrderGross": 0.30, "OrderItems": []}'
    mintsoft_sim.admin.post("/_sim/orders", content=order).raise_for_status()
    gateway = MintsoftGateway(
        mintsoft_sim.url, Clock(), key=SecretStr("demo-key"), read_seconds=QUICK
    )
    yield gateway
    gateway.close()


def with_log_in(sim: Simulator, password: str = PASSWORD) -> MintsoftGateway:
    return MintsoftGateway(
        sim.url, Clock(), username="demo", password=SecretStr(password), read_seconds=QUICK
    )


def tags(sim: Simulator) -> dict[str, list[str]]:
    found: dict[str, list[str]] = sim.admin.get("/_sim/tags").json()["tags"]
    return found


def logins(sim: Simulator) -> int:
    return int(sim.admin.get("/_sim/state").json()["logins"])


def test_a_tag_comes_and_goes(gateway: MintsoftGateway, mintsoft_sim: Simulator) -> None:
    """Tagging twice leaves one tag."""
    gateway.tag_order(12, "Xero")
    gateway.tag_order(12, "Xero")
    assert tags(mintsoft_sim) == {"12": ["Xero"]}
    gateway.untag_order(12, "Xero")
    assert tags(mintsoft_sim) == {}


def test_amounts_are_decimal(gateway: MintsoftGateway) -> None:
    """An order's money never passes through a float."""
    assert gateway.get_order(12)["TotalOrderGross"] == Decimal("0.30")


def test_success_false_is_permanent(gateway: MintsoftGateway) -> None:
    """HTTP 200 with Success=false is a refusal, in Mintsoft's words."""
    with pytest.raises(Permanent) as refused:
        gateway.tag_order(99, "Xero")
    assert refused.value.reason.code == "mintsoft_refused"
    assert refused.value.detail
    assert refused.value.detail in refused.value.reason.message


def test_an_unknown_order_is_named(gateway: MintsoftGateway) -> None:
    """A read of what is not there says what was asked for."""
    with pytest.raises(Permanent, match="order 99"):
        gateway.get_order(99)


@pytest.mark.parametrize("kind", ["timeout_after_write", "timeout_before_write", "cut"])
def test_silence_after_a_write_is_uncertain(
    gateway: MintsoftGateway, mintsoft_sim: Simulator, kind: str
) -> None:
    """The tag may be there; tagging again is harmless."""
    mintsoft_sim.admin.post("/_sim/faults", json={"kind": kind, "method": "PUT", "seconds": 3})
    with pytest.raises(Uncertain):
        gateway.tag_order(12, "Xero")
    gateway.tag_order(12, "Xero")
    assert tags(mintsoft_sim) == {"12": ["Xero"]}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 500, "method": "PUT"}, Uncertain),
        ({"kind": "malformed", "method": "PUT"}, Uncertain),
    ],
)
def test_a_broken_answer_to_a_write_is_uncertain(
    gateway: MintsoftGateway,
    mintsoft_sim: Simulator,
    fault: dict[str, object],
    kind: type[Exception],
) -> None:
    """Only Success=true is success."""
    mintsoft_sim.admin.post("/_sim/faults", json=fault)
    with pytest.raises(kind):
        gateway.tag_order(12, "Xero")


def test_a_log_in_is_kept_and_renewed_once(mintsoft_sim: Simulator, gateway: object) -> None:
    """One log-in serves many calls; after a 401 there is one more, unseen by the caller."""
    mine = with_log_in(mintsoft_sim)
    mine.ping()
    mine.tag_order(12, "Xero")
    assert logins(mintsoft_sim) == 1
    mintsoft_sim.admin.delete("/_sim/keys")
    mine.untag_order(12, "Xero")
    assert logins(mintsoft_sim) == 2
    mine.close()


def test_a_wrong_password_names_the_setting(mintsoft_sim: Simulator) -> None:
    """All goes on by itself once it is right, so it is no document's failure."""
    mine = with_log_in(mintsoft_sim, "hunter2")
    with pytest.raises(Transient, match="MX_MINTSOFT_PASSWORD") as failure:
        mine.ping()
    assert "hunter2" not in str(failure.value)
    mine.close()


def test_a_wrong_key_names_the_setting(mintsoft_sim: Simulator) -> None:
    """A fixed key is not tried twice."""
    mine = MintsoftGateway(mintsoft_sim.url, Clock(), key=SecretStr("nope"), read_seconds=QUICK)
    with pytest.raises(Transient, match="MX_MINTSOFT_API_KEY"):
        mine.ping()
    mine.close()


def test_nobody_there_is_transient() -> None:
    """Nothing left, so nothing is uncertain."""
    mine = MintsoftGateway("http://127.0.0.1:9", Clock(), key=SecretStr("k"), read_seconds=QUICK)
    with pytest.raises(Transient) as failure:
        mine.tag_order(12, "Xero")
    assert not isinstance(failure.value, Uncertain)
    mine.close()

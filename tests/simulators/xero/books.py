"""Everything the simulator of Xero remembers, and what it was started with."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.simulators.clock import SimulatedClock
from tests.simulators.gate import Equipment
from tests.simulators.recording import Recorder
from tests.simulators.xero.hooks import Hooks
from tests.simulators.xero.idempotency import IdempotencyKeys
from tests.simulators.xero.limits import Limits, LimitSettings
from tests.simulators.xero.organisation import Organisation
from tests.simulators.xero.tokens import Tokens

MAX_BODY_BYTES = 3_500_000


@dataclass(frozen=True)
class Config:
    """How a simulator starts."""

    client_id: str = "demo-client"
    client_secret: str = "demo-secret"
    idempotency_minutes: float = 6.0
    limits: LimitSettings = field(default_factory=LimitSettings)
    clock: SimulatedClock = field(default_factory=SimulatedClock)


class Books:
    """The state of one simulator process."""

    def __init__(self, config: Config, record: Path | None) -> None:
        self.config = config
        self.clock = config.clock
        self.organisations: dict[str, Organisation] = {}
        self.tokens = Tokens()
        self.redirect_uris: set[str] = set()  # registered with the app, as at developer.xero.com
        self.limits = Limits(config.limits)
        self.keys = IdempotencyKeys(timedelta(minutes=config.idempotency_minutes))
        self.equipment = Equipment(Recorder("xero", record))
        self.hooks = Hooks(self.now)

    def now(self) -> datetime:
        """The simulated instant, aware, UTC, whole milliseconds."""
        moment = self.clock.now()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

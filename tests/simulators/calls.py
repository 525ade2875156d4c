"""What the simulator was asked, counted: Xero bills calls and bytes, so tests assert on both."""

import re
from collections import Counter
from dataclasses import dataclass, field

from tests.simulators.exchange import Call, Json

_IDENTIFIER = re.compile(r"/(?:[0-9a-fA-F-]{36}|\d+)(?=/|$)")


@dataclass
class CallCounts:
    """Running counts since the start or the last reset."""

    by_operation: Counter[str] = field(default_factory=Counter)
    by_tenant: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    bytes_in: int = 0
    bytes_out: int = 0
    seconds: float = 0.0

    def count(self, call: Call, status: int, size: int, seconds: float) -> None:
        """Add one call with the size of its answer in bytes."""
        self.by_operation[operation(call)] += 1
        self.by_tenant[call.headers.get("xero-tenant-id", "")] += 1
        self.by_status[status] += 1
        self.bytes_in += len(call.body)
        self.bytes_out += size
        self.seconds += seconds

    def report(self) -> Json:
        """All counts as JSON data."""
        return {
            "total": sum(self.by_operation.values()),
            "by_operation": dict(sorted(self.by_operation.items())),
            "by_tenant": dict(self.by_tenant),
            "by_status": {str(status): n for status, n in sorted(self.by_status.items())},
            "throttled": self.by_status[429],
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "handling_seconds": round(self.seconds, 3),
        }


def operation(call: Call) -> str:
    """Method and path with identifiers replaced, such as `GET /api.xro/2.0/Invoices/{id}`."""
    return f"{call.method} {_IDENTIFIER.sub('/{id}', call.path)}"

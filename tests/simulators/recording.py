"""Every exchange, written down for the contract tests; tokens and secrets never are.

One JSON line per exchange, one file per recorder, so that processes never share a file.
"""

import json
import os
import uuid
from pathlib import Path
from typing import Any

from tests.simulators.exchange import Answer, Call, Json

RECORDED_HEADERS = (
    "accept",
    "content-type",
    "idempotency-key",
    "if-modified-since",
    "xero-tenant-id",
)
SECRET_HEADERS = ("authorization", "ms-apikey")
SECRET_PATHS = ("/connect/", "/identity/", "/api/auth")


class Recorder:
    """Appends exchanges to its own JSONL file in `folder`; does nothing without a folder."""

    def __init__(self, simulator: str, folder: Path | None) -> None:
        self._simulator = simulator
        self._path = folder and folder / f"{simulator}-{os.getpid()}-{uuid.uuid4().hex[:8]}.jsonl"
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    def record(self, call: Call, answer: Answer, payload: bytes, fault: str | None) -> None:
        """Append one exchange with its secrets masked."""
        if self._path is None:
            return
        line = json.dumps({"simulator": self._simulator} | exchange(call, answer, payload, fault))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def exchange(call: Call, answer: Answer, payload: bytes, fault: str | None) -> Json:
    """The exchange as the contract tests read it; bodies stay text, so no digit is lost."""
    secret = call.path.lower().startswith(SECRET_PATHS)
    return {
        "method": call.method,
        "path": call.path,
        "query": [list(pair) for pair in call.query_pairs],
        "headers": recorded_headers(call),
        "body": _text(call.body, secret),
        "status": answer.status,
        "answer_headers": dict(answer.headers),
        "answer": _text(payload, secret),
        "fault": fault,
    }


def recorded_headers(call: Call) -> dict[str, str]:
    """The headers a contract is about; of a secret one only that it was there."""
    plain = {name: call.headers[name] for name in RECORDED_HEADERS if name in call.headers}
    return plain | {name: "***" for name in SECRET_HEADERS if name in call.headers}


def _text(body: bytes, secret: bool) -> Any:
    if not body:
        return None
    return "***" if secret else body.decode("utf-8", errors="replace")

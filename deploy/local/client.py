"""The engine as a context manager: a child process that can't outlive us.

Even if this process is killed with -9, the pipe that it holds closes and the engine ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from deploy.local.processes import EngineError

ROOT = Path(__file__).parents[2]  # the folder that `python -m deploy.local` is found in


class Engine:
    """PostgreSQL and RabbitMQ for the time of a `with` block.

    `database_url` names a superuser's database; `amqp_url` and `management_url` are None where
    there is no RabbitMQ. EngineError, with the end of the servers' logs, if they don't start.
    """

    database_url: str
    amqp_url: str | None
    management_url: str | None

    def __init__(
        self, state_dir: Path | None = None, *, fast: bool = False, fresh: bool = False
    ) -> None:
        self.state_dir = state_dir
        flags = {"--fast": fast, "--fresh": fresh}
        self.options = [flag for flag, wanted in flags.items() if wanted]
        if state_dir:
            self.options += ["--state-dir", str(state_dir)]
        self.complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - see close()

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "up", *self.options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            cwd=ROOT,
            start_new_session=True,  # the terminal's Ctrl-C is ours to handle, not the engine's
        )
        try:
            where = self._answer()
        except BaseException:  # Ctrl-C while the servers start
            self.close()
            raise
        self.database_url = str(where["database_url"])
        self.amqp_url = where["amqp_url"]
        self.management_url = where["management_url"]
        self.state_dir = Path(str(where["state_dir"]))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End both servers; returns when no process is left. More than one call does no harm."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        self.process.terminate()  # beside the closed pipes, for one that is still starting
        self.process.wait()
        self.complaints.close()

    def stop(self, server: str) -> None:
        """Shut down `postgres` or `rabbitmq` cleanly; `start` brings it back with its data."""
        self._command(f"stop {server}")

    def kill(self, server: str) -> None:
        """End `postgres` or `rabbitmq` as a power cut would."""
        self._command(f"kill {server}")

    def start(self, server: str) -> None:
        """Start what was stopped or killed, at the same address; returns when it answers."""
        self._command(f"start {server}")

    def _command(self, line: str) -> None:
        if self.process.stdin is None:
            raise EngineError("The engine was not started.")
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()
        answer = self._answer()
        if answer.get("error"):
            raise EngineError(f"{line}: {answer['error']}")

    def _answer(self) -> dict[str, str | None]:
        line = self.process.stdout.readline() if self.process.stdout else b""
        if not line:
            raise EngineError(self._last_words())
        answer: dict[str, str | None] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        self.process.wait()
        self.complaints.seek(0)
        said = self.complaints.read().decode(errors="replace").strip()
        return f"The local engine ended with {self.process.returncode}: {said or 'no message'}"

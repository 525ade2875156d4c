"""What people see while the demo runs: phases and progress, on standard error."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)


class Screen:
    """Phases as lines; bars where there is a terminal."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def phase(self, text: str) -> None:
        """Say what happens now."""
        self._console.print(f"{text} ...", highlight=False, markup=False)

    def say(self, text: str) -> None:
        """Say what was found."""
        self._console.print(f"  {text}", highlight=False, markup=False)

    def bar(self, name: str, done: int, total: int) -> None:
        """Show how much of something is done."""
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total)
        self._progress.update(self._tasks[name], completed=done, total=total)

    def clear(self) -> None:
        """Take the bars of a phase away."""
        for task in self._tasks.values():
            self._progress.remove_task(task)
        self._tasks.clear()

"""The main menu: one line for each section of the console, in the order of a day's work."""

from dataclasses import dataclass

from workers.store.operators import Role


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the menu; every page beneath ``path`` belongs to it."""

    path: str
    label: str
    role: Role = Role.VIEWER

    def holds(self, path: str) -> bool:
        """Return whether the page at *path* belongs to this section."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


SECTIONS = (
    Section("/", "Overview"),
    Section("/documents", "Documents"),
    Section("/imports", "Imports"),
    Section("/parked", "Parked"),
    Section("/connections", "Connections"),
    Section("/schedules", "Schedules"),
    Section("/reconciliation", "Reconciliation"),
    Section("/audit", "Audit", Role.BOOKKEEPER),
    Section("/reasons", "Reasons"),
)

"""A service clock that all processes of a demo share: how far it was moved stands in a file."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from onestep.services.app import Clock


@dataclass
class MovedClock(Clock):
    """Reads anew when the file was replaced, so that a move counts everywhere at once.

    Kept over a restart: time that has passed for the made-up clients does not come back. Only
    one process moves it. See docs/decisions/0060.
    """

    file: Path = field(kw_only=True)
    _seen: tuple[int, int] = field(default=(0, 0), init=False, repr=False)

    def __call__(self) -> datetime:
        """The moment it is for the service."""
        self._look()
        return super().__call__()

    def move(self, by: timedelta) -> None:
        """Moves service time, for every process."""
        self._look()
        new = self.file.with_suffix(".new")
        new.write_text(f"{(self.moved + by).total_seconds()}\n", "ascii")
        new.replace(self.file)
        self._look()

    def _look(self) -> None:
        try:
            found = self.file.stat()
        except FileNotFoundError:
            return
        # A new file each time: two moves within one tick of the file system's clock both count.
        stamp = (found.st_ino, found.st_mtime_ns)
        if stamp != self._seen:
            self.moved = timedelta(seconds=float(self.file.read_text("ascii")))
            self._seen = stamp

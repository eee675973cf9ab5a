"""Where messages wait, each a sealed file, while the database cannot take them (R1)."""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from onestep.storage.base import new_id
from onestep.storage.errors import SpoolClosed, Unreadable
from onestep.storage.seal import Keyring, Place

log = logging.getLogger(__name__)

SEALED = ".sealed"  # a message that waits
PART = ".part"  # one that was being written when the machine died; its provider sends it again
ASIDE = ".unreadable"  # one that does not open: kept for a person with the right key


@dataclass(frozen=True)
class Parked:
    """One message that waits, with what has been noted of it; `id` sorts as the messages came."""

    name: str
    id: str
    body: dict[str, Any]


class Spool:
    """A folder of sealed files, one for a message; safe with many processes and after a kill."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        """Makes the folder when it is missing. Raises SpoolClosed when it cannot be written."""
        self.folder, self._keyring = folder, keyring
        self._notes: dict[str, dict[str, Any]] = {}
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = f".{new_id()}"
            self._write(probe, b"")
            (folder / probe).unlink()
        except OSError:
            raise SpoolClosed(SpoolClosed.__doc__) from None

    def holds_any(self) -> bool:
        """Whether a message waits: asked with each that comes in, so it only looks at names."""
        with suppress(FileNotFoundError), os.scandir(self.folder) as names:
            return any(entry.name.endswith(SEALED) for entry in names)
        return False

    def park(self, body: dict[str, Any], *, channel: str, provider_id: str) -> None:
        """Keeps one message, once; when this returns, it outlives the machine's death.

        Raises OSError when it cannot be kept.
        """
        # The name tells whether the message is here already, and nothing else to nobody else.
        name = self._keyring.address_hash(f"spool|{channel}", provider_id) + SEALED
        with suppress(FileExistsError):
            self._keep(Parked(name, new_id(), body), new=True)

    def note(self, parked: Parked, **notes: Any) -> Parked:
        """Keeps what has been done about a message that waits.

        On a disk that has filled up since, this process remembers it: what was sent once would
        otherwise be sent each second.
        """
        self._notes[parked.id] = {**self._notes.get(parked.id, {}), **notes}
        noted = replace(parked, body={**parked.body, **notes})
        try:
            self._keep(noted)
        except OSError:
            log.error("what was done about a message in the spool is not on disk")  # noqa: TRY400
        return noted

    def waiting(self) -> list[Parked]:
        """The messages that wait, in the order they came. What does not open is set aside."""
        opened = (self._opened(path) for path in self.folder.glob(f"*{SEALED}"))
        return sorted((parked for parked in opened if parked), key=lambda parked: parked.id)

    def _opened(self, path: Path) -> Parked | None:
        try:
            kept = json.loads(self._keyring.open(_place(path.name), path.read_bytes()))
            id = str(kept["id"])
        except FileNotFoundError:
            return None  # taken in by another process since
        except (Unreadable, ValueError, KeyError, TypeError):
            log.error("a message in the spool does not open: it is set aside")  # noqa: TRY400
            path.rename(path.with_suffix(ASIDE))
            return None
        return Parked(path.name, id, {**kept["body"], **self._notes.get(id, {})})

    def remove(self, parked: Parked) -> None:
        """Forgets a message that the database has."""
        self._notes.pop(parked.id, None)
        with suppress(FileNotFoundError):
            (self.folder / parked.name).unlink()
            self._sync_folder()

    def set_aside(self) -> int:
        """How many messages did not open and wait for a person."""
        return sum(1 for _ in self.folder.glob(f"*{ASIDE}"))

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether this process alone empties the spool just now; the others leave it be."""
        lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(lock)

    def _keep(self, parked: Parked, *, new: bool = False) -> None:
        # Escaped, so that half a letter survives too.
        words = json.dumps({"id": parked.id, "body": parked.body})
        sealed = self._keyring.seal(_place(parked.name), words)
        self._write(parked.name, sealed, new=new)

    def _write(self, name: str, content: bytes, *, new: bool = False) -> None:
        """Written whole and on the disk, or not there at all; `new` refuses what is there."""
        part = self.folder / (new_id() + PART)
        try:
            file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            if new:
                os.link(part, self.folder / name)
            else:
                part.rename(self.folder / name)
        finally:
            part.unlink(missing_ok=True)
        self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _place(name: str) -> Place:
    return Place("spool", "message", name)

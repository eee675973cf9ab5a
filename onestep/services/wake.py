"""Bells between the processes of one machine: a datagram says which bell was rung (R7).

Whoever listens has a socket of its own in the folder; whoever rings looks which there are. A
datagram that is lost costs a second at most, because every loop looks by itself each second.
"""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from onestep.services.app import Bells
from onestep.services.errors import FolderTooDeep

ENDING = ".bell"
LONGEST = 100  # bytes of a socket's path: the system's own limit is 104 to 108
NAMES = 64  # bytes; the longest name of a bell is far below


@dataclass(frozen=True)
class Wakes:
    """The folder of the sockets."""

    folder: Path

    def ring(self, bell: str) -> None:
        """Tells every other process that listens; safe from any thread, never waits."""
        mine = f"{os.getpid()}{ENDING}"
        with suppress(FileNotFoundError), os.scandir(self.folder) as there:
            for entry in there:
                if entry.name.endswith(ENDING) and entry.name != mine:
                    self._tell(entry.path, bell)

    @staticmethod
    def _tell(path: str, bell: str) -> None:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
                out.setblocking(False)
                out.sendto(bell.encode(), path)
        except ConnectionRefusedError:
            with suppress(OSError):
                Path(path).unlink()  # its process died without tidying up
        except OSError:
            pass  # its queue is full: it is awake; or it has just gone

    @contextmanager
    def heard(self, bells: Bells) -> Iterator[None]:
        """Rings our own bells for what others tell us; within the loop that rests on them.

        Raises FolderTooDeep.
        """
        path = self.folder / f"{os.getpid()}{ENDING}"
        own = socket_in(path, socket.SOCK_DGRAM)
        loop = asyncio.get_running_loop()
        loop.add_reader(own, _hear, own, bells)
        try:
            yield
        finally:
            loop.remove_reader(own)
            own.close()
            path.unlink(missing_ok=True)


def socket_in(path: Path, kind: socket.SocketKind) -> socket.socket:
    """A socket bound to `path`, for this account alone. Raises FolderTooDeep."""
    if len(os.fsencode(path)) > LONGEST:
        raise FolderTooDeep(FolderTooDeep.__doc__)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # nobody else gets as far
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, kind)
    bound.setblocking(False)
    bound.bind(str(path))
    path.chmod(0o600)
    return bound


def _hear(own: socket.socket, bells: Bells) -> None:
    with suppress(BlockingIOError):
        while True:
            bells.ring_here(own.recv(NAMES).decode("ascii", "replace"))

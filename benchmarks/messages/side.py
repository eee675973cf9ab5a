"""What a service is to the comparison: something to start, to kill and to start again."""

import os
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from benchmarks.errors import WouldNotStart
from benchmarks.servers import ENVIRONMENT
from onestep.settings import ROOT
from tests.channels.bot_api.running import Network

END_WITHIN = 15.0  # seconds between TERM and KILL, when it is all over
SECRET = "for-the-comparison-only-0123"  # noqa: S105  # nobody else's door


class Processes:
    """One process with all that it starts."""

    def __init__(
        self, command: Sequence[object], *, log: Path, where: Path = ROOT, **more: str
    ) -> None:
        """`more` are variables of its environment."""
        self._command = [str(word) for word in command]
        self._log, self._where, self._more = log, where, more
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, and waits for nothing."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._where,
                env={**os.environ, **ENVIRONMENT, **self._more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL to it and to all that it started, at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def end(self) -> None:
        """Ends it in peace, as far as it lets us."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()

    def require_running(self) -> None:
        """Raises WouldNotStart when it has ended by itself."""
        if self._process is None or self._process.poll() is not None:
            last = self._log.read_text("utf-8", "replace").splitlines()[-15:]
            raise WouldNotStart("It ended by itself:\n" + "\n".join(last))


class Side(ABC):
    """One service, made for one round in a folder of its own, beside one Bot API server."""

    name: str

    def __init__(self, folder: Path, network: Network) -> None:
        self.folder, self.network = folder, network

    @abstractmethod
    def processes(self) -> Processes:
        """What is killed. Called once; everything that is needed before is made here."""

    def at_rest(self) -> bool:
        """Whether it says itself that nothing is left to do; the others are taken to."""
        return True

    def shown(self) -> set[int]:
        """The numbers of the messages that it shows to a person as not surely answered."""
        return set()

    def close(self) -> None:
        """Ends what was started besides."""
        return

"""A service as it stands on a machine: its folder, its clients, and the processes that run it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from channels.telegram.channel import PATH
from onestep.services.app import App, Clock
from onestep.services.outbox_by_hand import for_a_person
from onestep.storage import clients, sealed
from onestep.storage.clients import NewTerms
from onestep.storage.database import Database
from onestep.storage.invites import agree_safe_contact
from onestep.storage.models import Inbox, Message, Outbox
from onestep.storage.seal import write_keyring
from onestep.storage.spool import Spool
from onestep.worker import POLL_SECONDS
from tests.channels.bot_api.running import Network, wait_until
from tests.channels.peers.process import free_port, listens
from tests.conftest import ROOT, Made
from tests.services.world import A_WEDNESDAY

SECRET = "right-secret_of-the-webhook"
LONG = bool(os.environ.get("ONESTEP_TEST_LONG"))  # where a parameter depends on it
WITHIN = 120  # seconds, for whatever a busy machine may take


class Lives:
    """The warm process (lives.py)."""

    def __init__(self) -> None:
        clean = {name: value for name, value in os.environ.items() if "ONESTEP" not in name}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.lives"],
            cwd=ROOT,
            env={**clean, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, **order: Any) -> int:
        """A new part; its process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Ends it, and with it every part that still runs."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()


@dataclass(frozen=True)
class Life:
    """One part from its start to its end."""

    pid: int
    log: Path
    port: int

    def kill(self) -> None:
        """Kills it (SIGKILL); returns when it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{self.pid}").exists(), WITHIN)

    def freeze(self) -> None:
        """SIGSTOP; returns when it stands still."""
        os.kill(self.pid, signal.SIGSTOP)
        wait_until(lambda: self._state() == "T", WITHIN)

    def go_on(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def _state(self) -> str:
        return Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


class Place:
    """One service on one database, reached through one Telegram, by either way."""

    def __init__(
        self, folder: Path, made: Made, network: Network, lives: Lives, *, url: str
    ) -> None:
        """`url`: a database with every table and no row."""
        self.folder, self.network, self.lives, self.made = folder, network, lives, made
        folder.mkdir(parents=True)
        write_keyring(folder / "keys.json", made.keys)
        # Half past ten on a Wednesday, whenever this runs: nobody is written to at night.
        self.moved = A_WEDNESDAY - datetime.now(UTC)
        self.db, self.running = Database(url, made.keys), []
        self._logs, self._coach = count(1), ""
        self.poll = POLL_SECONDS  # of the parts that are started from now on
        self.settings = {
            "data": str(folder),
            "database": url,
            "telegram_token": network.token,
            "telegram_api": network.url,
            "lull_telegram": 0,
            "lease": 2.0,
            "send_timeout": 0.9,
        }

    def close(self) -> None:
        """Ends what runs and lets the database go."""
        self.network.do("reset")  # no webhook of ours is posted to any more
        for life in self.running:
            life.kill()
        self.db.close()

    # its processes

    def start(self, part: str, *, mode: str = "webhook", port: int | None = None) -> Life:
        """Begins one part. It is there at once; that it works already is not said."""
        port = port or free_port()
        more = {
            "telegram_mode": mode,
            "telegram_webhook_secret": SECRET,
            "public_url": f"http://127.0.0.1:{port}",
            "port": port,
            "metrics_port": free_port(),
        }
        log = self.folder / f"{part}-{next(self._logs)}.log"
        moved = self.moved.total_seconds()
        order = {"part": part, "log": str(log), "moved": moved, "poll": self.poll}
        life = Life(self.lives.begin(**order, settings={**self.settings, **more}), log, port)
        self.running.append(life)
        return life

    def web(self, port: int | None = None) -> Life:
        """A web part that listens."""
        life = self.start("web", port=port)
        wait_until(lambda: listens(life.port), WITHIN)
        return life

    def posted_to(self, life: Life) -> None:
        """Telegram posts to this web part from now on."""
        address = f"{self.network.url}/bot{self.network.token}/setWebhook"
        url = f"http://127.0.0.1:{life.port}{PATH}"
        httpx.post(address, json={"url": url, "secret_token": SECRET}).raise_for_status()

    def logged(self) -> str:
        """What every part has written."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    # what a person or a console does

    def app(self) -> App:
        """The service as the console uses it: nothing is sent and nobody is asked from here."""
        return App(
            db=self.db,
            bot=None,
            content=lambda _: self.made.content,
            channels={},
            lull=None,
            spool=Spool(self.folder / "spool", self.made.keys),
            clock=Clock(moved=self.moved),
        )

    def add(self, chats: Iterable[int], **more: Any) -> dict[int, str]:
        """A client for each chat, joined a month ago."""
        joined = A_WEDNESDAY - timedelta(days=30)
        with self.db.write() as session:
            self._coach = self._coach or clients.add_coach(session, name="Ana", now=joined).id
            return {chat: self._client(session, chat, joined, more) for chat in chats}

    def _client(self, session: Any, chat: int, joined: datetime, more: Any) -> str:
        terms = NewTerms(**{"discreet": False, "rhythm": "only_when_asked", **more})
        client = clients.add_client(
            session,
            called="Sam",
            coach_id=self._coach,
            terms=terms,
            now=joined,
            enrolment="enrolled",
        )
        agree_safe_contact(session, client_id=client.id, theirs_alone=True, now=joined)
        clients.add_address(
            session, client_id=client.id, channel="telegram", value=str(chat), now=joined
        )
        return client.id

    # what can be known of it

    def count(self, model: Any, *where: Any) -> int:
        """How many rows there are."""
        with self.db.read() as session:
            return session.scalar(select(func.count()).select_from(model).where(*where)) or 0

    def idle(self) -> bool:
        """Whether nothing waits, is worked on or is being sent."""
        return not self.count(Inbox, Inbox.state != "done") and not self.count(
            Outbox, Outbox.state.in_(("ready", "sending"))
        )

    def until_idle(self, seconds: float = WITHIN) -> None:
        """Waits until all is done."""
        wait_until(self.idle, seconds)

    def kept(self, client_id: str) -> list[str]:
        """The client's texts, opened, in the order they came."""
        with self.db.read() as session:
            found = session.scalars(
                select(Message)
                .where(Message.client_id == client_id, Message.direction == "in")
                .order_by(Message.id)
            )
            return [sealed.message_text(session, message) for message in found]

    def shown(self) -> list[str]:
        """The words of every message that a person is shown as failed or uncertain."""
        return [each.words or "" for each in for_a_person(self.db, words=True)]

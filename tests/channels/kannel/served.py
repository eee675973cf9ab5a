"""A service of real processes on a real gateway: `onestep serve`, and the phones around it."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from onestep import wiring
from onestep.services.app import App
from onestep.services.by_hand import make_check_in_due
from onestep.settings import Settings
from onestep.storage import clients
from onestep.storage.base import new_id
from onestep.storage.models import CheckIn, Client, Command, Inbox, Message, Outbox
from tests.channels.bot_api.running import wait_until
from tests.channels.peers.kannel import NUMBER, PASSWORD, USERNAME, Air, gateway
from tests.channels.peers.process import free_port
from tests.recipes.recipes import ROOT

WITHIN = 120  # seconds, for a start with the real bot or an answer of it, on a busy machine
SECRET = "a-made-up-path-7Q_x3"
NOT_YET = ("ready", "sending", "sent")


@dataclass
class Served:
    """The service as its operator and its clients meet it."""

    env: dict[str, str]
    folder: Path
    air: Air
    app: App
    process: subprocess.Popen

    def typed(self, *words: str) -> str:
        """What `onestep` says to these words."""
        return onestep(self.env, self.folder, *words)

    def say(self, phone: str, words: str) -> list[str]:
        """The phone texts; what it got by the time that all is answered and has arrived."""
        before, heard = len(self.air.texts(phone)), self._heard()
        self.air.send(phone, words)
        self.wait(lambda: self._heard() > heard and self.quiet())
        return self.air.texts(phone)[before:]

    def due(self, client_id: str, phone: str) -> list[str]:
        """A check-in falls due; what the phone got by it."""
        before = len(self.air.texts(phone))
        make_check_in_due(self.app, client_id)
        self.wait(self.quiet)
        return self.air.texts(phone)[before:]

    def checked_in_before(self, client_id: str, *, times: int) -> None:
        """There were check-ins in earlier weeks: a rating is not asked for in the first ones."""
        for weeks in range(1, times + 1):
            at = self.app.clock() - timedelta(weeks=weeks)
            row = CheckIn(
                id=new_id(), client_id=client_id, planned_on=at.date(), due_at=at, opened_at=at,
                state="answered",
            )  # fmt: skip
            with self.app.db.write() as session:
                session.add(row)

    def wait(self, true) -> None:
        """Until it is so, or the service has ended."""
        wait_until(lambda: true() or self.process.poll() is not None, WITHIN)
        assert self.process.poll() is None, self.log()

    def quiet(self) -> bool:
        """Whether everything is answered, what was sent is reported, and all of it has come."""
        with self.app.db.read() as session:
            waiting = session.scalar(select(func.count()).where(Inbox.state != "done"))
            going = session.scalar(select(func.count()).where(Outbox.state.in_(NOT_YET)))
            went = session.scalar(select(func.count()).where(Outbox.state == "delivered"))
        return not (waiting or going) and len(self.air.all()) == went

    def client(self) -> str:
        """The id of the one client there is."""
        with self.app.db.read() as session:
            return session.scalars(select(Client.id)).one()

    def contact(self, client_id: str) -> tuple[str, str]:
        """Enrolment and contact state, as kept now."""
        with self.app.db.read() as session:
            client = clients.client(session, client_id)
            return client.enrolment, client.contact

    def commands(self) -> list[str]:
        """The names of the commands that were applied, in order."""
        with self.app.db.read() as session:
            applied = select(Command.name).where(Command.refused.is_(None))
            return list(session.scalars(applied.order_by(Command.id)))

    def log(self) -> str:
        """What the service has written."""
        return (self.folder / "log.txt").read_text()

    def _heard(self) -> int:
        with self.app.db.read() as session:
            came = select(func.count()).select_from(Message).where(Message.direction == "in")
            return session.scalar(came) or 0


def onestep(env: dict[str, str], folder: Path, *words: str) -> str:
    """Types `onestep` with these words."""
    said = subprocess.run(
        [ROOT / ".venv/bin/onestep", *words],
        check=False, cwd=folder, env=env, capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    return said.stdout


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """The whole service, from its first start to its end, with nothing said yet."""
    port, metrics = free_port(), free_port()
    webhook = f"http://127.0.0.1:{port}/webhooks/kannel/{SECRET}"
    with gateway(folder, webhook) as peer:
        given = {
            "data": str(folder / "var"),
            "port": str(port),
            "metrics_port": str(metrics),
            "lull_sms": "0",
            "kannel_send_url": peer.send_url,
            "kannel_username": USERNAME,
            "kannel_password": PASSWORD,
            "kannel_from_number": f"+{NUMBER}",
            "kannel_secret": SECRET,
        }
        env = {f"ONESTEP_{name.upper()}": value for name, value in given.items()}
        env["PATH"] = os.environ["PATH"]
        onestep(env, folder, "migrate")
        air = Air(peer)
        air.up()
        with (folder / "log.txt").open("wb") as log:
            process = subprocess.Popen(
                [ROOT / ".venv/bin/onestep", "serve"], cwd=folder, env=env, stdout=log, stderr=log
            )
        app = wiring.build_part(Settings(**given), bot=None)
        whole = Served(env, folder, air, app, process)
        try:
            whole.wait(lambda: "is at http" in whole.log())
            yield whole
        finally:
            process.send_signal(signal.SIGTERM)
            ended = process.wait(WITHIN)
            air.down()
            app.db.close()
        assert ended == 0, whole.log()


def noon_zone(now: datetime | None = None) -> str:
    """A time zone where it is about noon: nobody is written to at night."""
    behind = (now or datetime.now(UTC)).hour - 12
    return f"Etc/GMT{behind:+d}"

"""Onestep, by polling and by webhook, for the comparison."""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.errors import WouldNotStart
from benchmarks.messages.judge import named
from benchmarks.messages.side import SECRET, Processes, Side
from benchmarks.servers import free_port
from benchmarks.webhook import make
from onestep.content import load
from onestep.settings import Settings
from onestep.storage import sealed
from onestep.storage.database import Database
from onestep.storage.models import Inbox, Message, Outbox
from onestep.storage.seal import read_keyring
from onestep.wiring_channels import set_up_telegram
from tests.channels.bot_api.running import Network

LEASE, SEND_TIMEOUT = 10, 4  # shorter than the defaults: how long what was held waits, no more
OPEN_IN, OPEN_OUT = ("waiting", "working"), ("ready", "sending")
UNSURE = ("uncertain", "failed")


class Ours(Side):
    """The whole service; without a lull, so that a message that comes alone is a turn alone."""

    mode = "webhook"
    name = "Onestep, webhook"

    def __init__(self, folder: Path, network: Network) -> None:
        super().__init__(folder, network)
        self.given = self._settings()
        self.settings = Settings.model_validate(self.given)
        make(self.settings)
        self.db = Database(self.settings.database_url, read_keyring(self.settings.keys))

    def processes(self) -> Processes:
        """Web, worker and bot, once Telegram knows where we are."""
        content = load(self.settings.content)
        menu = content.menu.of(content.service.name)
        found = asyncio.run(  # as `onestep telegram` does, without a word
            set_up_telegram(
                self.settings,
                menu.commands,
                description=menu.description,
                short_description=menu.short_description,
            )
        )
        if not all(each.fine for each in found):
            raise WouldNotStart("; ".join(each.says for each in found if not each.fine))
        file = self.folder / "settings.json"
        file.write_text(json.dumps(self.given), "utf-8")
        now = datetime.now(UTC)
        moved = now.replace(hour=10, minute=30) + timedelta(days=1) - now
        module = "benchmarks.messages.ours_process"
        command = [sys.executable, "-m", module, file, moved.total_seconds()]
        return Processes(command, log=self.folder / "log")

    def _settings(self) -> dict[str, str | float | None]:
        port = free_port()
        given: dict[str, str | float | None] = {
            "data": str(self.folder / "service"),
            "database": None,
            "key_file": None,
            "spool": None,
            "port": port,
            "metrics_port": free_port(),
            "lull_telegram": 0,
            "lease": LEASE,
            "send_timeout": SEND_TIMEOUT,
            "telegram_token": self.network.token,
            "telegram_api": self.network.url,
            "telegram_mode": self.mode,
        }
        if self.mode == "webhook":
            given["public_url"] = f"http://127.0.0.1:{port}"
            given["telegram_webhook_secret"] = SECRET
        return given

    def at_rest(self) -> bool:
        """Whether its queues are empty."""
        with self.db.read() as session:
            waiting = session.scalar(select(func.count()).where(Inbox.state.in_(OPEN_IN)))
            going = session.scalar(select(func.count()).where(Outbox.state.in_(OPEN_OUT)))
        return not waiting and not going

    def shown(self) -> set[int]:
        """What stands before a coach as not surely sent (`onestep outbox`)."""
        with self.db.read() as session:
            unsure = select(Message.id).join(Outbox, Outbox.message_id == Message.id)
            unsure = unsure.where(Outbox.state.in_(UNSURE))
            messages = session.scalars(select(Message).where(Message.id.in_(unsure)))
            texts = [sealed.message_text(session, message) for message in messages]
        return {number for text in texts for number in named(text)}

    def close(self) -> None:
        """Lets go of the database."""
        self.db.close()


class OursPolling(Ours):
    """The same, asking."""

    mode = "polling"
    name = "Onestep, polling"

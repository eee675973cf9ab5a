"""Receipt to the commit of the reply in the outbox (d): the service itself, idle but for us."""

import asyncio
import contextlib
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session
from ulid import ULID

from benchmarks.conversation import Falls, Move, Picks, next_move
from benchmarks.errors import WrongAnswer
from channels.base import Inbound
from onestep import wiring
from onestep.dialogue import Asker
from onestep.services import by_hand
from onestep.services.app import Clock
from onestep.services.receive import receive
from onestep.settings import Settings
from onestep.storage import clients, talk
from onestep.storage.clients import NewTerms
from onestep.storage.invites import agree_safe_contact
from onestep.storage.models import Outbox
from onestep.storage.outbox import OPEN
from onestep.worker import work

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)  # a Wednesday morning: no quiet hours near
BETWEEN_CHECK_INS = timedelta(days=1)
LATEST = 60.0  # seconds a turn may take before the run is given up


class Commits:
    """Tells who waits for a client's turn at which moment it was committed."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[tuple[float, str]]] = {}
        self._loop = asyncio.get_running_loop()
        self._thread = threading.local()  # a transaction lives in one
        event.listen(Engine, "before_cursor_execute", self._executes)
        event.listen(Session, "after_commit", self._committed)

    def close(self) -> None:
        """Listen no more."""
        event.remove(Engine, "before_cursor_execute", self._executes)
        event.remove(Session, "after_commit", self._committed)

    def of(self, client_id: str) -> asyncio.Future[tuple[float, str]]:
        """Return what will hold the moment of the client's next turn, and who answered it."""
        return self._waiting.setdefault(client_id, self._loop.create_future())

    def _executes(self, *seen: Any) -> None:
        statement, context = seen[2], seen[4]
        if statement.startswith("INSERT INTO turn "):
            self._thread.turns = context.compiled_parameters

    def _committed(self, _: Session) -> None:
        now = time.perf_counter()
        turns, self._thread.turns = getattr(self._thread, "turns", []), []
        for client_id, by in ((turn["client_id"], turn["by"]) for turn in turns):
            self._loop.call_soon_threadsafe(self._tell, client_id, now, by)

    def _tell(self, client_id: str, at: float, by: str) -> None:
        waits = self._waiting.pop(client_id, None)
        if waits is not None and not waits.done():
            waits.set_result((at, by))


class Pipeline:
    """(d): receive, the worker's own loops and the database, asking the bot of (c)."""

    key = "d"
    what = "receipt to the reply's commit in the outbox, idle queue, lull 0"

    def __init__(self, folder: Path, bot: Asker) -> None:
        self._settings = (
            Settings.made_up(  # nothing of this machine's own: not its database, not its token
                data=folder / "service", database=None, key_file=None
            )
        )
        self._bot, self.empty = bot, 0
        self._work: asyncio.Task[None] | None = None
        self._coach = ""
        # Not while several talk: a day that passes for one makes the others' replies stale.
        self.days_pass = True

    async def start(self) -> float:
        """Make the database and start the worker."""
        began = time.perf_counter()
        await asyncio.to_thread(wiring.prepare, self._settings)
        clock = Clock(fixed=NOW)
        self.app = wiring.build(self._settings, self._bot, lull=wiring.no_lull, clock=clock)
        await asyncio.to_thread(wiring.settle)  # as each process of the service does
        with self.app.db.write() as session:
            self._coach = clients.add_coach(session, name="Ana", now=NOW, role="lead").id
        self.commits = Commits()
        self._work = asyncio.create_task(work(self.app))
        return time.perf_counter() - began

    async def stop(self) -> None:
        """Stop the worker and close the database."""
        if self._work is None:
            return
        self._work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._work
        self.commits.close()
        self.app.db.close()

    async def talk(self, name: str) -> "PipelineTalk":
        """Add a client, whose check-ins come only when this asks for them."""
        terms = NewTerms(rhythm="only_when_asked", discreet=False)
        with self.app.db.write() as session:
            client = clients.add_client(
                session,
                called="Sam",
                coach_id=self._coach,
                terms=terms,
                now=NOW - timedelta(days=30),
                enrolment="enrolled",
            )
            agree_safe_contact(
                session, client_id=client.id, theirs_alone=True, now=NOW - timedelta(days=30)
            )
            clients.add_address(
                session, client_id=client.id, channel="telegram", value=name, now=NOW
            )
            return PipelineTalk(self, client.id, name)

    async def idle(self) -> None:
        """Return once nothing waits to go out, so that the next message finds an idle queue."""
        while await asyncio.to_thread(self._going_out):  # noqa: ASYNC110  the worker is as it is
            await asyncio.sleep(0.005)

    def _going_out(self) -> bool:
        with self.app.db.read() as session:
            open_rows = select(func.count()).where(Outbox.state.in_(OPEN))
            return bool(session.scalar(open_rows))

    async def resident_mb(self) -> int | None:
        """The service runs inside the benchmark here; its memory tells nothing."""
        return None


class PipelineTalk:
    """One client of the service."""

    def __init__(self, side: Pipeline, client_id: str, phone: str) -> None:
        self._side, self._client_id, self._phone = side, client_id, phone
        self._number = 0

    async def turn(self) -> float:
        """Send one message; the time is from its receipt to the commit of the answer."""
        app = self._side.app
        self._number += 1
        asks, keys, prompt = await asyncio.to_thread(self._open)
        move = next_move(self._number, asks, keys)
        if isinstance(move, Falls) and self._side.days_pass:
            app.clock.move(BETWEEN_CHECK_INS)
        committed = self._side.commits.of(self._client_id)
        began = time.perf_counter()
        await asyncio.to_thread(self._send, move, prompt)
        async with asyncio.timeout(LATEST):
            at, by = await committed
        if by != "bot":
            raise WrongAnswer(f"(d) was answered by {by}: {move}")
        return (at - began) * 1000

    def _send(self, move: Move, prompt: str | None) -> None:
        app = self._side.app
        if isinstance(move, Falls):
            by_hand.make_check_in_due(app, self._client_id)
        elif isinstance(move, Picks):
            pressed = Inbound(
                "telegram", str(ULID()), self._phone, kind="choice", prompt=prompt, key=move.key
            )
            receive(app, pressed)
        else:
            receive(app, Inbound("telegram", str(ULID()), self._phone, move.text))

    def _open(self) -> tuple[str | None, list[str], str | None]:
        with self._side.app.db.read() as session:
            prompt = talk.open_prompt(session, self._client_id)
            if prompt is None:
                return None, [], None
            return prompt.asks, [choice["key"] for choice in prompt.choices], prompt.id

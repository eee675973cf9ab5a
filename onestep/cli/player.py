"""Plays a script: what clients, others and the coach write, and what falls due."""

import asyncio
from datetime import timedelta

from ulid import ULID

from channels.base import Choice, Inbound
from onestep.cli.errors import ScriptFault
from onestep.cli.events import Watcher
from onestep.cli.script import (
    Chooses,
    CoachSays,
    Happens,
    Says,
    Step,
    Waits,
    Writes,
    read_step,
    step_of_typed,
)
from onestep.services import by_hand, hand_off
from onestep.services.app import App
from onestep.services.due import next_due
from onestep.services.errors import ServiceError
from onestep.services.receive import receive
from onestep.worker import until_idle

ACTS = {
    "check_in_due": by_hand.make_check_in_due,
    "alert_taken": by_hand.take_alert,
    "hand_off_open": hand_off.open_by_coach,
    "hand_off_closed": hand_off.close,
    "check_ins_go_on": hand_off.let_check_ins_go_on,
}


class Player:
    """One conversation being played."""

    def __init__(self, app: App, watcher: Watcher) -> None:
        self.app = app
        self.watcher = watcher
        self.failed = 0

    async def line(self, line: str, where: str) -> None:
        """Plays one line of JSON. Raises ScriptFault, naming `where`."""
        try:
            await self._play(read_step(line))
        except (ScriptFault, ServiceError) as fault:
            raise ScriptFault(f"{where}: {fault}") from None

    async def typed(self, text: str) -> None:
        """Plays what a person typed: words of the client, or a line that starts with a colon.

        Raises ScriptFault or ServiceError, with what can be typed instead.
        """
        await self._play(step_of_typed(text))

    async def _play(self, step: Step) -> None:
        match step:
            case Says(texts):
                for text in texts:
                    await self._receive(self.watcher.phone, text)
            case Writes(phone, text):
                self.watcher.also_watch(phone)
                await self._receive(phone, text)
            case Chooses(picked, stale):
                await asyncio.to_thread(receive, self.app, self._pressed(picked, stale=stale))
            case Happens(event):
                await self._event(event)
            case Waits(length):
                await self._wait(length)
            case CoachSays(text):
                client_id = self.watcher.client_id
                await asyncio.to_thread(hand_off.say_as_coach, self.app, client_id, text)
        await until_idle(self.app)

    async def _receive(self, phone: str, text: str) -> None:
        inbound = Inbound(self.watcher.channel, str(ULID()), phone, text)
        await asyncio.to_thread(receive, self.app, inbound)

    def _pressed(self, picked: int | str, *, stale: bool) -> Inbound:
        prompt, choices = self._offered(stale=stale)
        return Inbound(
            self.watcher.channel,
            str(ULID()),
            self.watcher.phone,
            kind="choice",
            prompt=prompt,
            key=_pick(picked, choices),
        )

    def _offered(self, *, stale: bool) -> tuple[str, tuple[Choice, ...]]:
        """The buttons of the open question, or those last seen of a question that is over."""
        opened = self.watcher.open_prompt()
        for prompt, choices in reversed(self.watcher.prompts):
            if choices and (prompt != opened if stale else prompt == opened):
                return prompt, choices
        if stale:
            raise ScriptFault("no earlier question had anything to choose from")
        if opened is None:
            raise ScriptFault("there is nothing to choose from here: no question is open")
        raise ScriptFault("there is nothing to choose from here: the open question takes words")

    async def _event(self, event: str) -> None:
        client_id = self.watcher.client_id
        if event in ACTS:
            await asyncio.to_thread(ACTS[event], self.app, client_id)
        elif event in by_hand.EVENTS:
            await asyncio.to_thread(by_hand.raise_event, self.app, client_id, event)
        else:
            known = ", ".join(sorted([*ACTS, *by_hand.EVENTS]))
            raise ScriptFault(f"there is no event {event!r}: use one of {known}")

    async def _wait(self, length: timedelta) -> None:
        until = self.app.clock() + length
        await until_idle(self.app)
        while (due := await asyncio.to_thread(next_due, self.app)) is not None and due <= until:
            self.app.clock.move(max(due - self.app.clock(), timedelta(0)))
            before = self.app.clock()
            await until_idle(self.app)
            if await asyncio.to_thread(next_due, self.app) == due and self.app.clock() == before:
                self.app.clock.move(timedelta(seconds=1))  # held back by something: time goes on
        self.app.clock.move(until - self.app.clock())
        await until_idle(self.app)


def _pick(picked: int | str, choices: tuple[Choice, ...]) -> str:
    if isinstance(picked, int):
        if not 1 <= picked <= len(choices):
            raise ScriptFault(f"there is no choice {picked} here, only 1 to {len(choices)}")
        return choices[picked - 1].key
    for choice in choices:
        if picked in (choice.key, choice.label):
            return choice.key
    offered = ", ".join(choice.key for choice in choices)
    raise ScriptFault(f"there is no choice {picked!r} here, only {offered}")

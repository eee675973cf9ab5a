"""Plays a script: what clients, others and the coach write, and what falls due."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from ulid import ULID

from channels.base import Choice, Inbound
from onestep.cli.events import Watcher
from onestep.services import by_hand, hand_off
from onestep.services.app import App
from onestep.services.due import next_due
from onestep.services.errors import ServiceError
from onestep.services.receive import receive
from onestep.worker import until_idle

_DURATION = TypeAdapter(timedelta)


class ScriptFault(Exception):
    """A script asks for what is not there; the message says where and what."""


class UnknownLine(ScriptFault):
    """A line is none of those a script may have."""


class Player:
    """One conversation being played."""

    def __init__(self, app: App, watcher: Watcher) -> None:
        self.app = app
        self.watcher = watcher
        self.failed = 0

    async def line(self, line: str, where: str) -> None:
        """Plays one line of JSON. Raises ScriptFault, naming `where`."""
        try:
            step = json.loads(line)
            await self._step(step)
        except json.JSONDecodeError:
            raise ScriptFault(f"{where}: this is not a line of JSON") from None
        except (ScriptFault, ServiceError) as fault:
            raise ScriptFault(f"{where}: {fault}") from None

    async def typed(self, text: str) -> None:
        """Plays what a person typed: words of the client, or a line that starts with a colon."""
        word, _, rest = text.partition(" ")
        steps: dict[str, dict[str, Any]] = {
            ":due": {"event": "check_in_due"},
            ":wait": {"wait": rest},
            ":coach": {"coach": rest},
            ":open": {"event": "hand_off_open"},
            ":close": {"event": "hand_off_closed"},
        }
        await self._step(steps.get(word, {"client": text}))

    async def _step(self, step: dict[str, Any]) -> None:
        match step:
            case {"client": str() | list() as said}:
                await self._client([said] if isinstance(said, str) else said)
            case {"from": str() as phone, "text": str() as text}:
                self.watcher.also_watch(phone)
                await self._receive(Inbound(self.watcher.channel, str(ULID()), phone, text))
            case {"choose": int() | str() as picked}:
                await self._choose(picked, stale=bool(step.get("stale")))
            case {"event": str() as event}:
                await self._event(event)
            case {"wait": str() as duration}:
                await self._wait(duration)
            case {"coach": str() as text}:
                await asyncio.to_thread(
                    hand_off.say_as_coach, self.app, self.watcher.client_id, text
                )
            case _:
                raise UnknownLine(
                    "a line has one of: client, from and text, choose, event, wait, coach"
                )
        await until_idle(self.app)

    async def _client(self, texts: list[str]) -> None:
        for text in texts:
            await self._receive(
                Inbound(self.watcher.channel, str(ULID()), self.watcher.phone, text)
            )

    async def _receive(self, inbound: Inbound) -> None:
        await asyncio.to_thread(receive, self.app, inbound)

    async def _choose(self, picked: int | str, *, stale: bool) -> None:
        with_choices = [prompt for prompt in self.watcher.prompts if prompt[1]]
        offered = with_choices[:-1] if stale else with_choices[-1:]
        if not offered:
            raise ScriptFault("there is nothing to choose from here")
        prompt, choices = offered[-1]
        key = _pick(picked, choices)
        await self._receive(
            Inbound(
                self.watcher.channel,
                str(ULID()),
                self.watcher.phone,
                kind="choice",
                prompt=prompt,
                key=key,
            )
        )

    async def _event(self, event: str) -> None:
        acts = {
            "check_in_due": by_hand.make_check_in_due,
            "hand_off_open": hand_off.open_by_coach,
            "hand_off_closed": hand_off.close,
        }
        if event in acts:
            await asyncio.to_thread(acts[event], self.app, self.watcher.client_id)
        elif event in by_hand.EVENTS:
            await asyncio.to_thread(by_hand.raise_event, self.app, self.watcher.client_id, event)
        else:
            raise ScriptFault(f"there is no event {event!r}")

    async def _wait(self, duration: str) -> None:
        try:
            until = self.app.clock() + _DURATION.validate_python(duration)
        except ValidationError:
            raise ScriptFault(
                f"{duration!r} is not a length of time: write it like PT2H or P3D"
            ) from None
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
            raise ScriptFault(f"there is no choice {picked} here, only {len(choices)}")
        return choices[picked - 1].key
    for choice in choices:
        if picked in (choice.key, choice.label):
            return choice.key
    raise ScriptFault(f"there is no choice {picked!r} here")

"""`onestep chat`: a conversation in the terminal, through the whole pipeline."""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from onestep import wiring
from onestep.cli.events import Watcher
from onestep.cli.player import Player, ScriptFault, UnknownLine
from onestep.cli.say import console, errors
from onestep.cli.serve import bot
from onestep.cli.show import show
from onestep.cli.start import Start, place_client
from onestep.dialogue import Asker
from onestep.domain.lull import Lull
from onestep.services.app import Clock
from onestep.settings import Settings
from onestep.worker import until_idle

# A Wednesday in the middle of the morning: no quiet hours, no clock change near.
NOW = datetime.fromisoformat("2026-03-04T10:30:00+00:00")
LONGEST = timedelta(seconds=60)


async def run_chat(start: Start, *, scripts: list[Path], as_json: bool) -> int:
    """Plays the scripts, or talks with the person at the keyboard. Returns the exit code."""
    out = _json_line if as_json else show
    settings = Settings(demo=True, language=start.language)
    async with bot(settings) as asker:
        if not scripts:
            async with conversation(start, settings, asker) as player:
                return await _talk(player, out, as_json=as_json)
        failed = 0
        for path in scripts:
            async with conversation(start, settings, asker) as player:
                failed += await _play(player, path, out)
        return 1 if failed else 0


@contextlib.asynccontextmanager
async def conversation(start: Start, settings: Settings, asker: Asker) -> AsyncIterator[Player]:
    """One made-up client on a database that is thrown away afterwards."""
    pause = Lull(timedelta(seconds=start.lull), LONGEST)
    with tempfile.TemporaryDirectory(prefix="onestep-chat-") as folder:
        own = settings.model_copy(
            update={"data": Path(folder), "database": None, "key_file": None}
        )
        wiring.prepare(own)
        app = wiring.build(own, asker, lull=lambda _: pause, clock=Clock(fixed=NOW))
        client_id = await asyncio.to_thread(place_client, app, start)
        await until_idle(app)
        watcher = Watcher(app, wiring.ledger(own.data), client_id)
        try:
            yield Player(app, watcher)
        finally:
            app.db.close()


async def _play(player: Player, path: Path, out: Callable[[dict[str, Any]], None]) -> int:
    try:
        lines = (await asyncio.to_thread(path.read_text, encoding="utf-8")).splitlines()
        await _tell(player, out)
        for number, line in enumerate(lines, start=1):
            if line.strip():
                await player.line(line, f"{path}:{number}")
                await _tell(player, out)
    except (ScriptFault, OSError) as fault:
        errors.print(str(fault), markup=False)
        player.failed += 1
    out({"contact": player.watcher.contact()})
    turns, failed = player.watcher.turns()
    out({"end": {"script": str(path), "turns": turns, "failed": failed + player.failed}})
    return failed + player.failed


async def _tell(player: Player, out: Callable[[dict[str, Any]], None]) -> None:
    for event in await asyncio.to_thread(player.watcher.news):
        out(event)


async def _talk(player: Player, out: Callable[[dict[str, Any]], None], *, as_json: bool) -> int:
    if not as_json:
        console.print(
            "You are [bold]Sam[/]. Write as Sam; :due makes a check-in due, :wait PT2H moves the "
            "clock,\n:coach TEXT answers as Ana, :open hands over to her, :close hands back. "
            "Ctrl-D ends.\n"
        )
    await _tell(player, out)
    while True:
        try:
            text = await asyncio.to_thread(console.input, "" if as_json else "[bold]› [/]")
        except (EOFError, KeyboardInterrupt):
            break
        try:
            await player.typed(text)
        except (ScriptFault, UnknownLine) as fault:
            errors.print(str(fault), markup=False)
        await _tell(player, out)
    out({"contact": player.watcher.contact()})
    return 1 if player.watcher.turns()[1] else 0


def _json_line(event: dict[str, Any]) -> None:
    print(json.dumps(event, ensure_ascii=False), flush=True)  # noqa: T201  # the output itself

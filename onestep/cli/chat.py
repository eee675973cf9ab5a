"""`onestep chat`: a conversation in the terminal, through the whole pipeline."""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from onestep import wiring
from onestep.cli import say
from onestep.cli.bot import bot
from onestep.cli.errors import ScriptFault
from onestep.cli.events import Watcher
from onestep.cli.keyboard import typed
from onestep.cli.player import Player
from onestep.cli.script import read_script
from onestep.cli.show import GREETING, show
from onestep.cli.start import Start, place_client
from onestep.cli.upkeep import check_content
from onestep.content import ContentInForce
from onestep.dialogue import Asker
from onestep.domain.lull import Lull
from onestep.services.app import Clock
from onestep.services.errors import ServiceError
from onestep.settings import Settings
from onestep.worker import until_idle

# A Wednesday in the middle of the morning: no quiet hours, no clock change near.
NOW = datetime.fromisoformat("2026-03-04T10:30:00+00:00")
LONGEST = timedelta(seconds=60)
# JSON lets these stand in a text, and many a reader of lines would break the line there.
ENDS_OF_LINES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "\x85\u2028\u2029"}

Out = Callable[[dict[str, Any]], None]


async def run_chat(start: Start, *, scripts: list[Path], as_json: bool) -> int:
    """Plays the scripts, or talks with the person at the keyboard. Returns the exit code."""
    out = json_lines(sys.stdout) if as_json else show
    # Nothing leaves this machine from here, so a real token in the settings is left alone.
    settings = Settings.made_up(language=start.language)
    check_content(settings)
    content = ContentInForce(settings.content, settings.language)
    if not (scripts or as_json):
        say.console.print("Starting the bot takes a few seconds …", style="dim")
    async with bot(settings) as asker:
        if not scripts:
            async with conversation(start, settings, asker, content) as player:
                return await _talk(player, out, as_json=as_json)
        failed = 0
        for path in scripts:
            async with conversation(start, settings, asker, content) as player:
                failed += await _play(player, path, out)
        return 1 if failed else 0


@contextlib.asynccontextmanager
async def conversation(
    start: Start, settings: Settings, asker: Asker, content: ContentInForce
) -> AsyncIterator[Player]:
    """One made-up client on a database that is thrown away afterwards."""
    pause = Lull(timedelta(seconds=start.lull), LONGEST)
    with tempfile.TemporaryDirectory(prefix="onestep-chat-") as folder:
        own = settings.model_copy(
            update={"data": Path(folder), "database": None, "key_file": None, "spool": None}
        )
        wiring.prepare(own)
        app = wiring.build(
            own, asker, lull=lambda _: pause, clock=Clock(fixed=NOW), content=content
        )
        client_id = await asyncio.to_thread(place_client, app, start)
        await until_idle(app)
        watcher = Watcher(app, wiring.ledger(own.data), client_id)
        try:
            yield Player(app, watcher)
        finally:
            app.db.close()


async def _play(player: Player, path: Path, out: Out) -> int:
    """Plays one script to its end or its first fault; returns how much of it failed."""
    faults = 0
    try:
        lines = await asyncio.to_thread(read_script, path)
        await _tell(player, out)
        for number, line in enumerate(lines, start=1):
            if line.strip():
                await player.line(line, f"{path}:{number}")
                await _tell(player, out)
    except ScriptFault as fault:
        faults = 1
        await _tell(player, out)
        say.error(fault)
    out({"contact": player.watcher.contact()})
    turns, failed = player.watcher.turns()
    out({"end": {"script": str(path), "turns": turns, "failed": failed + faults}})
    return failed + faults


async def _tell(player: Player, out: Out) -> None:
    for event in await asyncio.to_thread(player.watcher.news):
        out(event)


async def _talk(player: Player, out: Out, *, as_json: bool) -> int:
    if not as_json:
        say.console.print(GREETING, soft_wrap=False)  # it is prose
    await _tell(player, out)
    async for text in typed("" if as_json else "[bold]Sam ›[/] "):
        try:
            moved = await _told_time(player, text)
            await _tell(player, out)
            if moved and not as_json:
                say.console.print(moved)
        except (ScriptFault, ServiceError) as fault:
            say.error(fault)
    out({"contact": player.watcher.contact()})
    return 1 if player.watcher.turns()[1] else 0


async def _told_time(player: Player, text: str) -> str:
    """Plays what was typed; returns what to say of the clock when it moved."""
    before = player.app.clock()
    await player.typed(text)
    now = player.app.clock()
    return "" if now == before else f"    [yellow]it is {now:%A %-d %B, %H:%M} now[/]"


def json_lines(out: TextIO) -> Out:
    """Writes each event as one line of JSON, whatever letters the terminal knows."""

    def line(event: dict[str, Any]) -> None:
        try:
            written = json.dumps(event, ensure_ascii=False).translate(ENDS_OF_LINES)
            written.encode(out.encoding)
        except UnicodeEncodeError:  # half a letter, or a terminal with few: as escapes then
            written = json.dumps(event)
        print(written, file=out, flush=True)

    return line

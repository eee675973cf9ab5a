"""Plays the transcripts of docs/conversations.md again and writes the page.

    python -m tools.transcripts          writes docs/conversations.md
    python -m tools.transcripts --show   prints it instead

The scripts are tests/conversations/transcript_*.jsonl. The clock stands where the scripts put it
and the ids are drawn from the name of the script, so the same content and the same bot make the
same page.
"""

import argparse
import asyncio
import contextlib
import json
import random
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import ulid
from pydantic import TypeAdapter

from onestep.cli.bot import bot
from onestep.cli.chat import conversation
from onestep.cli.player import Player
from onestep.cli.start import Start
from onestep.content import ContentInForce
from onestep.dialogue import Asker
from onestep.services.app import App
from onestep.services.made_up_staff import ANA
from onestep.settings import ROOT, Settings
from onestep.storage import record

SCRIPTS = ROOT / "tests" / "conversations"
PAGE = ROOT / "docs" / "conversations.md"
BESIDE = ("about", "start", "rated", "hard", "expect", "wrong_now")
FIRST_ID = 1_772_600_000_000  # any moment will do, so long as it is always the same
HEAD = """# Eleven conversations

Remade by `make transcripts` from `tests/conversations/transcript_*.jsonl`, through the whole
service and the real bot. Sam and Ana are made up. Words in square brackets are choices; lines in
italics are what happens beside the talk. No clinician and no person with lived experience has
read these yet; both should before a pilot.
"""
DONE_BY_ANA = {
    "alert_taken": "presses that she has this",
    "hand_off_closed": "hands the conversation back",
    "check_ins_go_on": "lets check-ins go on",
}
_LENGTH = TypeAdapter(timedelta)


@contextlib.contextmanager
def steady_ids(seed: object) -> Iterator[None]:
    """Ids are counted up from the seed: which wording is said depends on them."""
    drawn = random.Random(f"ids {seed}")  # noqa: S311  # steadiness is wanted, not secrecy
    ticks = count(FIRST_ID)
    before = ulid.default_generator
    ulid.default_generator = ulid.ULIDGenerator(
        clock=lambda: next(ticks), randomness=lambda _: drawn.randbytes(10)
    )
    try:
        yield
    finally:
        ulid.default_generator = before


def rate_all(app: App, client_id: str) -> None:
    """Lets every area have been rated just now, so that no rating is due."""
    with app.db.write() as session:
        for area in app.content("en").areas:
            record.add_rating(
                session,
                client_id=client_id,
                area=area.key,
                stage="learning",
                at=app.clock(),
                zone="Europe/London",
                turn_id=None,
            )


def steps_of(script: Path) -> list[dict[str, Any]]:
    """The lines of a script; the first also says what it shows and where it starts."""
    return [json.loads(line) for line in script.read_text("utf-8").splitlines()]


def main() -> None:
    """Writes the page, or prints it."""
    reader = argparse.ArgumentParser(description="Remakes docs/conversations.md.")
    reader.add_argument("--show", action="store_true", help="print the page instead")
    page = asyncio.run(remake())
    if reader.parse_args().show:
        print(page)
    else:
        PAGE.write_text(page, "utf-8")


@dataclass(frozen=True)
class Played:
    """What every script is played with."""

    settings: Settings
    content: ContentInForce


async def remake() -> str:
    """The whole page."""
    parts = [HEAD]
    settings = Settings.made_up()
    played = Played(settings, ContentInForce(settings.content, settings.language))
    async with bot(settings) as asker:
        for number, script in enumerate(sorted(SCRIPTS.glob("transcript_*.jsonl")), start=1):
            parts.append("\n".join([line async for line in _told(number, script, played, asker)]))
    return "\n".join(parts)


async def _told(number: int, script: Path, played: Played, asker: Asker) -> AsyncIterator[str]:
    steps = steps_of(script)
    first = steps[0]
    title = re.sub(r"^transcript_\d+_", "", script.stem).replace("_", " ")
    yield f"## {number}. {title.capitalize()}\n\n{first['about']}\n"
    start = Start(**first.get("start", {}))
    with steady_ids(script.stem):
        async with conversation(start, played.settings, asker, played.content) as player:
            if first.get("rated"):
                await asyncio.to_thread(rate_all, player.app, player.watcher.client_id)
            for line in _answers(player):
                yield line
            for step in steps:
                for line in await _played(player, step, f"{script.name}"):
                    yield line


async def _played(player: Player, step: Mapping[str, Any], where: str) -> list[str]:
    said = _said(player, step)
    playable = {key: step[key] for key in step if key not in BESIDE}
    await player.line(json.dumps(playable), where)
    return [*said, *_answers(player, by=next(iter(step)))]


def _said(player: Player, step: Mapping[str, Any]) -> list[str]:
    """What the client did, or what came between."""
    match step:
        case {"client": str() as text}:
            return [_line("Sam", text)]
        case {"client": list() as texts}:
            return [_line("Sam", text) for text in texts]
        case {"choose": picked}:
            return [_line("Sam", f"[{_label(player, picked)}]")]
        case {"wait": str() as length}:
            days = _LENGTH.validate_python(length).days
            gone = "A day goes by." if days == 1 else f"{days} days go by."
            return [f"*{gone}*\n"] if days else []
        case {"event": str() as event} if event in DONE_BY_ANA:
            return [f"*Ana {DONE_BY_ANA[event]}.*\n"]
        case _:
            return []


def _label(player: Player, picked: str | int) -> str:
    """What stands on the choice; where it is not there, the player will say so."""
    offered = [choices for _, choices in player.watcher.prompts if choices][-1:]
    labels = {one.key: one.label for choices in offered for one in choices}
    return labels.get(str(picked), str(picked))


def _answers(player: Player, *, by: str = "") -> Iterator[str]:
    passed = by == "choose"  # a button holds no words to be shown
    for event in player.watcher.news():
        if event.get("to") == "client":
            yield _line("Ana" if by == "coach" else "Onestep", event["text"])
            if event["choices"] and player.watcher.channel != "sms":
                yield " ".join(f"[{choice['label']}]" for choice in event["choices"]) + "\n"
        elif event.get("to") == "coach" and not passed and event.get("about") != "worry":
            passed = True
            yield "*Ana is shown these words.*\n"
        elif "alert" in event and event["alert"]["level"] == "now":
            yield "*Ana is alerted at once. On her phone:*\n"
            yield f"> {_notice(player)}\n"
        elif "contact" in event:
            yield f"*Contact is now {event['contact']}.*\n"


def _notice(player: Player) -> str:
    """What an alert looks like on Ana's own phone, where the demo lets words go."""
    lies = player.watcher.ledger.shown("telegram", ANA.phone)
    text = next(line.text for line in reversed(lies) if line.text.startswith("Onestep:"))
    return text.replace("\n", "  \n> ")


def _line(who: str, text: str) -> str:
    shown = text.replace("\n", "  \n")
    return f"**{who}:** {shown}\n"


if __name__ == "__main__":
    main()

"""One sealed turn at the caller, over the socket (c), with a stand-in for the application."""

import json
import time
from pathlib import Path

from benchmarks.conversation import Falls, Move, Picks, next_move
from benchmarks.errors import WrongAnswer
from benchmarks.places import PYTHON, copy_of_bot
from onestep import dialogue
from onestep.bot_process import BotPlace, BotProcess
from onestep.domain.budget import ASKS, ConversationKind, Length

STAGES = ["stuck", "accepting_help", "learning", "self_reliance"]
RATING_EVERY = 8  # check-ins; in service it is every twelve weeks
# As big as the application makes it for somebody who has been here for a while.
KNOWN: dict[str, dialogue.Json] = {
    "now": "2026-11-21T18:02:00+00:00",
    "zone": "Europe/London",
    "language": "en",
    "channel": "telegram",
    "length": "ordinary",
    "discreet": False,
    "called": "Sam",
    "coach": "Ana",
    "due": [],
    "quiet_days": 2,
    "screen": {"level": "none", "spans": []},
    "best_hopes": "getting up in the morning and having something to get up for",
    "last_noticing": "made a proper tea three nights running",
    "last_small_step": "might notice im humming again when i wash up",
    "people": ["Rhys"],
    "entries": [{"ref": f"e{number}", "date": "2026-11-14"} for number in range(10)],
    "next_session": None,
    "unanswered": 0,
    "last_hard": False,
}


class Sealed:
    """(c): one bot process, as the service starts it."""

    key = "c"
    what = "one sealed turn at the caller, over the socket"

    def __init__(self, folder: Path) -> None:
        bot, run = copy_of_bot(folder / "sealed"), folder / "run"
        model = bot / "models" / "onestep.tar.gz"
        self.process = BotProcess(BotPlace(bot, PYTHON, model, run / "bot.sock"))
        self.dialogue = dialogue.Dialogue(run / "bot.sock")
        self.empty = 0
        self.largest_state = 0  # bytes of JSON

    async def start(self) -> float:
        """Start the bot; the time is until it answers."""
        began = time.perf_counter()
        await self.process.start(timeout=120)
        return time.perf_counter() - began

    async def stop(self) -> None:
        """End the bot."""
        await self.dialogue.close()
        await self.process.stop()

    async def talk(self, name: str) -> "SealedTalk":
        """Begin a conversation."""
        return SealedTalk(self, name)

    async def resident_mb(self) -> int | None:
        """Return what the bot says of its memory."""
        return (await self.dialogue.health()).rss_mb


class SealedTalk:
    """One client of the bot: state, open question and budget are held here."""

    def __init__(self, side: Sealed, name: str, *, number: int = 0) -> None:
        self.side, self._name, self.number = side, name, number
        self._check_ins = 0
        self._state: dialogue.JsonObject | None = None
        self._open: dialogue.Reply | None = None
        self._kind, self._asked = ConversationKind.UNPROMPTED, 0

    async def turn(self, move: Move | None = None) -> float:
        """Ask one turn; the time is until the answer was read and checked."""
        self.number += 1
        asks = self._prompt.asks if self._prompt else None
        keys = [offer.key for offer in self._open.choices] if self._open else []
        turn = self._turn(move or next_move(self.number, asks, keys))
        began = time.perf_counter()
        try:
            answer = await self.side.dialogue.turn(turn)
        except dialogue.DialogueError as error:
            raise WrongAnswer(f"(c) failed: {error}") from error
        took = (time.perf_counter() - began) * 1000
        self._keep(answer)
        return took

    def _turn(self, move: Move) -> dialogue.Turn:
        turn_id = f"{self._name}-{self.number}"
        if isinstance(move, Falls):
            self._kind, self._asked = ConversationKind.CHECK_IN, 0
            self._check_ins += 1
        elif self._open is None and self._kind is ConversationKind.UNPROMPTED:
            self._asked = 0
        return dialogue.Turn(turn_id, self._input(move), self._state, self._context())

    @property
    def _prompt(self) -> dialogue.Prompt | None:
        return self._open.prompt if self._open else None

    def _input(self, move: Move) -> dialogue.TurnInput:
        if isinstance(move, Falls):
            return dialogue.Happened(dialogue.Event(move.event))
        if isinstance(move, Picks):
            return dialogue.Choice(self._prompt.id if self._prompt else "none", move.key)
        return dialogue.Texts((dialogue.Text(f"m{self.number}", move.text),))

    def _context(self) -> dialogue.JsonObject:
        prompt = self._prompt
        rates = self._kind is ConversationKind.CHECK_IN and self._check_ins % RATING_EVERY == 0
        return {
            **KNOWN,
            "kind": self._kind.value,
            "asks_left": max(0, ASKS[self._kind, Length.ORDINARY] - self._asked),
            "open_prompt": {"id": prompt.id, "asks": prompt.asks} if prompt else None,
            "areas_due": [{"key": "respect", "stages": list(STAGES)}] if rates else [],
            "due": ["rating"] if rates else [],
        }

    def _keep(self, answer: dialogue.Answer) -> None:
        self._state = answer.state
        size = len(json.dumps(answer.state, separators=(",", ":")).encode())
        self.side.largest_state = max(self.side.largest_state, size)
        self._open = next((reply for reply in reversed(answer.replies) if reply.prompt), None)
        self._asked += sum(reply.asks for reply in answer.replies)
        if any(command["command"] == "end_check_in" for command in answer.commands):
            self._kind = ConversationKind.UNPROMPTED

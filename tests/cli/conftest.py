"""Runs `onestep …` as it was typed, with one bot for the whole session."""

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import onestep.cli.chat
from onestep.bot_process import BotPlace, BotProcess
from onestep.cli import main
from onestep.dialogue import Dialogue

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    """What one command brought: exit code, what it wrote, what it complained of."""

    code: int
    out: str
    err: str

    @property
    def lines(self):
        """What it wrote, as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, kind):
        """The values of every line of one kind: command, contact, alert or end."""
        return [line[kind] for line in self.lines if kind in line]

    def to(self, whom):
        """Every line to the client or to the coach."""
        return [line for line in self.lines if line.get("to") == whom]

    def texts(self, whom="client"):
        """The texts to the client or to the coach."""
        return [line["text"] for line in self.to(whom)]

    def commands(self):
        """The names of the commands that were applied, in order."""
        return [command["command"] for command in self.of("command")]


@pytest.fixture
def onestep_run(monkeypatch, capsys, tmp_path):
    """Types `onestep` with these words; nothing of this machine's settings is seen."""
    monkeypatch.chdir(tmp_path)  # no .env of anybody's
    for name in [name for name in os.environ if name.startswith("ONESTEP_")]:
        monkeypatch.delenv(name)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["onestep", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def bot_socket(tmp_path_factory):
    """The socket of one real sealed bot."""
    with asyncio.Runner() as runner:
        process = BotProcess(BotPlace.usual(ROOT, tmp_path_factory.mktemp("bot")))
        runner.run(process.start(timeout=120))
        yield process.place.socket
        runner.run(process.stop())


@pytest.fixture
def chat(onestep_run, bot_socket, monkeypatch, tmp_path):
    """Plays scripts (lists of steps, or of raw lines) with `onestep chat --json`."""

    @contextlib.asynccontextmanager
    async def the_bot(_settings):
        async with Dialogue(bot_socket, timeout=30) as asker:  # a busy machine is no fault
            yield asker

    monkeypatch.setattr(onestep.cli.chat, "bot", the_bot)

    def play(*scripts, args=()):
        words = ["chat", "--json", *args]
        for number, steps in enumerate(scripts, start=1):
            file = tmp_path / f"script{number}.jsonl"
            lines = [step if isinstance(step, str) else json.dumps(step) for step in steps]
            file.write_text("\n".join(lines) + "\n", "utf-8")
            words += ["--script", file]
        return onestep_run(*words)

    return play

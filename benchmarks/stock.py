"""Stock Rasa over its REST channel: as `rasa init` leaves it (a), and with our content (b)."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import yaml

from benchmarks.conversation import Falls, Move, Picks, next_move
from benchmarks.errors import WrongAnswer
from benchmarks.lines import PICKS
from benchmarks.places import PYTHON, copy_of_bot, init_lines, init_project
from benchmarks.servers import Server, free_port

TIMEOUT = 120.0  # seconds; a long conversation makes a stock turn slow
Replies = list[dict[str, object]]

# Utterance -> the question it puts, where the name alone does not tell.
PUTS = {
    "hopes_loss": "hopes_person",
    "first_cost_begin": "consent",
    "consent_again": "consent",
    "offer_coach": "hard_coach",
    "worry_offer": "worry_when",
    "correction_ask": "correction",
    "times_ask": "times",
    "delete_sure": "delete_sure",
    "start_again": "start_again",
    "relapse_or_resume": "relapse_or_resume",
    "ask_who_person": "who",
    "ask_coping_opener": "coping",
}


class StockTalk:
    """One sender of the REST channel; `write` gives its next line from the last replies."""

    def __init__(self, side: "Stock", sender: str, write: Callable[[int, Replies], str]) -> None:
        self._side, self._sender, self._write = side, sender, write
        self._number, self._last = 0, Replies()

    async def turn(self) -> float:
        """Post one message; the time is until the replies are read."""
        self._number += 1
        body = {"sender": self._sender, "message": self._write(self._number, self._last)}
        began = time.perf_counter()
        response = await self._side.client.post(self._side.address, json=body)
        took = (time.perf_counter() - began) * 1000
        if response.status_code != httpx.codes.OK:
            raise WrongAnswer(f"({self._side.key}) answered {response.status_code}")
        self._last = response.json()
        self._side.empty += not self._last
        return took


class Stock:
    """One `rasa run`, with an action server beside it where there are actions."""

    def __init__(self, key: str, what: str) -> None:
        self.key, self.what, self.empty = key, what, 0
        self.client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
        self.address = ""
        self.servers: list[Server] = []

    def serve(self, where: Path, log: Path) -> None:
        """Add the `rasa run` of the project in `where`."""
        port = free_port()
        self.address = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
        command = [
            PYTHON,
            "-m",
            "rasa",
            "run",
            "--enable-api",
            "-i",
            "127.0.0.1",
            "-p",
            port,
        ]
        # /status answers 409 until the model is loaded.
        self.servers.append(
            Server(
                [str(word) for word in command],
                where=where,
                health=f"http://127.0.0.1:{port}/status",
                log=log,
            )
        )

    async def start(self) -> float:
        """Start the servers one after the other; the time is that of `rasa run`."""
        for server in self.servers:
            await server.start()
        return self.servers[-1].started_in

    async def stop(self) -> None:
        """End the servers."""
        await self.client.aclose()
        for server in reversed(self.servers):
            server.stop()

    async def resident_mb(self) -> int | None:
        """Return the memory of `rasa run`; an action server's comes on top."""
        return self.servers[-1].resident_mb()


class StockInit(Stock):
    """(a): nothing changed after `rasa init`; it keeps its conversations in memory."""

    def __init__(self, folder: Path) -> None:
        super().__init__("a", "stock Rasa 3.6.21 as `rasa init` leaves it, REST channel")
        project = init_project()
        self._lines = init_lines(project)
        self.serve(project, folder / "init.log")

    async def talk(self, name: str) -> StockTalk:
        """Begin a conversation in the words of the project's own training data."""
        return StockTalk(self, name, lambda number, _: self._lines[number % len(self._lines)])


class StockContent(Stock):
    """(b): this bot's model, domain and rules; actions over HTTP; the SQL tracker store."""

    def __init__(self, folder: Path) -> None:
        what = "stock Rasa with this bot's content, REST, HTTP action server, SQL tracker store"
        super().__init__("b", what)
        project, port = copy_of_bot(folder / "stock"), free_port()
        self._puts = _questions(project / "domain" / "responses.yml")
        self.servers.append(
            Server(
                [str(PYTHON), "-m", "rasa", "run", "actions", "-p", str(port)],
                where=project,
                health=f"http://127.0.0.1:{port}/health",
                log=folder / "actions.log",
            )
        )
        (project / "credentials.yml").write_text("rest:\n")
        (project / "endpoints.yml").write_text(_endpoints(port, folder / "tracker.db"))
        self.serve(project, folder / "stock.log")

    async def talk(self, name: str) -> StockTalk:
        """Begin the same conversation that (c) and (d) have."""
        return StockTalk(self, name, self._write)

    def _write(self, number: int, last: Replies) -> str:
        found = [asks for reply in last if (asks := self._puts.get(str(reply.get("text"))))]
        asks = found[-1] if found else None
        return typed(next_move(number, asks, PICKS.get(asks or "", ())))


def typed(move: Move) -> str:
    """Return a move as the REST channel takes it: Rasa obeys a typed `/intent{…}`."""
    if isinstance(move, Falls):
        return f"/event_{move.event}"
    if isinstance(move, Picks):
        return f"/choice{json.dumps({'key': move.key})}"
    return move.text


def _endpoints(port: int, database: Path) -> str:
    return yaml.safe_dump(
        {
            "action_endpoint": {"url": f"http://127.0.0.1:{port}/webhook"},
            "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(database)},
        }
    )


def _questions(responses: Path) -> dict[str, str]:
    """Return which question each plain line of the domain puts."""
    said = yaml.safe_load(responses.read_text("utf-8"))["responses"]
    asked = {key: _asks(key.removeprefix("utter_")) for key in said}
    return {said[key][0]["text"]: asks for key, asks in asked.items() if asks}


def _asks(utterance: str) -> str | None:
    if utterance in PUTS or not utterance.startswith("ask_"):
        return PUTS.get(utterance)
    return utterance.removeprefix("ask_").removesuffix("_again")

"""One round: phones write at a steady rate, the service is killed once and started again."""

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import WrongAnswer
from benchmarks.messages.judge import Counted, Written, answered, count, words
from benchmarks.messages.side import Processes, Side
from benchmarks.webhook import FIRST
from tests.channels.bot_api.running import Network, telegram_network

UP_WITHIN = 180.0  # seconds until the first message of all is answered
OVER_WITHIN = 300.0  # seconds from the last message until nothing happens any more
QUIET = 12.0  # seconds without an answer after which no more is expected
QUIET_WHEN_ALL = 3.0  # the same when all are answered: a second answer would come at once
LOOK_EVERY = 0.25
PATIENCE = 60.0  # seconds Telegram waits for a webhook to answer


@dataclass(frozen=True)
class Size:
    """How much is written, and how fast."""

    messages: int = 100
    chats: int = 20
    per_second: float = 20.0


def one_round(make: type[Side], seed: int, size: Size, *, kill: bool = True) -> Counted:
    """What became of the messages of one round; the same seed writes and kills at the same times.

    Raises BenchError when the service does not come up.
    """
    dice = random.Random(seed)  # noqa: S311  # a time to die, no secret
    with (
        tempfile.TemporaryDirectory(prefix="onestep-bench-") as name,
        telegram_network(patience=PATIENCE) as network,
    ):
        side = make(Path(name), network)
        processes = None
        try:
            processes = side.processes()
            processes.start()
            _until_answering(network, processes, FIRST + size.chats)
            before = len(network.ledger)
            written = _write(network, processes, size, dice, kill=kill)
            _until_over(network, side, processes, len(written))
            return count(written, network.ledger[before:], side.shown())
        finally:
            if processes is not None:
                processes.end()
            side.close()


def _until_answering(network: Network, processes: Processes, chat: int) -> None:
    """One message more, from a phone of its own: who answers it is up and warm."""
    network.phone(chat).type(words(0))
    end = time.monotonic() + UP_WITHIN
    while not network.ledger:
        processes.require_running()
        if time.monotonic() > end:
            raise WrongAnswer("The first message was not answered.")
        time.sleep(LOOK_EVERY)
    time.sleep(1)


def _write(
    network: Network, processes: Processes, size: Size, dice: random.Random, *, kill: bool
) -> list[Written]:
    """Writes everything, and kills in the middle of it."""
    chats = [FIRST + number % size.chats for number in range(size.messages)]
    dice.shuffle(chats)
    written = [Written(chat, number) for number, chat in enumerate(chats, 1)]
    lasts = size.messages / size.per_second
    dies = dice.uniform(0.2, 0.9) * lasts
    began, dead = time.monotonic(), not kill

    def wait(until: float) -> None:
        time.sleep(max(began + until - time.monotonic(), 0))

    for one in written:
        at = one.number / size.per_second
        if not dead and dies <= at:
            wait(dies)
            processes.kill()
            processes.start()
            dead = True
        wait(at)
        network.phone(one.chat).type(words(one.number))
    return written


def _until_over(network: Network, side: Side, processes: Processes, messages: int) -> None:
    """Until nothing more is to be expected: all answered, or nothing has happened for long."""
    end, changed, seen = time.monotonic() + OVER_WITHIN, time.monotonic(), (-1, -1)
    while time.monotonic() < end:
        processes.require_running()
        ledger, waiting = network.ledger, network.look()["waiting"]
        if seen != (now := (len(ledger), len(waiting))):
            seen, changed = now, time.monotonic()
        quiet = time.monotonic() - changed
        whole = len(set(answered(ledger)) - {0}) == messages
        if quiet > (QUIET_WHEN_ALL if whole else QUIET) and not _busy(side, network):
            return
        time.sleep(LOOK_EVERY)
    raise WrongAnswer("It was still at work long after the last message.")


def _busy(side: Side, network: Network) -> bool:
    """Whether something waits, on either side; an asker's last updates are confirmed later."""
    return not side.at_rest() or bool(network.look()["webhook"] and network.look()["waiting"])


Tell = Callable[[str], None]


def rounds(make: type[Side], count_of: int, size: Size, tell: Tell) -> Counted:
    """All rounds of one service, one after the other."""
    whole = Counted()
    for seed in range(1, count_of + 1):
        found = one_round(make, seed, size)
        tell(f"{make.name}, round {seed}: {found}")
        whole += found
    return whole

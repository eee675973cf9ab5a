"""What a client writes appears in no log, no error text, no traceback and no temporary file."""

import io
import logging
import tempfile
import traceback
from contextlib import redirect_stderr, redirect_stdout, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from channels.base import Pace
from channels.errors import Gone, NotSent, OurFault, Refused, Unknown
from onestep import dialogue
from onestep.services import hand_off
from onestep.services.record_page import record_page
from onestep.storage.errors import StorageError
from onestep.storage.models import Message
from onestep.storage.seal import new_keyring
from onestep.worker import loops
from tests.services.world import AWAY, answer_to

pytestmark = pytest.mark.slow

CANARY = "zqx7canary"
SAID = f"been better {CANARY}"


@pytest.fixture
def everything_written(tmp_path, monkeypatch):
    """Collects every log line of any level, with its traceback, and all that is printed."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s %(args)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with redirect_stdout(out), redirect_stderr(out):
        yield out
    root.removeHandler(handler)
    root.setLevel(before)
    assert CANARY not in out.getvalue()
    assert list((tmp_path / "temporary").iterdir()) == []


def whole(error):
    """All that a traceback of this error would print, its causes included."""
    return "".join(traceback.format_exception(error)) + repr(error) + str(error)


def test_ordinary_ways(everything_written, world):
    """Through a talk, a concern, a hand-off, a stranger and the record: not a word outside."""
    sam = world.add(called=f"Sam{CANARY}")
    for words in (SAID, f"I want to kill myself {CANARY}", "COACH", f"STOP {CANARY}", "STOP"):
        world.write(words)
    hand_off.say_as_coach(world.app, sam, f"hello {CANARY}")
    world.write(f"who {CANARY}", phone=f"9{CANARY}")
    record_page(world.app, sam)
    world.go()


@pytest.mark.parametrize(
    "fault",
    [
        AWAY,
        dialogue.BotFailed("internal", "reason"),
        dialogue.TurnRefused("bad_request", "reason"),
        ValueError(SAID),
        KeyError(SAID),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_failing_bot(world, everything_written, fault):
    """A bot that fails in any way, even with the words in its error, leaves none in a log."""
    world.add()
    world.bot.fault = fault
    world.write(SAID)
    for _ in range(6):
        world.wait(seconds=5)


@pytest.mark.parametrize(
    "answer",
    [
        lambda turn: answer_to(turn, say=[SAID]),
        lambda turn: answer_to(turn, say=["ask_how"], asks=SAID),
        lambda turn: answer_to(turn, commands=[{"command": SAID}]),
        lambda turn: answer_to(turn, commands=[{"command": "pause", SAID: SAID}]),
        lambda turn: answer_to(
            turn, commands=[{"command": "record_rating", "area": SAID, "stage": SAID, "words": []}]
        ),
        lambda turn: answer_to(turn, say=["ask_how"], asks="how", choices=[SAID]),
        lambda turn: SAID,
    ],
    ids=range(7),
)
def test_wrong_answers(world, everything_written, answer):
    """An answer of the bot that holds words where keys belong leaves none in a log."""
    world.add()
    world.bot.rule = answer
    world.write(SAID)
    for _ in range(6):
        world.wait(seconds=5)


class Failing:
    """A channel that fails in one way; the words are in the error."""

    name, pace = "telegram", Pace()

    def __init__(self, error) -> None:
        self.error = error

    async def send(self, message):
        """Fails."""
        raise self.error


@pytest.mark.parametrize(
    "error",
    [NotSent(), Unknown(SAID), Refused(SAID), Gone(SAID), OurFault(SAID), OSError(SAID)],
    ids=lambda error: type(error).__name__,
)
def test_failing_channel(world, everything_written, error):
    """A channel that fails, also in a way it should not, stops nobody and says nothing."""
    world.add()
    dee = world.add("Dee", "sms", "07700900001")
    world.app.channels["telegram"] = Failing(error)
    world.write(SAID)
    world.write("fine", channel="sms", phone="07700900001")
    world.wait(hours=1)
    assert world.keys(dee) == ["ask_how"]


def test_errors_of_the_database(world, everything_written):
    """A failing statement or a full disk names no parameter: neither text nor address."""
    world.add()
    with world.app.db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO elsewhere")
    world.write(SAID, phone="1001", go=False)  # it waits in the spool, and that is all we say
    (world.folder / "spool").rename(world.folder / "elsewhere")
    (world.folder / "spool").touch()
    with pytest.raises(OSError, match="spool") as refusal:
        world.write(SAID, phone="1001", go=False)
    assert CANARY not in whole(refusal.value)
    with pytest.raises(OperationalError) as failure, world.app.db.write() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": SAID})
    assert CANARY not in whole(failure.value)
    with world.app.db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbox")
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    world.app.db.close()


def test_wrong_keys(world, new_world, everything_written):
    """With the wrong keys nothing opens, and the refusal names no value."""
    sam = world.add()
    world.write(SAID)
    world.app.db.keyring = new_keyring()
    with pytest.raises(StorageError) as refusal:
        world.kept(sam)
    assert CANARY not in whole(refusal.value)


def test_a_row_that_cannot_be_opened_stops_nobody(world, everything_written):
    """A message damaged in the database fails alone; the next client is answered."""
    world.add()
    dee = world.add("Dee", phone="1002")
    world.write(SAID, go=False)
    with world.app.db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE message SET text = x'6b313a00'")
    world.write("fine", phone="1002", go=False)

    async def rounds():
        for _ in range(6):
            for loop in loops(world.app):
                with suppress(StorageError):
                    await loop.step()

    world.run(rounds())
    assert world.keys(dee) == ["ask_how"]


def test_reprs_hold_no_words(world, everything_written):
    """What a debugger or a log would print of our rows and turns holds no words."""
    world.add()
    world.write(SAID)
    shown = "".join(repr(row) for row in world.rows(Message))
    assert CANARY not in shown

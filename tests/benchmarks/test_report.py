"""The benchmark's arithmetic and its two outputs; nothing here looks at how fast anything is."""

import asyncio
import json
from datetime import date

import pytest

from benchmarks.conversation import Falls, Picks, Says, next_move
from benchmarks.figures import TARGETS, around, spread
from benchmarks.measure import Measured, Size, measure
from benchmarks.report import as_json, page
from benchmarks.sides import rate
from benchmarks.stock import typed

TINY = Size(messages=100, warm_up=1, long_run=20, rate_turns=8, rate_seconds=5)
ON = date(2026, 1, 2)


class Talk:
    """A conversation in which every turn takes as long as its side says."""

    def __init__(self, side):
        self.side = side

    async def turn(self):
        """One turn, at once."""
        self.side.asked += 1
        return self.side.takes


class Side:
    """A side that needs no server."""

    empty = 1

    def __init__(self, key, takes):
        self.key, self.what, self.takes, self.asked = key, f"side {key}", takes, 0
        self.stopped = False

    async def start(self):
        """Starts at once."""
        return 1.5

    async def stop(self):
        """Notes that it was stopped."""
        self.stopped = True

    async def talk(self, name):
        """A new conversation."""
        return Talk(self)

    async def resident_mb(self):
        """A made-up size."""
        return 123


@pytest.fixture(scope="module")
def sides():
    """Four sides, (a) thirty times as slow as (c)."""
    return [Side("a", 300.0), Side("b", 90.0), Side("c", 10.0), Side("d", 25.0)]


@pytest.fixture(scope="module")
def found(sides):
    """What a tiny run over them finds."""
    return asyncio.run(measure(sides, TINY, lambda line: None))


def test_a_window_holds_the_messages_around_a_number():
    """Message 10 is looked at with those before it and the 20 after; what was not sent is not."""
    times = [float(number) for number in range(1, 101)]
    assert around(times, 10).count == 30
    assert around(times, 10).median == 15.5
    assert around(times, 50, reach=2).median == 50
    assert around(times, 101) is None


def test_p95_is_the_nearest_rank():
    """Of a hundred times the 95th is the p95; of one, that one."""
    assert spread([float(number) for number in range(1, 101)]).p95 == 95
    assert spread([7.0]).p95 == 7


def test_every_target_is_in_the_table(found, sides):
    """Each target has its line, with what it is and whether it was met, missed or not measured."""
    text = page(found, sides, command="make bench", on=ON, about="made up")
    for target in TARGETS:
        assert target.what in text
    assert (
        "| stock as `rasa init` leaves it (a) against (c), message 100 | at least 20× | 30" in text
    )
    assert "| at least 10× | 9.0× | **missed** |" in text
    assert "not measured" in text


def test_each_message_number_has_its_line(found, sides):
    """A line for each number that was reached, a column for each side."""
    text = page(found, sides, command="make bench", on=ON, about="made up")
    assert "| message | (a) | (b) | (c) | (d) |" in text
    assert "| 10 | 300.0 / 300.0 | 90.0 / 90.0 | 10.0 / 10.0 | 25.0 / 25.0 |" in text
    assert "| 1,000 |" not in text


def test_the_line_of_json_holds_every_figure(found):
    """It can be written as one line, and says of each target its value, limit and verdict."""
    line = json.dumps(as_json(found, command="make bench", on=ON))
    told = json.loads(line)
    assert "\n" not in line
    assert told["targets"]["d_over_c"] == {"value": 2.5, "limit": 3, "met": True, "message": 100}
    assert set(told["targets"]) == {target.key for target in TARGETS}
    assert told["messages"]["a"]["100"] == {"median_ms": 300.0, "p95_ms": 300.0}
    assert told["turns_per_second"].keys() == {"a", "b", "c", "d"}


def test_a_side_that_used_up_its_time_leaves(sides):
    """The others go on; where it stopped is told, and its later numbers stay empty."""
    said = []
    size = Size(messages=100, warm_up=0, rate_turns=1, minutes=0.1)
    found = asyncio.run(measure(sides, size, said.append))
    assert len(found.times["a"]) == 20
    assert len(found.times["c"]) == size.last
    assert "(a) has used up its time at message 20" in said
    assert "not reached" in page(found, sides, command="x", on=ON, about="made up")
    assert Measured(size).points == (10, 100)


def test_clients_side_by_side_take_no_more_turns_than_asked():
    """Eight clients share the turns between them."""
    side = Side("c", 1.0)
    got = asyncio.run(rate([Talk(side) for _ in range(8)], turns=20, seconds=5))
    assert (got.turns, side.asked) == (20, 20)


def test_the_made_up_client_is_the_same_for_every_side():
    """The same number and question give the same move; a first move is a check-in."""
    assert next_move(1, None) == Falls()
    talk, again = ([next_move(number, "how") for number in range(30)] for _ in range(2))
    assert talk == again
    moves = [next_move(number, "hard_coach", ["coach", "not_now"]) for number in range(40)]
    assert {move.key for move in moves if isinstance(move, Picks)} == {"not_now"}
    assert any(isinstance(move, Says) for move in moves)  # detours


def test_moves_reach_stock_rasa_as_it_takes_them():
    """Events and buttons are typed intents there; words are words."""
    assert typed(Falls()) == "/event_check_in_due"
    assert typed(Picks("session")) == '/choice{"key": "session"}'
    assert typed(Says("been sleeping better")) == "been sleeping better"

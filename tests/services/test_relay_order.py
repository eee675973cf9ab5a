"""Whatever fails, whoever joins: what is said in a hand-off arrives once, and in order."""

import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from channels.base import Pace
from channels.errors import NotSent
from onestep.services import hand_off
from onestep.services.errors import NotInHandOff
from onestep.storage.models import HandOff, Relay
from tests.services.coaches import add_coach, bind, coach_writes, own_coach
from tests.services.world import World

CLIENTS, COACHES = ("1001", "1002"), ("9001", "9002")
LATER = 3600  # seconds; what could not go has been tried again by then
CLIENT, COACH = st.sampled_from(CLIENTS), st.sampled_from(COACHES)


class Weather:
    """A network that is away from some phones for a while, and then takes what waited."""

    name, pace = "telegram", Pace()

    def __init__(self, good) -> None:
        self.good, self.parts, self.away = good, good.parts, set()

    async def send(self, message):
        """Refuses for now where it is away."""
        if message.to in self.away:
            raise NotSent
        return await self.good.send(message)


class Talks(RuleBasedStateMachine):
    """Two clients and two coaches, words on, who write, join, hand back and lose the network."""

    made = None

    @initialize()
    def begin(self):
        """Both clients have asked for a person, and both coaches are bound."""
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(self.folder / "w", self.made, words_to_coaches=True)
        self.ids = {phone: self.world.add(f"C{phone}", phone=phone) for phone in CLIENTS}
        self.coaches = {"9001": own_coach(self.world), "9002": add_coach(self.world)}
        for phone, coach_id in self.coaches.items():
            bind(self.world, coach_id, phone)
        self.network = Weather(self.world.app.channels["telegram"])
        self.world.app.channels["telegram"] = self.network
        self.number, self.said, self.heard = 0, defaultdict(list), defaultdict(list)
        self.broken, self.left = set(), set()  # phones once away; talks once handed back
        for phone in CLIENTS:
            self.world.write("COACH", phone=phone)
            for coach_phone in COACHES:
                self.joins(phone, coach_phone)

    @rule(phone=CLIENT)
    def client_writes(self, phone):
        """A client writes one line."""
        if self.is_open(phone):
            self.said[phone].append(self.line())
            self.world.write(self.said[phone][-1], phone=phone, go=False)
            self.world.go()

    @rule(phone=CLIENT, coach=COACH)
    def coach_says(self, phone, coach):
        """A coach writes on the page."""
        text = self.line()
        try:
            hand_off.say_as_coach(self.world.app, self.ids[phone], text, by=self.coaches[coach])
        except NotInHandOff:
            return
        self.heard[phone].append(text)
        self.world.go()

    @rule(phone=CLIENT, coach=COACH)
    def coach_replies(self, phone, coach):
        """A coach replies on their phone to the newest line of this client's there."""
        lines = [each for each in self.world.phone(coach) if f"C{phone} (" in each.text]
        if not lines or not self.is_open(phone):
            return
        text = self.line()
        coach_writes(self.world, text, answers=lines[-1].text, phone=coach)
        self.heard[phone].append(text)

    @rule(phone=CLIENT, coach=COACH)
    def joins(self, phone, coach):
        """A coach takes the talk, or joins it."""
        hand_off.open_by_coach(self.world.app, self.ids[phone], by=self.coaches[coach])
        self.world.go()

    @rule(phone=CLIENT)
    def hands_back(self, phone):
        """The talk is over, until somebody takes it again."""
        if self.is_open(phone):
            hand_off.close(self.world.app, self.ids[phone])
            self.world.go()
            self.left.add(phone)

    @rule(phone=st.sampled_from(CLIENTS + COACHES), away=st.booleans())
    def weather(self, phone, away):
        """One phone is out of reach for a while."""
        (self.network.away.add if away else self.network.away.discard)(phone)
        if away:
            self.broken.add(phone)

    @rule(phone=CLIENT, coach=COACH)
    def one_is_late(self, phone, coach):
        """A line cannot go to a coach at first, and another is written behind it."""
        self.weather(coach, away=True)
        self.client_writes(phone)
        self.weather(coach, away=False)
        self.client_writes(phone)

    @rule()
    def time_passes(self):
        """Five minutes."""
        self.world.wait(minutes=5)

    def teardown(self):
        """All phones are back: every line is where it belongs, once and in order."""
        self.network.away.clear()
        self.world.wait(seconds=LATER)
        self.world.wait(seconds=LATER)
        for phone in CLIENTS:
            shown = [each.text for each in self.world.phone(phone)]
            mine = [text for text in shown if text.startswith("line ")]
            assert in_order(mine, self.heard[phone])
            assert phone in self.broken or mine == self.heard[phone]
            for coach in COACHES:
                texts = [each.text for each in self.world.phone(coach)]
                theirs = [t for t in texts if f"C{phone} (" in t and ": line " in t]
                carried = [t.rsplit(": ", 1)[1] for t in theirs if "wrote to them" not in t]
                carried = [text for text in carried if text in self.said[phone]]
                assert in_order(carried, self.said[phone])
                missed = phone in self.left or coach in self.broken
                assert missed or carried == self.said[phone]
        relays = [row.message_id for row in self.world.rows(Relay)]
        assert len(relays) == len(set(relays))
        assert all(row.passed_on for row in self.world.rows(Relay))
        self.world.close()
        shutil.rmtree(self.folder)

    def line(self):
        """Words that nobody wrote before."""
        self.number += 1
        return f"line {self.number}"

    def is_open(self, phone):
        """Whether somebody has this client's talk."""
        rows = self.world.rows(HandOff, client_id=self.ids[phone])
        return any(row.state == "open" for row in rows)


def in_order(found, said):
    """Whether `found` is `said`, with nothing twice, nothing else and nothing out of its order.

    A line that was given up after its tries is missing; whoever wrote it was told.
    """
    places = [said.index(text) for text in found]
    return places == sorted(set(places))


@pytest.mark.slow
def test_relays_keep_their_order(made, long):
    """Two clients, two coaches, a network that comes and goes: once, in order, to the right."""
    Talks.made = made
    run_state_machine_as_test(
        Talks,
        settings=settings(
            max_examples=150 if long else 4,
            stateful_step_count=30 if long else 15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not long,
            database=None,
        ),
    )

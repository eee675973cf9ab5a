"""While a person has the talk, nothing of the dialogue or the schedule is taken for sending."""

from collections import Counter
from random import Random

import pytest

from channels.base import Inbound
from onestep.services import by_hand, converse, deliver, hand_off
from onestep.services.errors import NotInHandOff
from onestep.services.receive import receive
from onestep.storage.errors import LeaseLost
from onestep.storage.models import HandOff

# What the bot says by itself or in answer, and what the schedule starts.
OF_THE_BOT = {"check_in", "pause_over", "reply"}
APART = {"concern_reply", "hand_off_notice"}  # allowed, and counted by themselves
WORDS = ("been better", "2", "yes", "not great", "LATER", "HELP", "been for a walk", "COACH")
DANGER = "I want to kill myself"
STEPS = 14
WITH_A_COACH = 0.25


class Interleaved:
    """One client at a time, and the halves of turns and sends in any order."""

    def __init__(self, world, seed) -> None:
        self.world, self.app, self.rnd = world, world.app, Random(seed)
        self.phone = f"s{seed}"
        self.client_id = world.add("Sam", phone=self.phone, rhythm="every_n_days", every_days=1)
        self.turns, self.sends, self.taken = [], [], Counter()
        self.number = 0

    def play(self) -> Counter:
        """What was taken for sending while a hand-off was open, by its kind."""
        acts = [self.write, self.begin_turn, self.end_turn, self.take, self.send, self.schedule]
        self.write()
        for _ in range(STEPS):
            self.rnd.choice([*acts, self.begin_turn, self.end_turn, self.take])()
            if self.rnd.random() < WITH_A_COACH:  # between any two of the others
                self.rnd.choice([self.open, self.open, self.coach, self.close])()
        for _ in range(6):  # whatever is left over is done, so that none escapes by not coming
            for act in (self.begin_turn, self.end_turn, self.take, self.send):
                act()
        return self.taken

    def write(self):
        """The client writes."""
        self.number += 1
        text = DANGER if self.rnd.random() < 0.05 else self.rnd.choice(WORDS)
        receive(self.app, Inbound("telegram", f"{self.phone}-{self.number}", self.phone, text))

    def begin_turn(self):
        """A worker takes what waits, and asks the bot."""
        asked = converse._take(self.app)
        if isinstance(asked, converse.Asked):
            self.turns.append(asked)

    def end_turn(self):
        """The bot has answered one of them."""
        if self.turns:
            asked = self.turns.pop(self.rnd.randrange(len(self.turns)))
            try:
                converse._commit(self.app, asked, self.world.bot.rule(asked.turn))
            except LeaseLost:
                return

    def take(self):
        """A sender claims what is due."""
        for lane in ("alert", "ordinary"):
            taken = deliver._take(self.app, lane)
            if not isinstance(taken, deliver.Taken):
                continue
            row = taken.sending.row
            self.sends.append(taken)
            if row.client_id and hand_off_open(self.world, row.client_id):
                self.taken[row.kind] += 1

    def send(self):
        """What was claimed is handed over."""
        if self.sends:
            taken = self.sends.pop(0)
            outcome = self.world.run(deliver.hand_over(self.app, taken.channel, taken.message))
            deliver._settle(self.app, taken, outcome, late=False)

    def schedule(self):
        """A check-in falls due."""
        by_hand.make_check_in_due(self.app, self.client_id)

    def open(self):
        """A coach takes the talk."""
        hand_off.open_by_coach(self.app, self.client_id)

    def coach(self):
        """A coach writes."""
        try:
            hand_off.say_as_coach(self.app, self.client_id, "Ana here")
        except NotInHandOff:
            return

    def close(self):
        """A coach hands back, seldom."""
        if self.rnd.random() < 0.3:
            try:
                hand_off.close(self.app, self.client_id)
            except NotInHandOff:
                return


def hand_off_open(world, client_id) -> bool:
    """Whether a hand-off of this client is open at this moment."""
    return any(row.state == "open" for row in world.rows(HandOff, client_id=client_id))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nothing_of_the_bot_goes_out_while_a_person_has_the_talk(new_world, long):
    """In random interleavings: 0 of the bot or the schedule claimed after a hand-off opened."""
    many, each_world = (10_000, 100) if long else (50, 50)
    taken: Counter = Counter()
    for first in range(0, many, each_world):
        world = new_world(f"world{first}")
        for seed in range(first, first + each_world):
            taken += Interleaved(world, seed).play()
        world.close()
        assert {kind: n for kind, n in taken.items() if kind in OF_THE_BOT} == {}
    print(f"\n{many} interleavings; taken while open: {dict(taken)}")  # noqa: T201  # the measure
    assert taken["relay"] > many / 10  # the talks went on, or nothing was tried
    assert sum(taken[kind] for kind in APART) > 0

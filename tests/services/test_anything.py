"""Whatever comes in whichever order: kept once, turned once, in order, and quiet when asked."""

import shutil
import tempfile
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import update

from channels.errors import NotSent, Unknown
from onestep.domain.lull import Lull
from onestep.services import by_hand, converse, deliver, hand_off
from onestep.services.errors import NotInHandOff
from onestep.storage.models import Inbox, Message, Outbox, Relay, Turn
from tests.services.world import AWAY, World

LONDON = ZoneInfo("Europe/London")
AN_EVENING = datetime.fromisoformat("2026-03-04T20:30:00+00:00")  # the night is near
PHONES = ("1001", "1002")
ORDINARY = ("check_in", "pause_over", "reply")
WORDS = st.sampled_from(
    ["been better", "2", "yes", "ok \U0001f642", "", "not great", "\n", "شكرا", "skip", "later"]
)
COMMANDS = st.sampled_from(
    ["STOP", "PAUSE", "RESUME", "START", "COACH", "HELP", "pause 2 days", "CANCEL"]
)
PHONE = st.sampled_from(PHONES)


class Network:
    """A channel that can fail in either way, and notes when what was handed over."""

    def __init__(self, channel, machine) -> None:
        self.channel, self.name, self.machine = channel, channel.name, machine
        self.pace = channel.pace

    def parts(self, text):
        """In as many messages as the channel would."""
        return self.channel.parts(text)

    async def send(self, message):
        """Hands it over, loses the answer, or refuses for now."""
        if self.machine.network == "down":
            raise NotSent
        receipt = await self.channel.send(message)
        self.machine.handed_over(message)
        if self.machine.network == "no answer":
            raise Unknown
        return receipt


class Service(RuleBasedStateMachine):
    """Two clients, a coach, a bot and a network that come and go, and the clock."""

    made = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        lull = Lull(timedelta(seconds=3), timedelta(seconds=15))
        self.world = World(self.folder / "w", self.made, lull=lull, at=AN_EVENING)
        channels = {n: Network(c, self) for n, c in self.world.app.channels.items()}
        self.world.app.channels.update(channels)
        self.network = "up"
        self.kept = defaultdict(list)
        self.asked_for_quiet = {}
        self.ids = {
            phone: self.world.add(
                phone, phone=phone, rhythm="every_n_days", every_days=1, window_start="09:00",
                window_end="20:00",
            )
            for phone in PHONES
        }  # fmt: skip
        self.counted = 0

    def teardown(self) -> None:
        """In the end all come back, and every message has been answered for."""
        self.network, self.world.bot.fault = "up", None
        for _ in range(4):
            self.world.wait(minutes=40)
        self.world.wait(hours=13)
        self.world.check_everything_is_covered()
        self.check_once()
        self.world.close()
        shutil.rmtree(self.folder)

    # what happens

    @rule(phone=PHONE, text=WORDS, again=st.booleans(), go=st.booleans())
    def client_writes(self, phone, text, again, go):
        """A client writes; perhaps the provider delivers it twice."""
        self.take_in(phone, text, again=again)
        if go:
            self.world.go()

    @rule(phone=PHONE, text=COMMANDS, go=st.booleans())
    def client_commands(self, phone, text, go):
        """A client uses one of the words."""
        self.take_in(phone, text)
        if go:
            self.world.go()

    @rule(phone=PHONE)
    def client_presses(self, phone):
        """A client presses the newest button there is, or an old one."""
        offered = [each for each in self.world.phone(phone) if each.prompt and each.choices]
        if offered:
            self.counted += 1
            pressed = offered[-1]
            self.kept[phone].append(pressed.choices[0].label)  # what they read on it
            self.world.press(
                pressed.prompt, pressed.choices[0].key, phone=phone, id=f"b{self.counted}"
            )

    @rule(phone=PHONE)
    def client_in_danger(self, phone):
        """A client says outright that they are in danger: answered at once, whatever else."""
        self.take_in(phone, "I want to kill myself")
        self.world.go()
        if self.network == "up":
            assert any("116 123" in each.text for each in self.world.phone(phone))
            now = self.world.app.clock()
            said = self.world.rows(Message, client_id=self.ids[phone], direction="out")
            lately = [row.kind for row in said if row.at > now - timedelta(hours=1)]
            assert {"concern_reply", "relay"} & set(lately)

    @rule(phone=PHONE)
    def check_in_by_hand(self, phone):
        """Somebody presses the demo's button."""
        by_hand.make_check_in_due(self.world.app, self.ids[phone])
        self.world.go()

    @rule(phone=PHONE, close=st.booleans())
    def coach(self, phone, close):
        """The coach says something, or hands back, where a hand-off is open."""
        try:
            if close:
                hand_off.close(self.world.app, self.ids[phone])
            else:
                hand_off.say_as_coach(self.world.app, self.ids[phone], "it's Ana")
        except NotInHandOff:
            return
        self.world.go()

    @rule(span=st.sampled_from([2, 5, 60, 1800, 7200, 28800, 86400]))
    def time_passes(self, span):
        """The clock moves; what falls due is done."""
        self.world.wait(seconds=span)

    @rule(away=st.booleans())
    def bot(self, away):
        """The bot goes away or comes back."""
        self.world.bot.fault = AWAY if away else None

    @rule(how=st.sampled_from(["up", "down", "no answer"]))
    def weather(self, how):
        """The network works, refuses, or swallows its answers."""
        self.network = how

    @rule()
    def worker_dies(self):
        """A worker took what it could and died: its leases run out."""
        app, world = self.world.app, self.world
        converse._take(app)
        deliver._take(app, "ordinary")
        with app.db.write() as session:
            session.execute(update(Inbox).values(lease_until=0.0))
            session.execute(update(Outbox).values(lease_until=0.0))
        world.go()

    # what must hold

    @invariant()
    def kept_exactly_once(self):
        """Each message is kept exactly, once, in the order it came."""
        for phone, client in self.ids.items():
            assert self.world.kept(client) == self.kept[phone]

    @invariant()
    def once_and_in_order(self):
        """No ordinary message is handed over twice, and a client's come in order."""
        self.check_once()

    # how it is known

    def take_in(self, phone, text, *, again=False):
        """The provider delivers one message, perhaps twice."""
        self.counted += 1
        self.kept[phone].append(text)
        for _ in range(1 + again):
            self.world.write(text, phone=phone, id=f"m{self.counted}", go=False)
        if text == "STOP" or text.lower().startswith("pause"):
            self.asked_for_quiet.setdefault(phone, True)
        if text in ("RESUME", "START"):
            self.asked_for_quiet.pop(phone, None)

    def handed_over(self, message):
        """The network has one more message: may it have gone, now?"""
        now = self.world.app.clock()
        (row,) = self.world.rows(Outbox, id=message.reference)
        if row.kind not in ORDINARY:
            return
        (client,) = [self.world.client(id) for id in self.ids.values() if id == row.client_id]
        assert client.contact == "active" or row.kind == "pause_over", row.kind
        waiting = [
            each.body.get("command")
            for each in self.world.rows(Inbox, client_id=row.client_id, kind="command")
            if each.state != "done"
        ]
        assert not {"stop", "pause"} & set(waiting)
        local = now.astimezone(LONDON)
        if not 9 <= local.hour < 21:
            written = [
                each.at for each in self.world.rows(Message, turn_id=row.turn_id, direction="in")
            ]
            assert written
            assert now - max(written) <= timedelta(minutes=15)
        open_hand_off = self.world.rows(hand_off.HandOff, client_id=row.client_id, state="open")
        assert not open_hand_off

    def check_once(self):
        """The ledger against the outbox."""
        seqs = {row.id: row for row in self.world.rows(Outbox)}
        for phone in PHONES:
            shown = [seqs[each.reference] for each in self.world.phone(phone)]
            ordinary = [row for row in shown if row.lane == "ordinary"]
            assert len({row.id for row in ordinary}) == len(ordinary)
            fresh = [row.seq for row in ordinary if row.reason != "quiet_hours"]
            waited = {row.seq for row in ordinary if row.kind != "reply"}
            in_order = [seq for seq in fresh if seq not in waited]
            assert in_order == sorted(in_order)
        turned = {turn.id for turn in self.world.rows(Turn)}
        done = [row for row in self.world.rows(Inbox) if row.state == "done"]
        assert {row.turn_id for row in done} <= turned
        relays = [relay.message_id for relay in self.world.rows(Relay)]
        assert len(relays) == len(set(relays))


@pytest.mark.slow
def test_anything(made, long):
    """Random stories of two clients, a bot, a network, deaths and the clock; every rule holds."""
    Service.made = made
    run_state_machine_as_test(
        Service,
        settings=settings(
            max_examples=100 if long else 10,
            stateful_step_count=40 if long else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not long,
            database=None,
        ),
    )

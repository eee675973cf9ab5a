"""Two senders, crashes, leases, all kinds of failure, STOP and PAUSE: the ledger is the judge."""

import asyncio
import shutil
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import update

from channels.base import DeliveryReport, Pace, Receipt
from channels.errors import Gone, NotSent, OurFault, Refused, Unknown
from onestep.services import deliver as deliver_module
from onestep.services import deliver_outcome, outbox_by_hand
from onestep.services.converse import converse
from onestep.services.deliver import deliver, deliver_alert
from onestep.services.deliver_look_up import look_up
from onestep.services.delivery_report import delivery_report
from onestep.storage import outbox, talk
from onestep.storage.models import Address, Hold, Outbox
from tests.services.world import World

CLIENTS = {"1001": "telegram", "1002": "telegram", "07700900030": "sms"}
WHO = st.sampled_from(list(CLIENTS))
LANE = st.sampled_from(["ordinary", "ordinary", "alert"])
# How a send ends: whether it lies on the phone, and what the sender is told (nothing: a receipt).
ENDS = {
    "sent": (True, None),
    "answer lost": (True, Unknown()),
    "lost": (False, Unknown()),
    "broken": (True, ValueError()),
    "not sent": (False, NotSent()),
    "too many": (False, NotSent(retry_after=20)),
    "refused": (False, Refused()),
    "gone": (False, Gone()),
    "our fault": (False, OurFault()),
    "dies": (False, asyncio.CancelledError()),
    "dies, arrived": (True, asyncio.CancelledError()),
}
HOW = st.sampled_from(["sent", "sent", "sent", *ENDS])


class Provider:
    """Takes a message in hand and ends it as it is told to; it can be asked what it has."""

    pace = Pace(per_address_seconds=1)

    def __init__(self, channel, machine) -> None:
        self.channel, self.name, self.machine = channel, channel.name, machine
        self.hands = {}  # what is on its way: by our reference

    async def send(self, message):
        """Waits in the provider's hands until the machine ends it."""
        self.machine.entered(message)
        if self.machine.calm:
            return await self.channel.send(message)
        end = asyncio.get_running_loop().create_future()
        self.hands[message.reference] = message
        self.machine.inside(end)
        try:
            arrives, error = await end
        finally:
            self.hands.pop(message.reference, None)
        receipt = Receipt(f"{self.name}-{message.reference}")
        if arrives:
            await self.channel.send(message)
        if error is not None:
            raise error
        return receipt


class Asked(Provider):
    """One that can be asked; of what is still on its way it says nothing."""

    async def look_up(self, message, *, since):
        """Honestly."""
        if message.reference in self.hands:
            raise NotSent
        there = message.reference in self.machine.arrived()
        return Receipt(f"{self.name}-{message.reference}") if there else None


class Sender:
    """One worker, which the machine stops while its message is in the provider's hands."""

    def __init__(self) -> None:
        self.task = self.end = None

    @property
    def busy(self):
        """Whether it waits for a provider."""
        return self.task is not None


class Sends(RuleBasedStateMachine):
    """Three clients, two senders, and whatever can happen to a message on its way."""

    made = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(self.folder / "w", self.made, lease_seconds=3000, send_seconds=1000)
        app = self.world.app
        providers = {
            "telegram": Provider(app.channels["telegram"], self),
            "sms": Asked(app.channels["sms"], self),
        }
        self.world.app = replace(app, channels=providers)
        self.ids = {phone: self.world.add(phone, name, phone) for phone, name in CLIENTS.items()}
        self.senders, self.current, self.calm = [Sender(), Sender()], None, False
        self.quiet, self.latest, self.count = set(), defaultdict(int), 0
        self.faults = []

    def teardown(self) -> None:
        """In the end everything works: what can go goes, what cannot is known and shown."""
        try:
            self.settle_all()
            assert self.faults == []
            self.check_the_end()
        finally:
            for sender in self.busy:
                self.finish(sender, (False, NotSent()))
            self.world.close()
            shutil.rmtree(self.folder)

    def settle_all(self):
        """Time goes by, and nothing goes wrong any more."""
        for sender in self.busy:
            self.finish(sender, (False, NotSent()))
        self.calm = True
        self.expire()
        for _ in range(5):
            self.world.wait(minutes=20)
        for _ in range(len(self.world.rows(Outbox))):  # each address has its pace
            self.world.wait(seconds=61)

    # what happens

    @rule(who=WHO, alert=st.booleans(), many=st.integers(1, 3))
    def queue(self, who, alert, many):
        """More messages for a client."""
        for _ in range(many):
            self.queue_one(who, alert)

    def queue_one(self, who, alert):
        """One more."""
        self.count += 1
        kind, lane = ("concern_reply", "alert") if alert else ("relay", "ordinary")
        now, client = self.world.app.clock(), self.ids[who]
        address = self.world.rows(Address, client_id=client)[0].id
        with self.world.app.db.write() as session:
            message = talk.add_message(
                session, text=f"text {self.count}", direction="out", channel=CLIENTS[who],
                kind=kind, at=now, zone="UTC", client_id=client, address_id=address,
            )  # fmt: skip
            outbox.queue(
                session, client_id=client, address_id=address, message_id=message.id, kind=kind,
                now=now, lane=lane,
            )  # fmt: skip

    @precondition(lambda self: not all(sender.busy for sender in self.senders))
    @rule(lane=LANE)
    def take(self, lane):
        """A sender looks for a message; if there is one, it is in the provider's hands now."""
        self.begin(next(sender for sender in self.senders if not sender.busy), lane)

    @precondition(lambda self: not all(sender.busy for sender in self.senders))
    @rule(lane=LANE, how=HOW, seconds=st.sampled_from([0, 1, 60]))
    def send(self, lane, how, seconds):
        """The same, to its end; after a while."""
        self.world.wait(seconds=seconds, go=False)
        sender = next(sender for sender in self.senders if not sender.busy)
        self.begin(sender, lane)
        if sender.busy:
            self.finish(sender, ENDS[how])

    def begin(self, sender, lane):
        """A sender goes as far as it can by itself."""
        self.current = sender

        async def begin():
            going = deliver_alert if lane == "alert" else deliver
            sender.task = asyncio.create_task(going(self.world.app))
            sender.inside = asyncio.Event()
            waiting = asyncio.create_task(sender.inside.wait())
            await asyncio.wait({sender.task, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if sender.task.done():
                sender.task.result()
                sender.task = None

        self.world.run(begin())

    @precondition(lambda self: self.busy)
    @rule(which=st.integers(0, 1), how=HOW)
    def end(self, which, how):
        """The provider is done with it, in one way or another."""
        self.finish(self.busy[which % len(self.busy)], ENDS[how])

    @rule()
    def expire(self):
        """Every lease runs out, of the dead and of those who are only slow."""
        with self.world.app.db.write() as session:
            session.execute(update(Outbox).values(lease_until=0.0))

    @rule(seconds=st.sampled_from([1, 2, 30, 60, 120, 600, 1800, -200]))
    def time_passes(self, seconds):
        """Service time moves; a clock that is set back a little is no jump."""
        self.world.wait(seconds=seconds, go=False)

    @rule(who=WHO, word=st.sampled_from(["PAUSE", "STOP"]))
    def asks_for_quiet(self, who, word):
        """From the moment this is taken in, nothing ordinary is begun."""
        self.hear(who, word)
        self.quiet.add(who)

    @precondition(lambda self: self.quiet)
    @rule(data=st.data())
    def comes_back(self, data):
        """The client wants to be written to again."""
        who = data.draw(st.sampled_from(sorted(self.quiet)))
        state = self.world.client(self.ids[who]).contact
        self.hear(who, "START" if state == "stopped" else "RESUME")
        if self.world.client(self.ids[who]).contact == "active":
            self.quiet.discard(who)

    @precondition(lambda self: self.world.rows(Outbox, state="uncertain"))
    @rule()
    def looked_up(self):
        """What may have gone is asked for, where that can be done."""
        self.world.run(look_up(self.world.app))

    @precondition(lambda self: self.arrived())
    @rule(number=st.integers(0, 50), twice=st.booleans())
    def reported(self, number, twice):
        """The provider reports what lies on a phone."""
        arrived = sorted(self.arrived())
        reference = arrived[number % len(arrived)]
        name = CLIENTS[self.whose(reference)]
        id = f"{name}-{reference}"
        report = DeliveryReport(name, id, "delivered", reference=reference)
        for _ in range(1 + twice):
            delivery_report(self.world.app, report)

    @precondition(lambda self: self.world.rows(Hold))
    @rule()
    def operator(self):
        """Somebody lets what is held go on."""
        for hold in self.world.rows(Hold):
            outbox_by_hand.resume(self.world.app.db, hold.what, now=self.world.app.clock())

    # what must hold

    @invariant()
    def nothing_ordinary_twice(self):
        """At most once, whatever happened."""
        lanes = {row.id: row.lane for row in self.world.rows(Outbox)}
        for reference, times in self.arrived().items():
            assert lanes[reference] == "alert" or times == 1

    @invariant()
    def nothing_begun_that_may_not_be(self):
        """What was handed over was allowed then; said here, as a sender outlives its channel."""
        assert self.faults == []

    def entered(self, message):
        """A message is handed to the provider: may it be, and is it its turn?"""
        try:
            self.judge(message)
        except AssertionError as fault:
            self.faults.append(str(fault))

    def judge(self, message):
        """The rules at the moment of handing over."""
        (row,) = self.world.rows(Outbox, id=message.reference)
        who = self.whose(row.id)
        assert row.state == "sending"
        if row.lane == "alert":
            return
        assert self.arrived()[row.id] == 0, "a second time"
        assert who not in self.quiet or row.kind != "relay", "after a pause"
        assert row.seq >= self.latest[who], "out of order"
        self.latest[who] = row.seq
        held = [hold for hold in self.world.rows(Hold) if hold.what == CLIENTS[who]]
        assert all(hold.probe_at > self.world.app.clock() for hold in held), "held"

    def check_the_end(self):
        """Nothing waits; what counts as sent lies there once; an alert lies there, or is shown."""
        shown = {each.id for each in outbox_by_hand.for_a_person(self.world.app.db)}
        arrived = self.arrived()
        for row in self.world.rows(Outbox):
            times = arrived[row.id]
            assert row.state not in ("ready", "sending"), row.state
            if row.state in ("sent", "delivered"):
                assert times >= 1
            elif row.state == "cancelled":
                assert row.reason
                assert times == 0
            else:
                assert row.id in shown
            if row.lane == "alert":
                assert row.state in ("sent", "delivered", "failed")
            if row.state == "failed":
                assert times == 0 or row.lane == "alert"

    # how it is done

    @property
    def busy(self):
        """The senders whose message is in the provider's hands."""
        return [sender for sender in self.senders if sender.busy]

    def finish(self, sender, end):
        """The provider lets go, and the sender records what it was told, or dies of it."""

        async def on():
            sender.end.set_result(end)
            await asyncio.gather(sender.task, return_exceptions=True)
            if not sender.task.cancelled():
                sender.task.result()

        self.world.run(on())
        sender.task = None

    def inside(self, end):
        """The message of the sender whose turn it is lies in the provider's hands."""
        self.current.end = end
        self.current.inside.set()

    def hear(self, who, text):
        """A client writes, and the service answers into the outbox."""
        self.count += 1
        self.world.write(text, phone=who, channel=CLIENTS[who], id=f"w{self.count}", go=False)

        async def answered():
            while await converse(self.world.app):
                pass

        self.world.run(answered())

    def arrived(self):
        """How often each message lies on a phone."""
        return Counter(
            each.reference for who, name in CLIENTS.items() for each in self.world.phone(who, name)
        )

    def whose(self, reference):
        """The phone a message is for."""
        (row,) = self.world.rows(Outbox, id=reference)
        return next(who for who, id in self.ids.items() if id == row.client_id)


def run(made, *, examples, steps):
    """Random stories; the same ones each time but in a long run."""
    Sends.made = made
    run_state_machine_as_test(
        Sends,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=examples < 200,
            database=None,
        ),
    )


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_sends_anything(made, long):
    """Order kept, ordinary at most once, alerts at least once, nothing begun after a pause."""
    run(made, examples=300 if long else 12, steps=40 if long else 30)


@pytest.mark.slow
def test_what_was_overtaken_by_a_refused_one_is_not_sent_late(made):
    """A sender died with "paused"; "back on" was refused; the look-up then sends nothing late."""

    def story(sends):
        sends.asks_for_quiet(who="07700900030", word="PAUSE")
        sends.take(lane="ordinary")
        sends.hear("07700900030", "RESUME")
        sends.quiet.clear()
        sends.end(how="dies", which=0)
        sends.expire()
        sends.take(lane="alert")  # who looks for work settles what the dead one left
        sends.send(lane="ordinary", how="refused", seconds=1)

    told(made, story)


def sent_again(session):
    """What may have gone is sent again, like an alert."""
    expired = outbox.and_(Outbox.state == "sending", Outbox.lease_until < outbox.database_now())
    session.execute(update(Outbox).where(expired).values(state="ready"))
    return 1


def alerts_left(session):
    """An alert that may have gone is left at that."""
    expired = outbox.and_(Outbox.state == "sending", Outbox.lease_until < outbox.database_now())
    session.execute(update(Outbox).where(expired).values(state="uncertain", reason="sender_died"))
    return 1


def retried(session, row, error, now):
    """Whatever happened, it is tried again."""
    return {"state": "ready", "due_at": now + timedelta(seconds=1)}


def in_any_order(session, *, now, lease_seconds, lane, without=()):
    """The newest first."""
    row = (
        session.query(Outbox)
        .filter(Outbox.state == "ready", Outbox.lane == lane, Outbox.due_at <= now)
        .order_by(Outbox.seq.desc())
        .first()
    )
    if row is None:
        return None
    row.state, row.fence, row.attempts, row.tried_at = "sending", row.fence + 1, 1, now
    row.lease_until = 1e12
    session.flush()
    return outbox.Sending(row, row.fence)


# A fault, and the shortest story in which it shows.
PLANTED = {
    "what may have gone is sent again": (
        (outbox, "settle_expired", sent_again),
        lambda sends: (
            sends.queue(who="1001", alert=False, many=1),
            sends.send(lane="ordinary", how="dies, arrived", seconds=0),
            sends.expire(),
            sends.send(lane="ordinary", how="sent", seconds=60),
        ),
    ),
    "an alert is left uncertain": (
        (outbox, "settle_expired", alerts_left),
        lambda sends: (
            sends.queue(who="1001", alert=True, many=1),
            sends.send(lane="alert", how="dies", seconds=0),
        ),
    ),
    "no answer is tried again": (
        (deliver_outcome, "_failed", retried),
        lambda sends: (
            sends.queue(who="1001", alert=False, many=1),
            sends.send(lane="ordinary", how="answer lost", seconds=0),
            sends.send(lane="ordinary", how="sent", seconds=60),
        ),
    ),
    "order does not matter": (
        (outbox, "claim", in_any_order),
        lambda sends: (
            sends.queue(who="1001", alert=False, many=2),
            sends.send(lane="ordinary", how="sent", seconds=0),
            sends.send(lane="ordinary", how="sent", seconds=60),
        ),
    ),
    "nobody asks at the time of sending": (
        (deliver_module, "refusal", lambda *_: None),
        lambda sends: (
            sends.queue(who="1001", alert=False, many=1),
            sends.asks_for_quiet(who="1001", word="PAUSE"),
            sends.send(lane="ordinary", how="sent", seconds=0),
        ),
    ),
}


def told(made, story):
    """One story, judged as a random one is."""
    Sends.made = made
    sends = Sends()
    try:
        story(sends)
        sends.nothing_ordinary_twice()
        sends.nothing_begun_that_may_not_be()
    finally:
        sends.teardown()


@pytest.mark.slow
@pytest.mark.parametrize("fault", PLANTED)
def test_the_judge_sees_planted_faults(made, monkeypatch, fault):
    """A rule that was broken on purpose is found, in a story that is fine without the fault."""
    planted, story = PLANTED[fault]
    told(made, story)
    monkeypatch.setattr(*planted)
    with pytest.raises(AssertionError):
        told(made, story)

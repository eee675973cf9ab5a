"""What providers report later: in any order, twice, or before they have answered our call."""

import itertools
from dataclasses import replace

import pytest

from channels.base import DeliveryReport, Receipt
from channels.errors import Unknown
from channels.twilio import codes
from onestep.services import hand_off, outbox_by_hand
from onestep.services.delivery_report import delivery_report
from onestep.storage.models import Address, Ask, Hold, Outbox, Prompt
from onestep.storage.models import DeliveryReport as Kept
from tests.databases import both_databases
from tests.services.network import Network, put

pytestmark = [both_databases, pytest.mark.slow]


def one(world):
    """The only message."""
    (row,) = world.rows(Outbox)
    return row


def report(world, state, *, id=None, **more):
    """A report of the only message, by the provider's id."""
    id = id or one(world).provider_id
    delivery_report(world.app, DeliveryReport("telegram", id, state, **more))
    world.go()


@pytest.fixture
def sent(world):
    """A world with one message that was sent to Sam."""
    world.add()
    world.write("been better")
    return world


def test_delivered(sent):
    """A message that lies on the phone is delivered."""
    report(sent, "delivered")
    assert one(sent).state == "delivered"


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["sent", "delivered", "failed"])), ids="-".join
)
def test_any_order(sent, order):
    """What lay on the phone once was delivered, whatever came before or after."""
    for state in order:
        report(sent, state)
    assert one(sent).state == "delivered"


@pytest.mark.parametrize("order", [("sent", "failed"), ("failed", "sent")], ids="-".join)
def test_failed_outlasts_sent(sent, order):
    """A failure is not undone by an older report that comes late."""
    for state in order:
        report(sent, state, code="30008" if state == "failed" else None)
    assert (one(sent).state, one(sent).reason) == ("failed", "30008")
    assert [prompt.open for prompt in sent.rows(Prompt)] == [False]


def test_the_same_report_twice(sent):
    """It is kept once, and has its effect once."""
    for _ in range(5):
        report(sent, "failed", code="30005", gone=True)
    assert len(sent.rows(Kept)) == 1
    assert one(sent).state == "failed"


def test_an_old_report_does_not_stop_a_second_try(sent):
    """What was reported of the first try, and comes again, says nothing of the second."""
    row = one(sent)
    told = DeliveryReport("telegram", row.provider_id, "failed", code="30008")
    delivery_report(sent.app, told)
    outbox_by_hand.send_again(sent.app.db, row.id, now=sent.app.clock())
    delivery_report(sent.app, told)
    sent.go()
    assert one(sent).state == "sent"
    assert len(sent.phone()) == 2


def test_gone(sent):
    """A dead number is reported: the address is dead, and the client cannot be reached by it."""
    report(sent, "failed", code="30005", gone=True)
    assert [address.state for address in sent.rows(Address)] == ["dead"]
    assert [client.contact for client in sent.rows(type(sent.client(one(sent).client_id)))] == [
        "unreachable"
    ]


def test_gone_reported_again_after_they_wrote(sent):
    """A report that comes twice does not close again what the client has opened by writing."""
    id = one(sent).provider_id
    report(sent, "failed", id=id, gone=True)
    sent.write("it's me")
    report(sent, "failed", id=id, gone=True)
    assert [address.state for address in sent.rows(Address)] == ["live"]


class Early:
    """A provider that reports a message before it has answered our call."""

    def __init__(self, world, channel, *, reference) -> None:
        self.world, self.channel, self.reference = world, channel, reference
        self.name, self.pace = channel.name, channel.pace

    async def send(self, message):
        """Delivers, reports, and only then answers."""
        receipt = await self.channel.send(message)
        reference = message.reference if self.reference else None
        told = DeliveryReport("telegram", receipt.provider_id, "delivered", reference=reference)
        delivery_report(self.world.app, told)
        return Receipt(receipt.provider_id)


@pytest.mark.parametrize("reference", [True, False], ids=["our id", "only theirs"])
def test_before_the_call_has_returned(world, reference):
    """The report counts all the same, and the message went once."""
    world.add()
    early = Early(world, world.app.channels["telegram"], reference=reference)
    world.app = replace(world.app, channels={**world.app.channels, "telegram": early})
    world.write("been better")
    assert (one(world).state, one(world).reason) == ("delivered", None)
    assert len(world.phone()) == 1


def test_of_what_may_have_gone(world):
    """A report that carries our id settles a send nobody knew the end of."""
    world.add()
    channel = put(world, Unknown())
    channel.arrives = True
    world.write("been better")
    assert one(world).state == "uncertain"
    report(world, "delivered", id="theirs", reference=one(world).id)
    assert (one(world).state, one(world).provider_id) == ("delivered", "theirs")


def test_of_a_message_nobody_knows(world):
    """It is kept, changes nothing, and breaks nothing."""
    world.add()
    world.write("been better")
    report(world, "failed", id="someone else's", gone=True)
    assert one(world).state == "sent"


def test_an_alert_that_did_not_arrive_goes_again(world):
    """The fixed reply must arrive: a failure on the way sends it again."""
    world.add()
    world.write("I want to kill myself")
    (first,) = world.rows(Outbox, lane="alert")
    delivery_report(world.app, DeliveryReport("telegram", first.provider_id, "failed"))
    world.wait(minutes=1)
    (row,) = world.rows(Outbox, lane="alert")
    assert row.state == "sent"
    assert row.provider_id != first.provider_id
    assert len([shown for shown in world.phone() if shown.reference == row.id]) == 2


# what a code means, by Twilio's table, is decided as for a send


class Explained(Network):
    """A channel whose provider reports by Twilio's codes."""

    meaning = staticmethod(codes.meaning)


@pytest.fixture
def explained(sent):
    """As `sent`, on such a channel."""
    put(sent, kind=Explained)
    return sent


def contact(world):
    """Sam's contact state."""
    return world.client(world.rows(Address)[0].client_id).contact


def test_a_late_21610_is_stop(explained):
    """Who opted out at Twilio has stopped, also where only a report says so; START is answered."""
    report(explained, "failed", code="21610", gone=True)
    assert contact(explained) == "stopped"
    assert [address.state for address in explained.rows(Address)] == ["live"]
    explained.write("hello?")
    assert len(explained.phone()) == 1
    explained.write("START")
    assert contact(explained) == "active"
    assert len(explained.phone()) == 2


@pytest.mark.parametrize("code", sorted(codes.GONE - {codes.OPTED_OUT}))
def test_a_dead_number_is_unreachable(explained, code):
    """Each code of a dead number closes the address, and only those."""
    report(explained, "failed", code=code)
    assert contact(explained) == "unreachable"
    assert [address.state for address in explained.rows(Address)] == ["dead"]


@pytest.mark.parametrize("code", ["30003", "30008", "30001", "30022"])
def test_what_may_arrive_later_is_tried_once_more(explained, code):
    """A phone that was off has it half an hour later; a second failure is shown to a person."""
    report(explained, "failed", code=code)
    assert (one(explained).state, len(explained.phone())) == ("ready", 1)
    explained.wait(minutes=29)
    assert len(explained.phone()) == 1
    explained.wait(minutes=1)
    assert (one(explained).state, len(explained.phone())) == ("sent", 2)
    report(explained, "failed", code=code)
    explained.wait(hours=3)
    assert (one(explained).state, one(explained).reason) == ("failed", code)
    assert len(explained.phone()) == 2
    assert contact(explained) == "active"


def test_not_once_more_when_they_have_written(explained):
    """Who writes meanwhile is answered at once, and hears nothing that is out of date."""
    report(explained, "failed", code="30003")
    explained.write("and slept well")
    assert len(explained.phone()) == 2
    explained.wait(hours=1)
    assert len(explained.phone()) == 2
    assert explained.rows(Outbox)[0].state == "cancelled"


def test_not_once_more_when_the_talk_has_gone_on(world):
    """A coach's later words were first: what comes after them would be out of order."""
    sam = world.add()
    put(world, kind=Explained)
    hand_off.open_by_coach(world.app, sam)
    for words in ("Shall we meet?", "At two?"):
        hand_off.say_as_coach(world.app, sam, words)
    world.go()
    first, _ = world.rows(Outbox)
    report(world, "failed", id=first.provider_id, code="30003")
    world.wait(hours=1)
    assert [row.state for row in world.rows(Outbox)] == ["failed", "sent"]


@pytest.mark.parametrize("code", ["30004", "30007"])
def test_what_a_carrier_filters_is_told_to_the_coach(explained, code):
    """It failed, it is not tried again, and the coach has a line about it."""
    report(explained, "failed", code=code)
    explained.wait(hours=1)
    assert (one(explained).state, one(explained).reason) == ("failed", code)
    (ask,) = explained.rows(Ask, about="undelivered")
    assert ask.message_ids == [one(explained).message_id]
    assert contact(explained) == "active"


@pytest.mark.parametrize("code", ["30002", "63038"])
def test_what_is_our_fault_holds_the_channel(explained, code):
    """An account that may not send any more: one hold for all, and the message goes later."""
    report(explained, "failed", code=code)
    assert [hold.what for hold in explained.rows(Hold)] == ["telegram"]
    assert one(explained).state == "ready"
    explained.wait(minutes=1)
    assert one(explained).state == "sent"
    assert explained.rows(Hold) == []


def test_a_code_nobody_knows(explained):
    """It failed, and is shown to a person with its code."""
    report(explained, "failed", code="39999")
    assert (one(explained).state, one(explained).reason) == ("failed", "39999")
    assert contact(explained) == "active"


def test_what_danger_is_answered_cannot_arrive(world):
    """The fixed reply to a number closed to us: the coach hears that no text gets there."""
    world.add()
    put(world, kind=Explained)
    world.write("I want to kill myself")
    (row,) = world.rows(Outbox, lane="alert")
    report(world, "failed", id=row.provider_id, code="21610")
    assert [ask.about for ask in world.rows(Ask)].count("undelivered") == 1

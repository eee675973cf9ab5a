"""What providers report later: in any order, twice, or before they have answered our call."""

import itertools
from dataclasses import replace

import pytest

from channels.base import DeliveryReport, Receipt, Unknown
from onestep.services import outbox_by_hand
from onestep.services.delivery_report import delivery_report
from onestep.storage.models import Address, Outbox, Prompt
from onestep.storage.models import DeliveryReport as Kept
from tests.databases import both_databases
from tests.services.network import put

pytestmark = both_databases


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

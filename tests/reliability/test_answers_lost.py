"""T10 of the reliability page, and acceptance 6: a tenth of the sends is never answered."""

from collections import Counter
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from channels.twilio import Twilio
from onestep.services.outbox_by_hand import for_a_person
from onestep.storage.models import Outbox
from tests.channels.peers.emulate import NUMBER, SID, TOKEN, emulating
from tests.databases import both_databases
from tests.reliability.lossy import LOST, UNANSWERED, lossy
from tests.reliability.people import DANGER

pytestmark = pytest.mark.slow
FIRST, TENTH = 9000, 10


def clients(world, phones, channel):
    """A client on each phone, whose HELP is waiting to be answered."""
    for number, phone in enumerate(phones):
        world.add(phone, channel, phone)
        world.write("HELP", phone=phone, channel=channel, id=f"h{number}", go=False)


@pytest.mark.timeout(600)
@both_databases
def test_telegram_shows_what_it_cannot_know(timed, network, long):
    """T10: nobody gets it twice; each one that may have gone is shown, and is sent by nobody."""
    phones = [str(FIRST + number) for number in range(200 if long else 20)]
    lost = phones[::TENTH]
    network.do("open", chats=[*phones, FIRST - 1])
    for phone in lost:
        network.do("fault", kind="lost", chat=int(phone))
    network.do("fault", kind="lost", chat=FIRST - 1)
    clients(timed, phones, "telegram")
    timed.add("in danger", phone=str(FIRST - 1))
    timed.write(DANGER, phone=str(FIRST - 1), go=False)
    timed.go()
    timed.wait(hours=2)
    came = Counter(str(sent["chat"]) for sent in network.ledger)
    assert {phone: came[phone] for phone in phones} == dict.fromkeys(phones, 1)
    assert came[str(FIRST - 1)] == 2  # danger goes again: better twice than never
    shown = for_a_person(timed.app.db)
    assert {(each.kind, each.state, each.reason) for each in shown} == {
        ("confirmation", "uncertain", "no_answer")
    }
    assert len(shown) == len(lost)


@pytest.mark.timeout(600)
@both_databases
def test_twilio_settles_what_it_can_look_up(new_world, tmp_path, long):
    """T10: each that was taken is found, each that was not is sent; nobody gets one twice."""
    phones = [f"+4477009{number:05d}" for number in range(100 if long else 20)]
    fates = {
        phone: LOST if n % 20 else UNANSWERED for n, phone in enumerate(phones) if n % 10 == 0
    }

    def fate(method, body):
        to = parse_qs(body.decode()).get("To", [""])[0]
        return fates.pop(to, None) if method == "POST" else None

    with emulating(tmp_path, "http://127.0.0.1:9/") as peer, lossy(peer.url, fate) as line:
        world = new_world(at=datetime.now(UTC), send_seconds=2.0)
        world.app.channels["sms"] = Twilio(
            sid=SID, token=TOKEN, sender=NUMBER, public_url="http://127.0.0.1:9", api=line,
            seconds=1.0, per_second=0,
        )  # fmt: skip
        clients(world, phones, "sms")
        world.go()
        assert fates == {}
        uncertain = world.rows(Outbox, state="uncertain")
        assert len(uncertain) == len(phones) // TENTH
        world.wait(seconds=11)
        for _ in range(3):
            world.wait(minutes=1)
        assert [len(peer.sent_to(phone)) for phone in phones] == [1] * len(phones)
        assert {row.state for row in world.rows(Outbox)} == {"sent"}
        assert for_a_person(world.app.db) == []

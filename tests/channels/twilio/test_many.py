"""Acceptance 9 of the channels page, by text through Twilio: many at once, from one and to all."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from onestep.services import hand_off
from onestep.services.by_hand import make_check_in_due
from onestep.storage.models import Message, Outbox
from tests.channels.bot_api.running import wait_until
from tests.channels.twilio.whole import WITHIN, whole

pytestmark = pytest.mark.slow
SAM, KIT = "+447700900101", "+447700900102"


def test_a_flood_from_one_phone(tmp_path, made, long):
    """Acceptance 9: 200 at once are kept and screened, replies stay few, others are answered.

    In the ordinary run 80.
    """
    with whole(tmp_path, made, lull=None) as service:  # as long as a service waits
        sam, kit = service.add(SAM), service.add(KIT, "Kit")
        hand, other = service.hand(SAM), service.hand(KIT)
        said = [f"message {count}" for count in range(200 if long else 80)]
        for words in said:
            hand.text(words)
        other.text("and I")
        wait_until(lambda: service.rows(kit) == 1, WITHIN)
        service.app.clock.move(timedelta(minutes=1))  # the longest that a burst may last
        other.wait(1)
        wait_until(lambda: service.answered(sam), 4 * WITHIN)
        with service.app.db.read() as session:
            theirs = session.scalars(
                select(Message).where(Message.client_id == sam, Message.direction == "in")
            ).all()
        assert all(row.screen_level == "none" and row.turn_id for row in theirs)
        turns = {row.turn_id for row in theirs}
        assert 1 <= len(turns) <= 20
        assert len(hand.texts) == len(turns)
        assert [words for words in service.heard_by_bot() if words != "and I"] == said


def test_many_check_ins_at_once(tmp_path, made, long):
    """Acceptance 9: all delivered, none twice, and never faster than one number may send."""
    with whole(tmp_path, made) as service:
        numbers = [f"+4477009{count:05d}" for count in range(100 if long else 12)]
        ids = [service.add(number) for number in numbers]
        for client_id in ids:
            make_check_in_due(service.app, client_id)
        wait_until(lambda: service.states() == ["sent"] * len(ids), len(ids) + 4 * WITHIN)
        assert [len(service.hand(number).texts) for number in numbers] == [1] * len(ids)
        with service.app.db.read() as session:
            went = sorted(session.scalars(select(Outbox.sent_at)))
        assert went[-1] - went[0] >= timedelta(seconds=0.8 * (len(ids) - 2))


def test_the_same_text_more_than_five_times_is_held(tmp_path, made):
    """Acceptance 9: the sixth of the same within five minutes waits for a person."""
    with whole(tmp_path, made) as service:
        sam, hand = service.add(SAM), service.hand(SAM)
        hand_off.open_by_coach(service.app, sam)
        for _ in range(6):
            hand_off.say_as_coach(service.app, sam, "See you Thursday.")
        wait_until(lambda: "same_text" in reasons(service, sam), WITHIN)
        assert hand.texts == ["See you Thursday."] * 5


def reasons(service, client_id):
    """Why what was to go out to this client did not."""
    with service.app.db.read() as session:
        return session.scalars(select(Outbox.reason).where(Outbox.client_id == client_id)).all()

"""Concern inside a check-in by text: the fixed reply, an e-mail to the coach, and back again.

The coach is told by e-mail, without a word of the client's, and answers on the pages, whose
services are used as the pages use them. Twilio's and the mail server's ledgers are the judges.
"""

import pytest
from sqlalchemy import select

from onestep.services import alerts, coach_ways, hand_off
from onestep.services.by_hand import make_check_in_due
from onestep.services.closing import ClosingWords
from onestep.services.made_up_staff import ALWAYS
from onestep.storage.models import Alert, Coach
from tests.channels.bot_api.running import wait_until
from tests.channels.peers.mail import mail_server
from tests.channels.twilio.whole import WITHIN, whole

pytestmark = pytest.mark.slow
SAM, ANA = "+447700900101", "ana@example.org"


def told_by_mail(service):
    """Ana, who is told by e-mail; her id."""
    with service.app.db.write() as session:
        coach = session.scalars(select(Coach)).one()
        coach.hours = ALWAYS
    now = service.app.clock()
    coach_ways.add_way(
        service.app.db, coach.id, channel="email", value=ANA, by="operator", now=now
    )
    return coach.id


def alert_of(service, subject):
    """The alert whose reference stands in a subject."""
    with service.app.db.read() as session:
        ref = subject.rpartition(" ")[2]
        return session.scalars(select(Alert).where(Alert.ref == ref)).one()


def test_concern_is_seen_and_a_person_answers(tmp_path, made):
    """Danger by text, the coach's mailbox, the talk by text, and check-ins again."""
    with mail_server(tmp_path, tls="none") as boxes:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": boxes.port, "smtp_tls": "none"}
        with whole(tmp_path, made, given={**mail, "smtp_from": "onestep@example.org"}) as service:
            sam, hand = service.add(SAM), service.hand(SAM)
            ana = told_by_mail(service)
            make_check_in_due(service.app, sam)
            hand.wait(1)
            assert "999" in hand.say("i want to kill myself", 2)
            wait_until(lambda: boxes.to(ANA), WITHIN)
            [notice] = boxes.to(ANA)
            assert "Sam" not in notice.as_string()
            assert "kill" not in notice.as_string()
            alert = alert_of(service, notice["Subject"])
            alerts.acknowledge(service.app, alert.id, by=ana)
            hand_off.say_as_coach(service.app, sam, "It's Ana. Can I ring you?", by=ana)
            assert hand.wait(3) == "It's Ana. Can I ring you?"
            asked = service.bot.asked
            hand.text("yes please")
            wait_until(lambda: service.rows(sam) >= 2 and service.answered(sam), WITHIN)
            assert len(hand.texts) == 3
            assert service.bot.asked == asked
            spoke = ClosingWords(happened="we spoke", agreed="to ring tomorrow")
            alerts.settle(
                service.app, alert.id, by=ana, outcome=alerts.Outcome.SPOKE, closing=spoke
            )
            hand_off.close(service.app, sam, by=ana)
            hand.wait(4)
            hand_off.let_check_ins_go_on(service.app, sam, by=ana)
            make_check_in_due(service.app, sam)
            assert "2 About right" in hand.wait(5)

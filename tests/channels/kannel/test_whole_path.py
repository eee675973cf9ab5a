"""What can go wrong on the way of a text, from phone to record and back, on a real gateway.

fakesmsc's own record of what lay on the phones is the judge.
"""

from datetime import timedelta

import pytest

from onestep.services import hand_off
from onestep.services.by_hand import make_check_in_due
from onestep.services.outbox_by_hand import for_a_person
from onestep.services.provider_events import take_in
from onestep.storage.models import Address, Outbox
from onestep.web import webhooks
from tests.channels.kannel.whole import whole
from tests.databases import both_databases

pytestmark = pytest.mark.slow
SAM, EVE = "+447700900101", "+447700900103"


@pytest.fixture
def service(tmp_path, made, monkeypatch, fresh_url):
    """The service, and Sam who joined a month ago."""
    monkeypatch.chdir(tmp_path)  # no .env of anybody's
    with whole(tmp_path, made, database=fresh_url()) as running:
        running.sam = running.add(SAM)
        yield running


def rows(service, model):
    """Every row of a table."""
    with service.app.db.read() as session:
        return session.query(model).all()


@both_databases
def test_kept_and_answered_503_comes_again_and_is_one(service, monkeypatch):
    """Acceptance 3: a post that was kept but answered with 503 is one row and one reply."""
    failed = []

    def fails_once(*given):
        why = take_in(*given)
        if not failed:
            failed.append(True)
            raise OSError
        return why

    monkeypatch.setattr(webhooks, "take_in", fails_once)
    service.air.send(SAM, "been out more")
    service.wait(lambda: "delivered" in service.states())
    service.air.send(EVE, "hello?")  # by the time she is answered, his has come again
    service.wait(lambda: service.air.texts(EVE))
    assert failed
    assert service.kept() == ["been out more", "hello?"]
    assert len(service.air.texts(SAM)) == 1


def test_a_later_text_that_overtakes_an_earlier_one(service):
    """Acceptance 3: later before earlier, both are handled, each once."""
    service.door.shut = True
    service.air.send(SAM, "first")
    service.wait(lambda: service.door.knocks)
    service.door.shut = False
    service.air.send(SAM, "second")
    service.wait(lambda: sorted(service.kept()) == ["first", "second"])

    def covered():
        return sorted(text for turn in service.bot.texts() for text in turn)

    service.wait(lambda: covered() == ["first", "second"])
    service.wait(lambda: len(service.air.texts(SAM)) == len(service.bot.texts()))
    service.wait(lambda: service.states() == ["delivered"] * len(service.bot.texts()))


def test_reports_in_any_order(service):
    """Acceptance 3: delivered stays delivered, whatever is told after it, and however often."""
    service.air.send(SAM, "been out more")
    service.wait(lambda: service.states() == ["delivered"])
    (row,) = rows(service, Outbox)
    for state in (8, 1, 2, 16, 8, 1):
        assert service.report(row.id, state) == 200
    assert service.states() == ["delivered"]
    assert service.report("nobody-knows-this", 1) == 200
    assert len(service.air.texts(SAM)) == 1


def test_any_alphabet_both_ways(service):
    """Acceptance 10: what a phone writes, and what a coach writes back, arrives to the letter."""
    words = "been better this ŵythnos 😀 – “da iawn”, café w Łodzi"
    service.air.send(SAM, words)
    service.wait(lambda: service.states() == ["delivered"])
    assert service.kept() == [words]
    hand_off.open_by_coach(service.app, service.sam)
    hand_off.say_as_coach(service.app, service.sam, "Da iawn ti! 😀 “Żółw”")
    service.wait(lambda: service.air.texts(SAM)[-1] == "Da iawn ti! 😀 “Żółw”")


def test_a_gateway_that_is_away_for_a_while(service):
    """Acceptance 6: what certainly did not go is tried on schedule; nothing lost or doubled."""
    service.line.down = True
    service.air.send(SAM, "been out more")
    service.wait(lambda: service.line.tried)
    service.wait(lambda: service.states() == ["ready"])
    assert service.air.texts(SAM) == []
    service.line.down = False
    service.app.clock.move(timedelta(seconds=31))
    service.wait(lambda: service.states() == ["delivered"])
    service.wait(lambda: service.air.texts(SAM))
    assert len(service.air.texts(SAM)) == 1


def test_a_line_that_is_down_for_a_while(service):
    """What the gateway has taken waits there, and arrives once when its line is up again."""
    service.air.send(SAM, "been out more")
    service.wait(lambda: service.states() == ["delivered"])
    service.air.down()
    make_check_in_due(service.app, service.sam)
    service.wait(lambda: service.states() == ["delivered", "sent"])
    service.air.up()
    service.wait(lambda: service.states() == ["delivered", "delivered"])
    service.wait(lambda: len(service.air.texts(SAM)) == 2)


def test_an_answer_that_was_lost_is_shown_and_not_repeated(service):
    """Acceptance 6: the gateway cannot be asked; the text is uncertain until its report comes."""
    service.line.lose = 1
    service.air.send(SAM, "been out more")
    service.wait(lambda: service.air.texts(SAM))
    service.wait(lambda: service.states() == ["delivered"])  # the report settled it
    assert len(service.air.texts(SAM)) == 1


@both_databases
def test_an_answer_that_was_lost_with_its_report(service):
    """Acceptance 6: with no report either it stays uncertain, shown to a person, sent once."""
    service.air.down()  # nothing is reported while the line is down
    service.line.lose = 1
    make_check_in_due(service.app, service.sam)
    service.wait(lambda: service.states() == ["uncertain"])
    assert len(for_a_person(service.app.db, words=False)) == 1
    service.app.clock.move(timedelta(hours=2))
    service.air.up()
    service.wait(lambda: service.air.texts(SAM))
    service.wait(lambda: service.states() == ["delivered"])
    assert len(service.air.texts(SAM)) == 1
    assert for_a_person(service.app.db, words=False) == []


@pytest.mark.parametrize("machine", ["60777", "ParcelCo"])
def test_a_machine_that_writes_is_never_answered(service, machine):
    """What comes from a short code or a name is kept, and nothing goes out to it."""
    service.air.send(machine, "Your parcel is on its way")
    service.wait(lambda: service.kept() == ["Your parcel is on its way"])
    service.air.send(EVE, "hello?")  # who comes after is answered: the service runs
    service.wait(lambda: service.air.texts(EVE))
    assert [to for to, _ in service.air.all()] == [EVE]
    assert len(service.states()) == 1
    assert len(rows(service, Address)) == 3

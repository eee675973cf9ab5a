"""An alert from the message that raised it to what a person wrote down; by service time."""

from datetime import timedelta

import pytest

from onestep.services import alerts, hand_off, incidents
from onestep.services.alerts import ClosingWords, Outcome
from onestep.services.errors import (
    AlertClosed,
    AlertTaken,
    OutcomeIncomplete,
    UnknownAlert,
)
from onestep.storage.clients import client as client_of
from onestep.storage.models import (
    Alert,
    AlertMessage,
    Closing,
    Cover,
    HandOff,
    Incident,
    OnCall,
    Outbox,
    Ring,
)
from tests.services.world import answer_to

DANGER = "I want to kill myself"
SOFT = "I used to want to die but not any more"
UNREAD = "Я больше не могу так жить и не знаю что делать"
ABOUT_US = "my coach hit me"
STAFF = {"Ana": "07700900201", "Ben": "07700900202", "Cyd": "07700900203", "Lea": "07700900204"}


def staffed(world):
    """Ana coaches Sam; Ben covers her; Cyd is on call; Lea leads. Each has a phone."""
    world.sam = world.add(rhythm="every_n_days")
    world.ids = {name: world.reach(name, phone) for name, phone in STAFF.items()}
    world.staff("Lea", role="lead", safeguarding=True)
    now = world.app.clock()
    with world.app.db.write() as session:
        session.add(
            Cover(id="c1", coach_id=world.ids["Ana"], deputy_id=world.ids["Ben"], position=0)
        )
        session.add(
            OnCall(
                id="o1",
                coach_id=world.ids["Cyd"],
                begins_at=now - timedelta(days=1),
                ends_at=now + timedelta(days=30),
            )
        )
    return world


@pytest.fixture
def team(world):
    """A service with a whole team."""
    return staffed(world)


def on(world, name):
    """What lies on a coach's phone."""
    return [shown.text for shown in world.phone(STAFF[name], "sms")]


def rung(world):
    """Who was told, in order."""
    names = {id: name for name, id in world.ids.items()}
    return [names[row.coach_id] for row in world.rows(Ring) if row.because in RANG]


RANG = ("raised", "climbed", "again", "late")


def alert(world):
    """The one alert there is."""
    (found,) = world.rows(Alert)
    return found


def test_it_rings_at_once_and_says_nothing_of_the_client(team):
    """The notice has a reference, a level and no word; the reply lies before it in the lane."""
    team.write(DANGER)
    (text,) = on(team, "Ana")
    assert alert(team).ref in text
    assert "Sam" not in text
    assert "kill" not in text
    assert [on(team, name) for name in ("Ben", "Cyd", "Lea")] == [[], [], []]
    rows = team.rows(Outbox, lane="alert")
    assert [row.kind for row in rows] == ["concern_reply", "alert"]


def test_where_words_are_on_the_notice_has_them(new_world):
    """A service may choose so; those about one of us stay out of it."""
    world = staffed(new_world(words_to_coaches=True, public_url="https://us.example"))
    world.write(DANGER)
    (text,) = on(world, "Ana")
    assert "Sam" in text
    assert DANGER in text
    assert f"https://us.example/alerts/{alert(world).ref}" in text
    world.write(ABOUT_US)
    assert all(ABOUT_US not in text for name in STAFF for text in on(world, name))


@pytest.mark.slow
def test_it_climbs_until_somebody_has_it(team):
    """Coach → deputy → on-call → lead, five minutes each; then the lead again and again."""
    team.write(DANGER)
    for _ in range(3):
        team.wait(minutes=5)
    assert rung(team) == ["Ana", "Ben", "Cyd", "Lea"]
    for _ in range(8):
        team.wait(minutes=15)
    assert rung(team) == ["Ana", "Ben", "Cyd", "Lea"] + ["Lea"] * 8
    assert alert(team).state == "open"


def test_nobody_is_skipped_for_a_late_look(team):
    """A worker that was away for an hour goes on with who is next, one step at a time."""
    team.write(DANGER)
    team.wait(hours=1)
    assert rung(team) == ["Ana", "Ben"]


def test_outside_their_hours_it_starts_at_on_call(team):
    """Nobody is woken for being the coach."""
    team.wait(hours=12)
    team.write(DANGER)
    assert rung(team) == ["Cyd"]
    (reply,) = [shown.text for shown in team.phone()]
    assert "The office is shut, so the person on call will read it by 11:30pm today." in reply


def test_a_coachs_own_hours_count(team):
    """Who works late is rung late."""
    team.staff("Ana", hours=[[2, "18:00", "23:00"]])
    team.write(DANGER)
    assert rung(team) == ["Cyd"]
    alerts.settle(
        team.app, alert(team).id, by=team.ids["Cyd"], outcome=Outcome.SPOKE, closing=ClosingWords()
    )
    hand_off.close(team.app, team.sam)
    team.wait(hours=10)
    team.write(DANGER)
    assert rung(team)[-1] == "Ana"


def test_who_is_away_or_has_no_way_is_passed_and_it_is_kept(team):
    """Passed, and to be seen on the card."""
    team.staff("Ana", active=False)
    team.write(DANGER)
    assert rung(team) == ["Ben"]
    shown = alerts.card(team.app, alert(team).id, seen_by=team.ids["Lea"])
    assert [(each.who, each.because) for each in shown.rung] == [
        ("Ana", "passed_inactive"),
        ("Ben", "raised"),
    ]


def test_nobody_at_all_is_an_operators_line_and_the_emergency_contact(new_world, caplog):
    """Where no way reaches anybody on the staff, the contact of the settings is told."""
    world = new_world(emergency_contact="sms:07700900100")
    world.add()
    world.write(DANGER)
    assert "reaches nobody of the staff" in caplog.text
    assert len(world.phone("07700900100", "sms")) == 1
    world.wait(minutes=15)
    assert len(world.phone("07700900100", "sms")) == 2


def test_while_it_rings_more_is_added_and_nobody_is_rung_twice(team):
    """One alert; the card has every message, and why each was flagged."""
    team.write(DANGER)
    team.write("i mean it, i want to kill myself tonight")
    assert len(team.rows(Alert)) == 1
    assert rung(team) == ["Ana"]
    flagged = alerts.card(team.app, alert(team).id, seen_by=team.ids["Ana"]).flagged
    assert [each.level for each in flagged] == ["now", "now"]
    assert all(each.seen for each in flagged)


def test_soft_becomes_now(team):
    """A note becomes an alert when more is said; it is the same one, and it rings."""
    team.write(SOFT)
    assert (alert(team).level, rung(team)) == ("soft", [])
    team.write(DANGER)
    assert (alert(team).level, rung(team)) == ("now", ["Ana"])
    assert [row.level for row in team.rows(AlertMessage)] == ["soft", "now"]


# taken


def test_who_takes_it_stops_it_and_the_others_are_told(team):
    """Nothing climbs any more, and who was rung before hears that they need do nothing."""
    team.write(DANGER)
    team.wait(minutes=5)
    alerts.acknowledge(team.app, alert(team).id, by=team.ids["Ben"])
    team.go()
    team.wait(minutes=30)
    assert rung(team) == ["Ana", "Ben"]
    assert "Ben has" in on(team, "Ana")[-1]
    assert len(on(team, "Ben")) == 1


def test_two_take_it_at_once(team):
    """The first has it; the second is told who. By the same person twice, nothing."""
    team.write(DANGER)
    id = alert(team).id
    alerts.acknowledge(team.app, id, by=team.ids["Ben"])
    alerts.acknowledge(team.app, id, by=team.ids["Ben"])
    with pytest.raises(AlertTaken) as told:
        alerts.acknowledge(team.app, id, by=team.ids["Ana"])
    assert told.value.who == "Ben"
    (line,) = alerts.open_alerts(team.app, seen_by=team.ids["Ana"])
    assert line.has_it == "Ben"


def test_nothing_entered_by_the_promised_time(team):
    """It climbs again, whoever had it is told too, and the client hears the truth."""
    team.write(DANGER)
    assert "by 11:30am today" in team.phone()[0].text
    alerts.acknowledge(team.app, alert(team).id, by=team.ids["Ben"])
    team.wait(minutes=59)
    assert rung(team) == ["Ana"]
    team.wait(minutes=1)
    assert rung(team) == ["Ana", "Ana", "Ben"]
    assert team.keys(team.sam)[-1] == "concern_late_contact"
    team.wait(minutes=15)
    assert team.keys(team.sam).count("concern_late_contact") == 1


def test_who_was_written_to_is_not_told_that_nobody_was_in_touch(team):
    """The clock still asks for what came of it."""
    team.write(DANGER)
    alerts.acknowledge(team.app, alert(team).id, by=team.ids["Ana"])
    hand_off.say_as_coach(team.app, team.sam, "I'm here, shall I ring?", by=team.ids["Ana"])
    team.wait(minutes=61)
    assert "concern_late_contact" not in team.keys(team.sam)
    assert rung(team) == ["Ana", "Ana"]


@pytest.mark.slow
def test_nobody_came_by_the_promised_time(team):
    """The client is told so, once, and it goes on climbing."""
    team.write(DANGER)
    for _ in range(14):
        team.wait(minutes=5)
    assert team.keys(team.sam).count("concern_late") == 1
    assert alert(team).state == "open"


def test_a_new_now_after_it_was_taken_climbs_afresh(team):
    """What was said now has been read by nobody."""
    team.write(DANGER)
    alerts.acknowledge(team.app, alert(team).id, by=team.ids["Ana"])
    team.wait(minutes=20)
    team.write("he hit me again and i am bleeding")
    assert len(team.rows(Alert)) == 1
    assert (alert(team).state, rung(team)) == ("open", ["Ana", "Ana"])


# closed


def test_what_came_of_it_ends_it(team):
    """Kept sealed, with who and when; the second time is refused, and nothing is overwritten."""
    team.write(DANGER)
    id = alert(team).id
    alerts.acknowledge(team.app, id, by=team.ids["Ana"])
    said = ClosingWords(happened="rang, walked out together", helped="the dog")
    alerts.settle(team.app, id, by=team.ids["Ana"], outcome=Outcome.SPOKE, closing=said)
    closed = alert(team)
    assert (closed.state, closed.outcome, closed.closed_by) == ("closed", "spoke", team.ids["Ana"])
    (row,) = team.rows(Closing)
    assert b"dog" not in row.helped
    for act in (
        lambda: alerts.settle(
            team.app, id, by=team.ids["Ben"], outcome=Outcome.TRIED, closing=ClosingWords()
        ),
        lambda: alerts.not_a_concern(team.app, id, by=team.ids["Ben"]),
        lambda: alerts.acknowledge(team.app, id, by=team.ids["Ben"]),
    ):
        with pytest.raises(AlertClosed):
            act()
    team.wait(hours=5)
    assert rung(team) == ["Ana"]
    assert alerts.open_alerts(team.app, seen_by=team.ids["Lea"]) == ()


def test_passed_on_says_to_whom(team):
    """Else nobody has it."""
    team.write(DANGER)
    id = alert(team).id
    with pytest.raises(OutcomeIncomplete):
        alerts.settle(
            team.app, id, by=team.ids["Ana"], outcome=Outcome.PASSED, closing=ClosingWords()
        )
    told = ClosingWords(told="the crisis team, Mel")
    alerts.settle(team.app, id, by=team.ids["Ana"], outcome=Outcome.PASSED, closing=told)
    assert alert(team).outcome == "passed"


def test_after_it_was_closed_comes_a_new_one(team):
    """With a reference of its own."""
    team.write(DANGER)
    first = alert(team)
    alerts.settle(
        team.app, first.id, by=team.ids["Ana"], outcome=Outcome.PLAN, closing=ClosingWords()
    )
    team.write(DANGER)
    rows = team.rows(Alert)
    assert [row.state for row in rows] == ["closed", "open"]
    assert rows[0].ref != rows[1].ref


def test_no_such_alert(team):
    """Said so."""
    with pytest.raises(UnknownAlert):
        alerts.card(team.app, "nothing", seen_by=team.ids["Lea"])


# by score


@pytest.fixture
def guessed(team, monkeypatch):
    """The screen says *now*, by a score, of what begins with "hm"."""
    from onestep.safety import Category, Level, Verdict
    from onestep.services import receive

    real = receive.screen

    def screen(text, context):
        if text.startswith("hm"):
            return Verdict(level=Level.NOW, by="score", category=Category.HOPELESSNESS)
        return real(text, context)

    monkeypatch.setattr(receive, "screen", screen)
    return team


def test_by_score_nothing_opens_and_nothing_is_asked(guessed):
    """The reply says a computer may be wrong; what is written goes to the alert, one receipt."""
    guessed.bot.rule = lambda turn: answer_to(turn, say=["ask_better"], asks="better")
    guessed.write("hm what is the point of any of it")
    assert guessed.phone()[0].text.startswith("A computer may have read this wrong")
    assert guessed.rows(HandOff) == []
    assert rung(guessed) == ["Ana"]
    asked = guessed.bot.asked
    guessed.write("are you there")
    guessed.wait(minutes=11)
    guessed.write("hello")
    guessed.write("hello??")
    assert guessed.bot.asked == asked
    assert guessed.keys(guessed.sam) == ["concern_now", "concern_receipt"]
    flagged = alerts.card(guessed.app, alert(guessed).id, seen_by=guessed.ids["Ana"]).flagged
    assert [each.words for each in flagged][1:] == ["are you there", "hello", "hello??"]
    guessed.wait(hours=24 * 20, go=False)
    guessed.go()
    assert "ask_better" not in guessed.keys(guessed.sam)
    guessed.check_everything_is_covered()


def test_by_score_the_hand_off_opens_when_a_person_takes_it(guessed):
    """With all that was written since in it."""
    guessed.write("hm what is the point of any of it")
    guessed.write("are you there")
    alerts.acknowledge(guessed.app, alert(guessed).id, by=guessed.ids["Ben"])
    (found,) = guessed.rows(HandOff)
    assert (found.state, found.coach_id, found.alert_id) == (
        "open",
        guessed.ids["Ben"],
        alert(guessed).id,
    )


def test_a_question_that_was_ready_is_not_asked(guessed):
    """What the bot said meanwhile does not come after the reply."""
    guessed.write("been for a walk", go=False)
    guessed.write("hm what is the point of any of it", go=False)
    guessed.go()
    assert guessed.keys(guessed.sam) == ["concern_now"]


def test_not_a_concern(guessed):
    """One line says that a person has read it, and the talk and the check-ins go on."""
    guessed.bot.rule = lambda turn: answer_to(turn, say=["not_a_concern"])
    guessed.write("hm what is the point of any of it")
    alerts.not_a_concern(guessed.app, alert(guessed).id, by=guessed.ids["Ana"])
    guessed.go()
    assert alert(guessed).state == "not_a_concern"
    assert guessed.keys(guessed.sam) == ["concern_now", "not_a_concern"]
    assert guessed.client(guessed.sam).held is None
    asked = guessed.bot.asked
    guessed.write("ta")
    assert guessed.bot.asked == asked + 1


def test_said_outright_after_a_guess(guessed):
    """It is a guess no longer: a hand-off opens."""
    guessed.write("hm what is the point of any of it")
    guessed.write(DANGER)
    assert alert(guessed).by == "rule"
    assert len(guessed.rows(HandOff)) == 1


# quieter


def test_soft_is_one_note_a_day(team):
    """The talk goes on; the coach has one note in the day, and another the next."""
    for _ in range(3):
        team.write(SOFT)
    assert len(on(team, "Ana")) == 1
    assert "kill" not in on(team, "Ana")[0]
    assert team.keys(team.sam)[-1] == "ask_how"
    team.wait(hours=20)
    team.write(SOFT)
    assert len(on(team, "Ana")) == 1
    team.wait(hours=4)
    assert len(on(team, "Ana")) == 2
    assert rung(team) == []


def test_a_note_waits_for_the_coachs_hours(team):
    """It does not ring, so it wakes nobody."""
    team.wait(hours=12)
    team.write(SOFT)
    assert on(team, "Ana") == []
    team.wait(hours=11)
    assert len(on(team, "Ana")) == 1


def test_joking_closes_nothing(team):
    """Only a person closes."""
    team.write(DANGER)
    team.write("only joking lol")
    assert alert(team).state == "open"
    team.wait(minutes=5)
    assert rung(team) == ["Ana", "Ben"]


def test_what_cannot_be_read_soon_after_a_worry_counts_as_now(team):
    """Within a day of a soft or a now; later it is a task for the day again."""
    team.write(SOFT)
    team.write(UNREAD)
    assert (alert(team).level, alert(team).by) == ("now", "score")
    alerts.not_a_concern(team.app, alert(team).id, by=team.ids["Ana"])
    team.wait(hours=25)
    team.write(UNREAD)
    assert team.rows(Alert)[-1].level == "unread"


def test_help_is_soft_and_soon_after_a_worry_now(team):
    """HELP has its answer, and a note; within a day of a soft or now it rings."""
    team.write("HELP")
    assert team.keys(team.sam) == ["answer_help"]
    assert alert(team).level == "soft"
    team.write("HELP")
    assert (alert(team).level, rung(team)) == ("now", ["Ana"])


# about us


def test_about_us_goes_round_who_it_is_about(team):
    """Lead and safeguarding lead alone are told; the coach sees nothing of it."""
    team.write(ABOUT_US)
    found = alert(team)
    assert (found.category, found.about_coach_id) == ("about_us", team.ids["Ana"])
    assert rung(team) == ["Lea"]
    for _ in range(4):
        team.wait(minutes=15)
    assert set(rung(team)) == {"Lea"}
    reply = team.phone()[0].text
    assert "Anyone it’s about won’t see it" in reply
    assert "Ana" not in reply
    for name in ("Ana", "Ben"):
        assert alerts.open_alerts(team.app, seen_by=team.ids[name]) == ()
        with pytest.raises(UnknownAlert):
            alerts.acknowledge(team.app, found.id, by=team.ids[name])
    assert [line.id for line in alerts.open_alerts(team.app, seen_by=team.ids["Lea"])] == [
        found.id
    ]


def test_about_us_never_joins_another_alert(team):
    """Whoever has the other one may be whom it is about."""
    team.write(DANGER)
    team.write(ABOUT_US)
    assert [row.category for row in team.rows(Alert)] == ["suicide", "about_us"]
    assert rung(team) == ["Ana", "Lea"]


# incidents, stopped, kept in touch


@pytest.mark.slow
def test_an_unknown_number_rings_on_call_with_its_address(team):
    """There is no record to look it up in; it climbs like any other."""
    team.write(DANGER, phone="07700900999", channel="sms")
    assert rung(team) == ["Cyd"]
    assert "07700900999" in on(team, "Cyd")[0]
    team.wait(minutes=5)
    assert rung(team) == ["Cyd", "Lea"]
    alerts.settle(
        team.app, alert(team).id, by=team.ids["Cyd"], outcome=Outcome.TRIED, closing=ClosingWords()
    )
    assert [row.closed_at is None for row in team.rows(Incident)] == [False]


def test_an_incident_that_was_the_clients_goes_on_ringing_in_their_record(team):
    """Checking who wrote it is not having it."""
    dee = team.add("Dee", phone="1002", enrolment="invited")
    team.write(DANGER, phone="1002")
    incidents.check(team.app, team.rows(Incident)[0].id, theirs=True)
    assert (alert(team).client_id, alert(team).state) == (dee, "open")
    team.wait(minutes=5)
    assert rung(team) == ["Cyd", "Ana"]


def test_stop_beside_danger_has_to_be_rung(team):
    """A text cannot reach them, and the notice says so."""
    team.write(f"{DANGER}. STOP")
    team.wait(minutes=5)
    assert all("have to be rung" in on(team, name)[-1] for name in ("Ben",))
    (line,) = alerts.open_alerts(team.app, seen_by=team.ids["Ana"])
    assert line.must_be_rung


def test_a_person_who_is_there_is_not_talked_over(team):
    """In an open hand-off the fixed reply comes only when nobody wrote in five minutes."""
    team.write("COACH")
    hand_off.say_as_coach(team.app, team.sam, "hi", by=team.ids["Ana"])
    team.go()
    team.write(DANGER)
    assert "concern_now" not in team.keys(team.sam)
    assert rung(team) == ["Ana"]
    team.wait(minutes=6)
    team.write(DANGER)
    assert team.keys(team.sam)[-1] == "concern_now"


def test_a_coach_who_left_is_nobodys_way(team):
    """Made inactive while it climbs, they are passed from then on."""
    team.write(DANGER)
    team.staff("Ben", active=False)
    team.wait(minutes=5)
    assert rung(team) == ["Ana", "Cyd"]


def test_the_card_has_what_helps_at_the_same_size(team):
    """In the client's words, with who matters, and how they are safely reached."""
    from onestep.storage import record

    with team.app.db.write() as session:
        record.add_entry(
            session,
            client_id=team.sam,
            kind="noticing",
            words="walked the dog twice",
            message_ids=[],
            at=team.app.clock(),
            zone="Europe/London",
            turn_id=None,
        )
        record.add_person(session, client_id=team.sam, name="Rhys", now=team.app.clock())
        assert client_of(session, team.sam)
    team.write("been for a walk")
    team.write(DANGER)
    shown = alerts.card(team.app, alert(team).id, seen_by=team.ids["Ana"])
    assert [each.words for each in shown.helps][-1] == "walked the dog twice"
    assert shown.people == ("Rhys",)
    assert shown.reach.ways == ("telegram: 1001",)
    assert shown.reach.theirs_alone is True
    assert [line.text for line in shown.before if line.theirs] == ["been for a walk"]
    assert "999" in (shown.told[0].text or "")
    assert shown.line.promised_at is not None

"""Check-ins come at the agreed times: once a local date, never at night, never on top of quiet."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from onestep.services import by_hand
from onestep.services.converse import converse
from onestep.services.due import next_due, run_due
from onestep.storage.models import CheckIn, Client, ContactTerms, Inbox, Outbox
from tests.services.world import A_WEDNESDAY, AWAY, answer_to, by_rule

NOON = {"window_start": "12:00", "window_end": "12:01"}
LONDON = ZoneInfo("Europe/London")


def through(world, days, *, step=timedelta(minutes=30), each=lambda: None):
    """Lets days go by, doing what falls due."""
    end = world.app.clock() + timedelta(days=days)
    while world.app.clock() < end:
        due = next_due(world.app)
        ahead = min(due - world.app.clock(), step * 20) if due else step * 20
        world.wait(seconds=max(ahead.total_seconds(), 60))
        each()


def opened_days(world):
    """The local dates on which a check-in went out."""
    sent = world.rows(Outbox, kind="check_in", state="sent")
    return [row.sent_at.astimezone(LONDON).date() for row in sent]


@pytest.mark.slow
def test_every_few_days(world):
    """Every three days means three local dates apart, at the client's hour."""
    world.add(rhythm="every_n_days", every_days=3, days=3, **NOON)
    world.go()
    through(world, 10, each=lambda: world.write("ok thanks") if world.phone() else None)
    days = opened_days(world)
    assert days[:3] == [date(2026, 3, 4), date(2026, 3, 7), date(2026, 3, 10)]


@pytest.mark.slow
def test_both_clock_changes(new_world):
    """Through both changes of the clock: noon stays noon, once a local date."""
    for name, start in (
        ("spring", "2026-03-27T09:00+00:00"),
        ("autumn", "2026-10-23T09:00+00:00"),
    ):
        world = new_world(name, at=datetime.fromisoformat(start))
        world.add(rhythm="every_n_days", every_days=1, days=1, **NOON)
        world.bot.rule = by_rule
        for _ in range(4):
            through(world, 1)
            world.write("ok")
        sent = [row.sent_at for row in world.rows(Outbox, kind="check_in", state="sent")]
        assert {at.astimezone(LONDON).hour for at in sent} == {12}
        assert max(Counter(at.astimezone(LONDON).date() for at in sent).values()) == 1
        assert len(sent) >= 3


def test_after_two_unanswered_one_question_then_silence(world):
    """Two check-ins without an answer, one "shall I leave it?", then nothing until they write."""
    sam = world.add(rhythm="every_n_days", every_days=1, days=1, **NOON)
    through(world, 9)
    unanswered = [
        turn.context["unanswered"]
        for turn in world.bot.heard
        if type(turn.input).__name__ == "Happened"
    ]
    assert unanswered == [0, 1, 2]
    rows = sorted(world.rows(CheckIn, client_id=sam), key=lambda row: row.planned_on)
    reasons = [row.reason for row in rows if row.opened_at]
    assert [row.state for row in rows if row.opened_at][:2] == ["left_open", "left_open"]
    assert len(reasons) == 3
    world.write("sorry been busy")
    through(world, 2)
    assert len(opened_days(world)) >= 4


def test_late_is_let_go(world):
    """A service that was down over the due time and its grace catches nothing up."""
    world.add(rhythm="every_n_days", days=7, **NOON)
    world.go()
    world.wait(hours=4)
    assert opened_days(world) == []
    through(world, 1)
    assert opened_days(world) == [date(2026, 3, 5)]


def test_away_for_weeks(world):
    """After weeks of absence there is one check-in to come, not one for each that was missed."""
    sam = world.add(rhythm="every_n_days", every_days=1, days=1, **NOON)
    world.go()
    world.wait(days=30)
    coming = [row for row in world.rows(CheckIn, client_id=sam) if row.state == "due"]
    assert opened_days(world) == []
    assert len(coming) == 1


def test_nobody_is_asked_twice_for_one_date(world):
    """While one check-in waits in the queue, none is planned for the day after."""
    sam = world.add(rhythm="every_n_days", days=7, **NOON)
    world.bot.fault = AWAY
    world.go()
    world.write("been better")  # waits for the bot, and the check-in behind it
    world.wait(hours=2)
    for _ in range(3):
        run_due(world.app)
    states = Counter(row.state for row in world.rows(CheckIn, client_id=sam))
    assert states == {"queued": 1}


def test_pause_and_back_on_the_same_day(world):
    """PAUSE and RESUME leave the planned date usable; the database never sees it twice."""
    sam = world.add(rhythm="every_n_days", every_days=2, days=2, **NOON)
    world.go()
    world.wait(hours=2)
    for word in ("PAUSE", "RESUME", "PAUSE", "RESUME"):
        world.write(word)
    rows = sorted(world.rows(CheckIn, client_id=sam), key=lambda row: row.planned_on)
    assert [(row.planned_on.day, row.state) for row in rows] == [(4, "left_open"), (6, "due")]


def test_a_date_that_was_moved_counts_where_it_happened(world):
    """After LATER to the next morning the rhythm counts from that morning."""
    sam = world.add(rhythm="every_n_days", every_days=2, days=2, **NOON)
    world.go()
    world.wait(hours=2)
    assert opened_days(world) == [date(2026, 3, 4)]
    world.bot.rule = lambda turn: (
        answer_to(
            turn,
            commands=[
                {"command": "postpone", "date": None},
                {"command": "end_check_in", "how": "left_open"},
            ],
        )
        if type(turn.input).__name__ == "Texts"
        else by_rule(turn)
    )
    world.wait(hours=6)  # half past six
    world.write("later")
    assert world.keys(sam)[-1] == "postponed"
    moved = next(row for row in world.rows(CheckIn, client_id=sam) if row.reason == "later")
    assert moved.state == "due"
    assert moved.due_at.astimezone(LONDON) == datetime(2026, 3, 5, 9, tzinfo=LONDON)
    world.wait(hours=15)
    assert opened_days(world) == [date(2026, 3, 4), date(2026, 3, 5)]
    through(world, 2.5)
    assert opened_days(world)[2:] == [date(2026, 3, 7)]


def test_not_right_after_a_talk(world):
    """Who wrote within the last two hours is not asked how things are."""
    world.add(rhythm="every_n_days", days=7, **NOON)
    world.go()
    world.wait(hours=1)
    world.write("been better")
    world.wait(minutes=45)
    assert opened_days(world) == []
    world.wait(hours=1, minutes=20)
    assert opened_days(world) == [date(2026, 3, 4)]


@pytest.mark.parametrize("state", ["paused", "stopped", "ended", "unreachable"])
def test_none_in_a_quiet_state(world, state):
    """No check-in begins, and none is planned, while contact is quiet."""
    sam = world.add(rhythm="every_n_days", every_days=1, **NOON)
    world.go()
    world.change(sam, contact=state)
    through(world, 3)
    assert world.phone() == []


@pytest.mark.slow
def test_pause_is_over_once_in_their_hours(world):
    """On the date of a pause the question comes once, in the client's hours, never at night."""
    sam = world.add(**NOON)
    world.write("pause 2 days")
    assert world.keys(sam) == ["paused_until"]
    through(world, 5, step=timedelta(minutes=3))
    assert world.keys(sam) == ["paused_until", "start_again"]
    (row,) = world.rows(Outbox, kind="pause_over")
    assert 9 <= row.sent_at.astimezone(LONDON).hour < 21
    assert row.sent_at > A_WEDNESDAY + timedelta(days=1)
    assert world.client(sam).contact == "paused"


@pytest.mark.parametrize(
    ("key", "state", "said"),
    [("yes", "active", "resumed_no_next"), ("not_yet", "paused", "paused_open")],
)
def test_answers_to_shall_i_start_again(world, key, state, said):
    """Yes begins again; not yet stays quiet, open now, and is not asked about again."""
    sam = world.add(**NOON)
    world.write("pause 2 days")
    through(world, 4)
    world.press(world.last_prompt(), key)
    assert world.client(sam).contact == state
    assert world.client(sam).paused_until is None
    assert world.keys(sam)[-1] == said
    through(world, 4)
    assert world.keys(sam)[-1] == said


def test_pausing_for_longer_moves_the_question(world):
    """A second PAUSE with a later date: the question comes on that one only."""
    sam = world.add(**NOON)
    world.write("pause 2 days")
    world.write("pause 6 days")
    through(world, 5)
    assert "start_again" not in world.keys(sam)
    through(world, 3)
    assert world.keys(sam).count("start_again") == 1


def test_a_resumed_client_is_not_asked(world):
    """Who came back on their own is not asked whether to start again."""
    sam = world.add(**NOON)
    world.write("pause 2 days")
    world.write("RESUME")
    through(world, 4)
    assert "start_again" not in world.keys(sam)


def test_only_when_asked_hides_nobody(world):
    """Hundreds who want no rhythm do not keep the others from being planned."""
    first = world.add("first", phone="first")
    with world.app.db.write() as session:
        template = session.get_one(Client, first)
        for number in range(250):
            session.add(
                Client(
                    id=f"A{number:025}", called=b"x", coach_id=template.coach_id,
                    enrolment="enrolled", contact="active", contact_since=A_WEDNESDAY,
                    created_at=A_WEDNESDAY,
                )
            )  # fmt: skip
            session.flush()
            session.add(
                ContactTerms(
                    client_id=f"A{number:025}", rhythm="only_when_asked", weekdays=[],
                    window_start="10:00", window_end="18:00", quiet_start="21:00",
                    quiet_end="09:00", zone="Europe/London", language="en", length="ordinary",
                    discreet=False, agreed_at=A_WEDNESDAY,
                )
            )  # fmt: skip
    last = world.add("last", phone="last", rhythm="every_n_days")
    run_due(world.app)
    assert [row.client_id for row in world.rows(CheckIn)] == [last]


def test_a_burst_of_check_ins_is_spread(world):
    """Many clients with the same hours are not all written to in the same minute."""
    for number in range(12):
        world.add(str(number), phone=str(number), rhythm="every_n_days", days=7)
    run_due(world.app)
    assert len({row.due_at for row in world.rows(CheckIn)}) > 6


def test_by_hand_twice_a_day_is_one_row(world):
    """The demo's button uses the one row of the date, however often it is pressed."""
    sam = world.add()
    for _ in range(3):
        by_hand.make_check_in_due(world.app, sam)
        world.go()
    assert len(world.rows(CheckIn, client_id=sam)) == 1
    assert len(world.rows(Inbox)) == 3


def test_quiet_hours_put_off_what_the_service_began(world):
    """What the service began and could not send by day waits for the morning, or is let go."""
    sam = world.add()
    world.wait(hours=9, minutes=59)  # 20:29
    by_hand.make_check_in_due(world.app, sam)
    world.run(converse(world.app))
    world.wait(hours=1)
    assert world.keys(sam) == []
    world.wait(hours=12)
    assert world.keys(sam) == []  # its grace was over by then
    assert world.keys(sam, state="cancelled") == ["ask_better"]

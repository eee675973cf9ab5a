"""What is looked at once in a while: the drill, the rota, the numbers, silence; the heartbeat."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from onestep.services import alerts, heartbeat
from onestep.services.daily import require_rota
from onestep.services.errors import RotaGap
from onestep.storage.models import Alert, OnCall, Outbox
from tests.services.world import A_WEDNESDAY

LEA = "07700900204"


@pytest.fixture
def drilled(new_world):
    """A service that drills, with a lead who has a phone."""
    world = new_world(drills=True)
    world.add()
    world.lea = world.reach("Lea", LEA)
    world.staff("Lea", role="lead")
    return world


def on(world, phone=LEA):
    """The texts on a phone."""
    return [shown.text for shown in world.phone(phone, "sms")]


@pytest.mark.slow
def test_once_a_day_a_made_up_concern_goes_the_whole_way(drilled):
    """Screen, alert, outbox, channel, a lead; it says that it is a drill, and ends by itself."""
    drilled.go()
    drilled.wait(hours=2)
    (text,) = on(drilled)
    assert "drill" in text
    (found,) = drilled.rows(Alert)
    assert (found.by, found.state, found.outcome) == ("drill", "closed", None)
    assert alerts.open_alerts(drilled.app, seen_by=drilled.lea) == ()
    assert drilled.phone() == []
    drilled.wait(hours=24)
    assert len(on(drilled)) == 2


def test_a_drill_wakes_nobody(drilled):
    """At night and on a Sunday there is none."""
    drilled.wait(hours=12, go=False)
    drilled.go()
    drilled.wait(days=3, hours=12)
    assert on(drilled) == []


def test_a_drill_that_does_not_get_through_is_an_operators_alarm(drilled, caplog):
    """And the heartbeat stops until one does."""
    drilled.app.channels.pop("sms")
    drilled.go()
    drilled.wait(minutes=6)
    assert "did not get through" in caplog.text
    with drilled.app.db.read() as session:
        wrong = heartbeat.what_is_wrong(session, drilled.app.clock())
    assert "the last drill did not get through" in wrong


def test_a_screen_that_sees_nothing_fails_the_drill(drilled, caplog, monkeypatch):
    """The whole chain is tried: also its first link."""
    from onestep.safety import Verdict
    from onestep.services import drill

    monkeypatch.setattr(drill, "screen", lambda text, context: Verdict())
    drilled.go()
    drilled.wait(minutes=6)
    assert "not seen by the concern screen" in caplog.text
    assert drilled.rows(Alert)[0].outcome == "drill_failed"


# rota


def test_a_rota_with_a_gap_and_no_plan_is_refused(new_world, made):
    """Within a week; a plan in service.yml, or somebody on call, and it starts."""
    world = new_world()
    world.add()
    bare = replace(made.content, service=replace(made.content.service, out_of_hours=None))
    with world.app.db.read() as session:
        require_rota(session, made.content, A_WEDNESDAY)
        with pytest.raises(RotaGap, match="Wednesday 04 March 17:00 to Thursday 05 March 09:00"):
            require_rota(session, bare, A_WEDNESDAY)
    ana = world.staff("Ana")
    with world.app.db.write() as session:
        session.add(
            OnCall(
                id="o1",
                coach_id=ana,
                begins_at=A_WEDNESDAY,
                ends_at=A_WEDNESDAY + timedelta(days=7),
            )
        )
    with world.app.db.read() as session:
        require_rota(session, bare, A_WEDNESDAY)


def test_a_gap_that_comes_nearer_is_told_to_the_lead_each_day(new_world, made):
    """While it runs nobody refuses anything."""
    bare = replace(made.content, service=replace(made.content.service, out_of_hours=None))
    world = new_world(content=lambda _: bare)
    world.add()
    world.reach("Lea", LEA)
    world.staff("Lea", role="lead")
    world.go()
    world.wait(hours=1)
    assert ["nobody is on call" in text for text in on(world)] == [True]
    world.wait(hours=24)
    assert len(on(world)) == 2


# numbers and silence


def test_a_number_nobody_has_checked_is_told_to_the_lead_once_a_week(new_world):
    """The shipped dates are old by then."""
    world = new_world(at=datetime(2027, 11, 3, 11, tzinfo=UTC))
    world.add()
    world.reach("Lea", LEA)
    world.staff("Lea", role="lead")
    world.go()
    assert "have not been checked for too long" in on(world)[0]
    world.wait(days=1)
    assert len(on(world)) == 1
    world.wait(days=6)
    assert len(on(world)) == 2


def test_no_answer_for_72_hours_after_something_hard_is_a_note(new_world):
    """Once; the coach alone, in the office's hours, without a word of it."""
    from onestep.services.open_question import open_question
    from tests.services.world import answer_to

    world = new_world()
    sam = world.add()
    world.reach("Ana", LEA)
    hard = {"command": "record_hard"}
    world.bot.rule = lambda turn: answer_to(
        turn, say=["ask_how"], asks="how", commands=[{**hard, "words": _refs(turn)}]
    )
    open_question(world.app, sam, "Q1")
    world.write("its been a hard week, not slept")
    world.wait(hours=71)
    assert on(world) == []
    world.wait(hours=2, minutes=30)
    world.wait(days=2)
    assert ["nothing since" in text for text in on(world)] == [True]
    assert "slept" not in on(world)[0]


def _refs(turn):
    return [message.ref for message in turn.input.messages]


# the heartbeat


@pytest.fixture
def monitor():
    """An outside monitor: how often it was asked."""
    heard = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield heard, f"http://127.0.0.1:{server.server_port}/beat"
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_a_heartbeat_each_minute_while_all_is_well(new_world, monitor):
    """And none while a message, an alert or the clock of one waits too long."""
    heard, url = monitor
    world = new_world(heartbeat_url=url)
    sam = world.add()
    world.go()
    world.go()
    assert heard == ["/beat"]
    world.wait(minutes=1)
    assert len(heard) == 2
    world.write("I want to kill myself", go=False)
    world.wait(seconds=61, go=False)
    world.run(heartbeat.beat(world.app))
    assert len(heard) == 2
    world.go()
    world.wait(minutes=1)
    assert len(heard) == 3
    assert world.rows(Outbox, client_id=sam)[0].state == "sent"


def test_no_heartbeat_while_the_database_is_away(new_world, monitor):
    """Nothing is sent that would say that all is well."""
    from tests.services.away import away

    heard, url = monitor
    world = new_world(heartbeat_url=url)
    world.add()
    with away(world, "locked"):
        world.run(heartbeat.beat(world.app))
    assert heard == []
    world.run(heartbeat.beat(world.app))
    assert len(heard) == 1


def test_a_monitor_that_is_away_harms_nothing(new_world, caplog):
    """A line in the log, without its address."""
    world = new_world(heartbeat_url="http://127.0.0.1:9/secret-path")
    world.add()
    world.go()
    assert "monitor was not reached" in caplog.text
    assert "secret-path" not in caplog.text

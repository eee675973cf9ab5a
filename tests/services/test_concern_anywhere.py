"""Danger in any step of any talk, in any state: one alert, which ends with a person or climbs on.

A machine of random stories against one service on service time: two clients who agreed, one who
has not, a number nobody knows, a staff that comes and goes.
"""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from channels.base import Attachment, Inbound
from onestep.services import alerts, by_hand, hand_off
from onestep.services.alerts import ClosingWords, Outcome
from onestep.services.edits import receive_edit
from onestep.services.errors import ServiceError
from onestep.storage.models import Alert, AlertMessage, Coach, Entry, Incident, Message, Ring
from tests.services.world import AWAY, World

DANGER = "I want to kill myself"
AGREED, UNKNOWN = ("1001", "1002"), "1999"
PHONES = (*AGREED, "1003", UNKNOWN)  # 1003 was invited, and has not said yes
STAFF = {"Ana": "9001", "Ben": "9002", "Lea": "9003"}
ENDS = {"closed", "not_a_concern"}


class Concern(RuleBasedStateMachine):
    """Everybody, and the clock."""

    made = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(self.folder / "w", self.made)
        self.ids = {
            phone: self.world.add(phone, phone=phone, rhythm="every_n_days", every_days=1)
            for phone in AGREED
        }
        self.world.add("Dee", phone="1003", enrolment="invited")
        self.staff = {name: self.world.reach(name, way, "telegram") for name, way in STAFF.items()}
        self.world.staff("Lea", role="lead")
        self.counted = 0

    def teardown(self) -> None:
        """Left alone for half a day, whatever is open still climbs."""
        self.world.bot.fault = None
        for _ in range(4):
            self.world.wait(hours=3)
        self.every_danger_has_one_alert_that_goes_on()
        self.world.close()
        shutil.rmtree(self.folder)

    def sent(self, phone, text, *, go=True, **more):
        """One message of a phone; its id at the provider."""
        self.counted += 1
        id = f"m{self.counted}"
        self.world.write(text, phone=phone, id=id, go=go, **more)
        return id

    # what happens

    @rule(phone=st.sampled_from(PHONES), go=st.booleans())
    def says_it(self, phone, go):
        """Plainly, alone or in a burst."""
        self.sent(phone, DANGER, go=go)

    @rule(phone=st.sampled_from(PHONES))
    def says_it_buried_in_a_burst(self, phone):
        """Between ordinary lines."""
        self.sent(phone, "been alright", go=False)
        self.sent(phone, f"went shopping. {DANGER}. anyway", go=False)
        self.sent(phone, "how are you")

    @rule(phone=st.sampled_from(AGREED))
    def says_it_in_an_edit(self, phone):
        """Of a line that was ordinary, before or after it was answered."""
        first = self.sent(phone, "been alright", go=bool(self.counted % 2))
        self.counted += 1
        receive_edit(
            self.world.app,
            Inbound("telegram", f"m{self.counted}", phone, DANGER, kind="edit", edits=first),
        )
        self.world.go()

    @rule(phone=st.sampled_from(AGREED))
    def says_it_under_a_picture(self, phone):
        """In a caption."""
        picture = (Attachment("photo", "file"),)
        self.sent(phone, DANGER, kind="attachment", attachments=picture)

    @rule(phone=st.sampled_from(PHONES))
    def says_it_with_stop(self, phone):
        """Both are done."""
        self.sent(phone, f"{DANGER}. STOP")

    @rule(
        phone=st.sampled_from(AGREED),
        words=st.sampled_from(
            ["been better", "STOP", "PAUSE", "RESUME", "START", "COACH", "HELP", "joking lol", "2"]
        ),
    )
    def says_something_else(self, phone, words):
        """Ordinary words and commands lead into every state."""
        self.sent(phone, words)

    @rule(phone=st.sampled_from(AGREED))
    def a_check_in_begins(self, phone):
        """A question lies open."""
        by_hand.make_check_in_due(self.world.app, self.ids[phone])
        self.world.go()

    @rule(phone=st.sampled_from(AGREED), close=st.booleans(), name=st.sampled_from(list(STAFF)))
    def a_coach_talks_or_hands_back(self, phone, close, name):
        """Where a hand-off is open."""
        self.tried(
            lambda: (
                hand_off.close(self.world.app, self.ids[phone], by=self.staff[name])
                if close
                else hand_off.say_as_coach(
                    self.world.app, self.ids[phone], "hi", by=self.staff[name]
                )
            )
        )

    @rule(
        name=st.sampled_from(list(STAFF)),
        what=st.sampled_from(["take", "settle", "none"]),
        which=st.integers(0, 5),
    )
    def a_person_acts(self, name, what, which):
        """Takes an alert, ends it, or says that it was none; perhaps one that is over."""
        rows = self.world.rows(Alert)
        if not rows:
            return
        app, by, id = self.world.app, self.staff[name], rows[which % len(rows)].id
        acts = {
            "take": lambda: alerts.acknowledge(app, id, by=by),
            "settle": lambda: alerts.settle(
                app, id, by=by, outcome=Outcome.SPOKE, closing=ClosingWords()
            ),
            "none": lambda: alerts.not_a_concern(app, id, by=by),
        }
        self.tried(acts[what])

    @rule(name=st.sampled_from(list(STAFF)), active=st.booleans())
    def staff_come_and_go(self, name, active):
        """Whoever is away is passed; it may be everybody."""
        self.world.staff(name, active=active)

    @rule(away=st.booleans())
    def the_bot(self, away):
        """Goes away or comes back."""
        self.world.bot.fault = AWAY if away else None

    @rule(minutes=st.sampled_from([1, 5, 16, 61, 600, 1500]))
    def time_passes(self, minutes):
        """And what falls due happens."""
        self.world.wait(minutes=minutes)

    def tried(self, act):
        """What a person does may be refused, in a stated way; nothing else may go wrong."""
        try:
            act()
        except ServiceError:
            return
        self.world.go()

    # what must hold

    @invariant()
    def every_danger_has_one_alert_that_goes_on(self):
        """Each message of danger stands in exactly one alert; each alert is over, or goes on."""
        of = {}
        for row in self.world.rows(AlertMessage):
            of.setdefault(row.message_id, set()).add(row.alert_id)
        found = {row.id: row for row in self.world.rows(Alert)}
        for message in self.world.rows(Message, direction="in", screen_level="now"):
            assert len(of.get(message.id, ())) == 1
        now = self.world.app.clock()
        for alert in found.values():
            if alert.state in ENDS:
                assert alert.closed_by is not None
                assert (alert.outcome is None) == (alert.state == "not_a_concern")
            elif alert.level == "now":
                assert alert.due_at is not None
                longest = timedelta(minutes=16) if alert.state == "open" else timedelta(hours=68)
                assert alert.due_at <= now + longest
                assert self.was_rung(alert)

    def was_rung(self, alert):
        """Somebody was told, unless nobody could be."""
        told = {row.coach_id for row in self.world.rows(Ring, alert_id=alert.id)}
        return bool(told) or not any(coach.active for coach in self.world.rows(Coach))

    @invariant()
    def one_at_a_time(self):
        """A client has one live alert, and so has a phone nobody knows."""
        live = [row for row in self.world.rows(Alert) if row.state not in ENDS]
        clients = [row.client_id for row in live if row.client_id]
        assert len(clients) == len(set(clients))
        addresses = {row.id: row.address_id for row in self.world.rows(Incident)}
        phones = [addresses[row.incident_id] for row in live if row.client_id is None]
        assert len(phones) == len(set(phones))

    @invariant()
    def never_only_a_noticing(self):
        """No entry is made of a message of danger."""
        danger = {
            message.id for message in self.world.rows(Message, direction="in", screen_level="now")
        }
        for entry in self.world.rows(Entry):
            assert not danger & set(entry.message_ids)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_danger_anywhere(made, long):
    """Random stories; every rule holds after every step."""
    Concern.made = made
    run_state_machine_as_test(
        Concern,
        settings=settings(
            max_examples=150 if long else 3,
            stateful_step_count=40 if long else 14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=not long,
            database=None,
        ),
    )

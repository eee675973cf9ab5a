"""T15 of the reliability page: alerts while coaches are absent, on service time; none is dropped.

The phones' ledger is the judge of who was told; a dice decides who is there, who has what phone
and when somebody answers.
"""

import logging
import random
from datetime import timedelta
from itertools import pairwise

import pytest

from onestep.domain.escalation import CLIMB_AFTER, TOP_AGAIN
from onestep.services import alerts
from onestep.services.alerts import ClosingWords, Outcome
from onestep.services.errors import ServiceError
from onestep.storage import clients
from onestep.storage.base import new_id
from onestep.storage.clients import NewTerms
from onestep.storage.models import Alert, Cover, OnCall, Ring

log = logging.getLogger(__name__)

DANGER = "I want to kill myself"
COACHES = 12
TICK = timedelta(minutes=5)
FOR = timedelta(hours=2)
RANG = ("raised", "climbed", "again", "late")


class Staff:
    """Twelve coaches, two of them leads; some away for good, some without a phone that works."""

    def __init__(self, world, dice, there) -> None:
        self.world, self.dice = world, dice
        self.ids, self.phones = [], {}
        for n in range(COACHES):
            id = world.staff(f"Coach {n}", role="lead" if n < 2 else "coach")
            if n < 2 or dice.random() < 0.7:
                self.phones[id] = f"9{n:03}"
                world.reach(f"Coach {n}", self.phones[id], "telegram")
            if n >= 2 and dice.random() < 0.2:
                world.staff(f"Coach {n}", active=False)
            self.ids.append(id)
        # Who looks at their phone within the time they have, and who never does.
        self.answers = {id: dice.random() < there for id in self.ids}
        with world.app.db.write() as session:
            for coach in self.ids:
                deputies = dice.sample(self.ids, dice.randint(0, 3))
                for place, deputy in enumerate(d for d in deputies if d != coach):
                    session.add(
                        Cover(id=new_id(), coach_id=coach, deputy_id=deputy, position=place)
                    )
            now = world.app.clock()
            for hours in range(0, 24, 6):
                if dice.random() < 0.7:
                    session.add(
                        OnCall(
                            id=new_id(),
                            coach_id=dice.choice(self.ids),
                            begins_at=now + timedelta(hours=hours),
                            ends_at=now + timedelta(hours=hours + 6),
                        )
                    )

    def look_at_their_phones(self):
        """Whoever was told, and answers, takes it, or writes down what came of it."""
        for alert in self.world.rows(Alert):
            if alert.state not in ("open", "acknowledged"):
                continue
            told = {ring.coach_id for ring in self.world.rows(Ring, alert_id=alert.id)}
            for coach in sorted(told):
                if self.answers[coach] and self.dice.random() < 0.5:
                    self.act(alert, coach)
                    break

    def act(self, alert, coach):
        """Two may press at once: the second is told so, and that is all."""
        app = self.world.app
        try:
            if alert.state == "open":
                alerts.acknowledge(app, alert.id, by=coach)
            else:
                outcome = self.dice.choice([Outcome.SPOKE, Outcome.TRIED, Outcome.PLAN])
                alerts.settle(app, alert.id, by=coach, outcome=outcome, closing=ClosingWords())
        except ServiceError:
            return


def clients_of(world, staff, count):
    """So many clients, each of a coach by the dice."""
    now, ids = world.app.clock(), []
    with world.app.db.write() as session:
        for n in range(count):
            client = clients.add_client(
                session,
                called=f"C{n}",
                coach_id=staff.dice.choice(staff.ids),
                terms=NewTerms(discreet=False, rhythm="only_when_asked"),
                now=now,
                enrolment="enrolled",
            )
            clients.add_address(
                session, client_id=client.id, channel="telegram", value=f"1{n:05}", now=now
            )
            ids.append(client.id)
    return ids


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("there", [0.25, 0.0])
def test_no_alert_is_dropped(new_world, long, there):
    """Each ends with what a person wrote down, is with one, or climbs on time; 1,000 in all."""
    dice = random.Random(int(there * 100) + 7)
    world = new_world()
    staff = Staff(world, dice, there)
    ids = clients_of(world, staff, 500 if long else 4)
    begins = {n: dice.randrange(0, 45, 5) for n in range(len(ids))}
    for minute in range(0, int(FOR.total_seconds() // 60), 5):
        for n in [n for n, at in begins.items() if at == minute]:
            world.write(DANGER, phone=f"1{n:05}", go=False)
        world.go()
        staff.look_at_their_phones()
        world.wait(seconds=TICK.total_seconds())
    rows = world.rows(Alert)
    assert {row.client_id for row in rows} == set(ids)
    for alert in rows:
        check(world, staff, alert)
    ends = [row.state for row in rows]
    log.info(
        "T15, %s of the staff answer: %s",
        there,
        {state: ends.count(state) for state in sorted(set(ends))},
    )


def check(world, staff, alert):
    """One alert: nobody waited for too long, and the phones have what was rung."""
    rings = [row for row in world.rows(Ring, alert_id=alert.id) if row.because in RANG]
    times = sorted({row.at for row in rings})
    assert times[0] - alert.at <= timedelta(seconds=1)
    for row in rings:
        shown = [each.text for each in world.phone(staff.phones[row.coach_id])]
        assert any(alert.ref in text for text in shown)
    if alert.state == "open":
        assert world.app.clock() - times[-1] <= TOP_AGAIN + TICK
        assert alert.due_at <= world.app.clock() + TOP_AGAIN
    elif alert.state == "acknowledged":
        assert alert.due_at is not None
    else:
        assert alert.outcome is not None
        assert alert.closed_by is not None
    if alert.acknowledged_at is None:  # nobody ever took it: no gap is longer than the top's
        assert all(two - one <= TOP_AGAIN + TICK for one, two in pairwise(times))
        assert times[1] - times[0] in (CLIMB_AFTER, TOP_AGAIN)

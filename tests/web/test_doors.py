"""Every door of the console, tried as everybody, on somebody's client (security page, S9)."""

import re
from itertools import product

import pytest

from onestep.services import accounts, rota
from onestep.settings import Settings
from onestep.storage import clients
from onestep.storage.base import new_id
from onestep.storage.models import Alert, AlertMessage, Ask, Audit, Coach, Message, Reading
from onestep.web.console import live
from onestep.web.console.doors import doors
from onestep.web.console.guard import Needs
from onestep.web.counts import Counts
from onestep.web.pages import pages
from tests.web.surfing import Surfer

pytestmark = pytest.mark.slow

# Who may come through: written here once more, so that a door that is opened wider, or a new one
# that nobody thought about, fails.
NOTHING, COACH, LEAD, CLIENT, ALERT = Needs
WHO_MAY = {
    "GET /begin/{token}": NOTHING,
    "POST /begin/{token}": NOTHING,
    "GET /sign-in": NOTHING,
    "POST /sign-in": NOTHING,
    "POST /sign-out": COACH,
    "GET /": COACH,
    "GET /live": COACH,
    "GET /clients": COACH,
    "POST /clients/{client_id}/break-glass": COACH,
    "GET /account": COACH,
    "POST /account/telegram": COACH,
    "POST /account/browsers/{browser}/end": COACH,
    "GET /clients/{client_id}": CLIENT,
    "POST /clients/{client_id}/go-on": CLIENT,
    "POST /clients/{client_id}/asks/{ask}/done": CLIENT,
    "GET /clients/{client_id}/thread": CLIENT,
    "GET /clients/{client_id}/thread/live": CLIENT,
    "POST /clients/{client_id}/thread/join": CLIENT,
    "POST /clients/{client_id}/thread/say": CLIENT,
    "POST /clients/{client_id}/thread/note": CLIENT,
    "POST /clients/{client_id}/thread/read/{message}": CLIENT,
    "POST /clients/{client_id}/thread/hand-back": CLIENT,
    "POST /clients/{client_id}/thread/read-all": CLIENT,
    "POST /clients/{client_id}/coach": LEAD,
    "GET /alerts/{alert}": ALERT,
    "POST /alerts/{alert}/take": ALERT,
    "POST /alerts/{alert}/settle": ALERT,
    "POST /alerts/{alert}/not-a-concern": ALERT,
    "POST /apart/{incident}/theirs": LEAD,
    "POST /apart/{incident}/not-theirs": LEAD,
    "GET /service": LEAD,
    "GET /service/audit": LEAD,
    "POST /service/coaches": LEAD,
    "POST /service/coaches/{coach}/link": LEAD,
    "POST /service/coaches/{coach}/end": LEAD,
    "POST /service/coaches/{coach}/cover": LEAD,
    "POST /service/on-call": LEAD,
    "POST /service/on-call/{shift}/remove": LEAD,
}
# Whom each need lets through.
LETS_IN = {
    NOTHING: {"nobody", "own", "other", "cover", "lead", "left"},
    COACH: {"own", "other", "cover", "lead"},
    LEAD: {"lead"},
    CLIENT: {"own", "cover", "lead"},
    ALERT: {"own", "cover", "lead"},
}
ROLES = ("nobody", "own", "other", "cover", "lead", "left")


class Office:
    """A client of Ana's, and everybody who may want to look."""

    def __init__(self, world) -> None:
        self.world = world
        self.sam = world.add()
        world.write("been better", go=False)
        own = world.client(self.sam).coach_id
        self.who = {"own": own}
        for role, name in (("other", "Ben"), ("cover", "Cy"), ("left", "Di")):
            self.who[role] = self._add(name)
        self.who["lead"] = self._add("Lee", "lead")
        rota.set_cover(world.app, own, [self.who["cover"]], by=self.who["lead"])
        self.surfers = {
            role: Surfer(world.app).be(self.who[role]) for role in ROLES if role != "nobody"
        }
        self.surfers["nobody"] = Surfer(world.app)
        self.surfers["nobody"].open("/sign-in")
        accounts.end(
            world.app, self.who["left"], by=self.who["lead"], now=self.surfers["own"].wall()
        )
        self.message = world.rows(Message, direction="in")[0].id
        self.alert = self._alert()

    def _add(self, name, role="coach"):
        with self.world.app.db.write() as session:
            now = self.world.app.clock()
            return clients.add_coach(session, name=name, now=now, role=role).id

    def _alert(self):
        row = Alert(
            id=new_id(),
            ref="K7QXA",
            client_id=self.sam,
            message_id=self.message,
            level="now",
            by="rule",
            spans=[],
            state="open",
            to_coach_id=self.who["own"],
            at=self.world.app.clock(),
        )
        with self.world.app.db.write() as session:
            session.add(row)
            session.flush()
            about = {"alert_id": row.id, "message_id": self.message, "at": row.at}
            session.add(AlertMessage(level="now", by="rule", spans=[[0, 4]], **about))
        return row.id

    def path(self, pattern):
        """An address with Sam, and things of Sam's, in it; of the rest nothing there is."""
        parts = {"client_id": self.sam, "alert": self.alert, "message": self.message}
        return re.sub(r"\{(\w+)\}", lambda found: parts.get(found[1], new_id()), pattern)


@pytest.fixture
def office(world, monkeypatch):
    """An office whose streams end at once."""
    monkeypatch.setattr(live, "_look", lambda *_: None)
    return Office(world)


def test_every_door_says_who_may_come_through_it():
    """The table above has each door there is, and no other."""
    assert {f"{each.method} {each.path}": each.needs for each in doors()} == WHO_MAY
    theirs = {f"{each.method} {each.path}": each.needs for each in doors(demo=True)}
    assert theirs == WHO_MAY


def test_nothing_goes_round_the_doors(world):
    """Every address of the web application is a door, or one of the few that need none."""
    demo = Settings.made_up(data=world.folder)
    real = demo.model_copy(update={"demo": False})
    for settings, more in ((real, ()), (demo, ("/demo",))):
        shown = pages(world.app, settings, world.ledger, Counts())
        paths = {route.path for route in shown.routes} - {door.path for door in doors()}
        free = ("/healthz", "/static", "/webhooks/", *more)
        assert [path for path in paths if not path.startswith(free)] == []


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_only_those_who_may_come_through(office, role):
    """Everybody at every door: others are sent to sign in, or told that there is no such page."""
    surfer = office.surfers[role]
    token = surfer.cookies.get("__Host-onestep")
    for door in doors():
        if door.path in {"/sign-out", "/sign-in"} or door.path.startswith("/begin"):
            continue  # of those test_sign_in.py tells all there is
        path = office.path(door.path)
        answer = surfer.open(path) if door.method == "GET" else surfer.post(path)
        where = answer.headers.get("location", "")
        if role in LETS_IN[door.needs]:
            assert answer.status_code in {200, 303, 409}, door
            assert not where.startswith("/sign-in"), door
        elif role in {"nobody", "left"}:
            assert answer.status_code == 401 or where.startswith("/sign-in"), door
        else:
            assert (answer.status_code, office.sam in where) == (404, False), door
        assert surfer.cookies.get("__Host-onestep") == token


def test_a_client_who_is_not_theirs_is_like_none_at_all(office):
    """The same page for both; only the log tells them apart."""
    ben = office.surfers["other"]
    pages_seen = []
    for id in (office.sam, new_id()):
        answer = ben.open(f"/clients/{id}/thread")
        assert answer.status_code == 404
        pages_seen.append(re.sub(f"{id}|[0-9a-f]{{64}}", "", answer.text))
    assert pages_seen[0] == pages_seen[1]
    refused = office.world.rows(Audit, what="refused")
    assert [(row.who, row.whom) for row in refused] == [
        (office.who["other"], office.sam),
        (office.who["other"], None),
    ]


def test_the_glass_can_be_broken_with_a_reason(office):
    """For an hour the client is open to them; the log and the leads know."""
    ben = office.surfers["other"]
    assert ben.post(f"/clients/{office.sam}/break-glass", why="x").status_code == 409
    assert ben.open(f"/clients/{office.sam}").status_code == 404
    why = "Ana is ill and Sam rang the office"
    assert ben.post(f"/clients/{office.sam}/break-glass", why=why).status_code == 303
    assert ben.open(f"/clients/{office.sam}").status_code == 200
    assert ben.post(f"/clients/{new_id()}/break-glass", why=why).status_code == 404
    assert len(office.world.rows(Audit, what="broke_glass")) == 1
    office.world.wait(hours=1, go=False)
    assert ben.open(f"/clients/{office.sam}").status_code == 404


def test_another_clients_things_are_not_reached_through_ones_own(office):
    """A message or a wish of somebody else's, asked for in the address of one's own client."""
    world = office.world
    dee = world.add("Dee", phone="1002")
    with world.app.db.write() as session:
        session.get_one(Coach, office.who["other"])
        clients.client(session, dee).coach_id = office.who["other"]
    ben = office.surfers["other"]
    assert ben.post(f"/clients/{dee}/thread/read/{office.message}").status_code == 409
    assert world.rows(Reading) == []
    ask = Ask(
        id=new_id(),
        client_id=office.sam,
        about="practical",
        message_ids=[],
        words=b"",
        at=world.app.clock(),
        zone="UTC",
    )
    with world.app.db.write() as session:
        session.add(ask)
    ben.post(f"/clients/{dee}/asks/{ask.id}/done")
    assert world.rows(Ask)[0].done_at is None


def test_reading_is_in_the_log(office):
    """Each page about a client that was opened is a line; a page that renews itself is one."""
    ana = office.surfers["own"]
    for path, times in product(
        (f"/clients/{office.sam}", f"/clients/{office.sam}/thread"), (1, 2)
    ):
        assert ana.open(path).status_code == 200, times
    lines = [row.what for row in office.world.rows(Audit) if row.whom == office.sam]
    assert lines == ["read_record", "read_thread"]
    office.world.wait(minutes=11, go=False)
    ana.open(f"/clients/{office.sam}/thread")
    assert len(office.world.rows(Audit, what="read_thread")) == 2


def test_what_a_client_wrote_is_shown_as_words_alone(office):
    """Text from outside is hostile wherever it is shown (S10)."""
    world = office.world
    nasty = '<script>alert("x")</script><img src=x onerror=alert(1)>&amp;"\'{{7*191}}'
    world.write(nasty, go=False)
    for path in ("/", "/clients", f"/clients/{office.sam}", f"/clients/{office.sam}/thread"):
        shown = office.surfers["own"].open(path).text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "1337" not in re.sub(r"01[0-9A-Z]{24}|[0-9a-f]{64}", "", shown)
    assert "&lt;script&gt;" in shown


def test_whom_an_alert_names_finds_no_such_alert(office):
    """By its id or its reference, on Today or on the client's page; a lead finds it."""
    with office.world.app.db.write() as session:
        session.get_one(Alert, office.alert).about_coach_id = office.who["own"]
    ana, lee = office.surfers["own"], office.surfers["lead"]
    for named in (office.alert, "K7QXA"):
        assert ana.open(f"/alerts/{named}").status_code == 404
        assert lee.open(f"/alerts/{named}").status_code == 200
    assert "K7QXA" not in ana.open("/").text
    assert "K7QXA" in lee.open("/").text
    assert "<mark>been</mark>" in lee.open("/alerts/K7QXA").text


def test_an_alert_is_taken_and_what_came_of_it_is_written_down(office):
    """From the card: whoever has it is named, and a settled alert is over."""
    ana = office.surfers["own"]
    card = "/alerts/K7QXA"
    assert ana.post(f"{card}/take").headers["location"] == card
    assert "Ana has this" in ana.open(card).text
    assert ana.post(f"{card}/settle", outcome="x").status_code == 409
    assert ana.post(f"{card}/settle", outcome="passed").status_code == 409
    answer = ana.post(f"{card}/settle", outcome="spoke", helped="rang Rhys")
    assert answer.headers["location"] == f"/clients/{office.sam}/thread"
    assert "somebody spoke with them" in ana.open(card).text
    did = [row.what for row in office.world.rows(Audit, whom=office.alert)]
    assert did == ["take", "read_alert", "settle"]
    assert "K7QXA" not in ana.open("/").text


def test_hours_that_nobody_covers_are_shown(office):
    """Outside the office's hours somebody has to be on call; who is, is shown too."""
    lee = office.surfers["lead"]
    assert "Nobody is there" in lee.open("/service").text
    fields = {"coach": office.who["own"], "begins": "2026-03-04T08:00", "ends": "2026-03-17T08:00"}
    assert lee.post("/service/on-call", **fields).status_code == 303
    rows = [(row.begins_at, row.ends_at) for row in rota.shifts(office.world.app)]
    assert len(rows) == 1
    assert rota.gaps(office.world.app)[0][0] == rows[0][1]
    for wrong in ({"ends": "2026-03-04T07:00"}, {"begins": "x"}, {"coach": "x"}):
        assert lee.post("/service/on-call", **fields | wrong).status_code == 409


def test_a_client_of_somebody_who_left_gets_another_coach(office):
    """A lead moves them; from then on they are the other's to see, and not the first one's."""
    lee, ben, ana = (office.surfers[role] for role in ("lead", "other", "own"))
    rota.set_cover(office.world.app, office.who["own"], [], by=office.who["lead"])
    answer = lee.post(f"/clients/{office.sam}/coach", coach=office.who["other"])
    assert answer.status_code == 303
    assert ben.open(f"/clients/{office.sam}").status_code == 200
    with office.world.app.db.write() as session:
        session.get_one(Alert, office.alert).to_coach_id = None
    assert ana.open(f"/clients/{office.sam}").status_code == 404
    assert lee.post(f"/clients/{office.sam}/coach", coach=office.who["left"]).status_code == 409


def test_all_of_a_talk_is_marked_as_read_at_once(office):
    """The first who read it stays named."""
    office.world.write("and more", go=False)
    ana, thread = office.surfers["own"], f"/clients/{office.sam}/thread"
    ana.post(f"{thread}/read/{office.message}")
    office.surfers["lead"].post(f"{thread}/read-all")
    named = [row.coach_id for row in office.world.rows(Reading)]
    assert named == [office.who["own"], office.who["lead"]]
    assert "I have read all of this" not in ana.open(thread).text


def test_a_coach_binds_their_own_telegram_by_a_code_from_their_page(office):
    """Sent from the phone it makes that phone theirs; the page lists it."""
    ana, world = office.surfers["own"], office.world
    code = re.search(r'class="letters">(\w+)<', ana.post("/account/telegram").text)[1]
    world.write(code, phone="555")
    assert "Telegram: 555" in ana.open("/account").text
    assert code not in ana.open("/account").text

"""Who comes in, and how they are shut out again (security page, S6 to S8)."""

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from onestep.services import accounts, passwords, sign_in
from onestep.storage.models import Browser, SignIn
from onestep.web.console import guard
from tests.web.surfing import HERE, Surfer, digits

pytestmark = pytest.mark.slow

PASSWORD = "allotment kettle thursday rain"


@pytest.fixture(autouse=True)
def _cheaper(monkeypatch):
    """The same work in a thousandth of the time; what is counted here is not how hard it is."""
    cheap = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    monkeypatch.setattr(passwords, "_NOBODYS", cheap.hash("nobody has this password"))
    monkeypatch.setattr(guard, "REFUSED_AFTER", 0.05)


@pytest.fixture
def surfer(world):
    """A browser at the console of an empty service."""
    return Surfer(world.app)


@pytest.fixture
def link(world, surfer):
    """Where the first lead begins."""
    return f"/begin/{accounts.link_for_lead(world.app.db, 'Bea', now=surfer.wall())}"


def secret(page):
    """The letters that stand under the picture."""
    return re.search(r'class="letters">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")


def fill_in(surfer, link, *, password=PASSWORD, again=None, code=None, name="bea@example.org"):
    """The form behind a link, filled in."""
    key = secret(surfer.open(link))
    shown = digits(key, surfer.wall()) if code is None else code
    return key, surfer.post(
        link, name=name, password=password, again=again or password, code=shown
    )


@pytest.fixture
def bea(surfer, link):
    """A lead who has set up her account half a minute ago: the secret of her app."""
    key, answer = fill_in(surfer, link)
    assert answer.status_code == 303
    surfer.cookies.clear()
    surfer.wall.at += timedelta(seconds=60)
    return key


def come_in(surfer, key, *, name="bea@example.org", password=PASSWORD, code=None):
    """The sign-in form, filled in."""
    surfer.open("/sign-in")
    shown = digits(key, surfer.wall()) if code is None else code
    return surfer.post("/sign-in", name=name, password=password, code=shown, next="/account")


def test_the_first_lead_sets_an_account_up_by_a_link_that_works_once(world, surfer, link):
    """She is let in at once; the link is over for everybody; the secret lies sealed."""
    key, answer = fill_in(surfer, link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert surfer.open("/account").status_code == 200
    assert surfer.open(link).status_code == 404
    kept = world.rows(SignIn)[0]
    assert kept.password.startswith("$argon2id$")
    assert key.encode() not in kept.totp
    assert accounts.has_lead(world.app.db)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"password": "short but odd"}, "at least 15"),
        ({"password": "passwordpassword"}, "easy to guess"),
        ({"password": "qwertyuiopasdfghjkl"}, "easy to guess"),
        ({"again": "something else entirely"}, "not the same"),
        ({"code": "000000"}, "did not fit"),
        ({"name": " "}, "1 to 60"),
    ],
)
def test_what_will_not_do_is_said_and_the_link_still_works(surfer, link, given, says):
    """A weak password, a slip or a wrong code costs another try and no more."""
    assert says in fill_in(surfer, link, **given)[1].text
    assert fill_in(surfer, link)[1].status_code == 303


def test_a_link_is_over_after_three_days(surfer, link):
    """Whoever finds it later finds nothing."""
    surfer.wall.at += timedelta(days=3)
    assert surfer.open(link).status_code == 404


def test_name_password_and_digits_let_in(surfer, bea):
    """And lead to the page that was asked for."""
    assert surfer.open("/account").headers["location"] == "/sign-in?next=/account"
    answer = come_in(surfer, bea)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert surfer.open("/account").status_code == 200


def test_digits_work_once(surfer, bea):
    """Whoever looked over a shoulder is too late."""
    assert come_in(surfer, bea).status_code == 303
    surfer.cookies.clear()
    assert come_in(surfer, bea).status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"name": "nobody"}, {"password": "allotment kettle friday"}, {"code": "123"}]
)
def test_what_was_wrong_is_not_told(surfer, bea, wrong, monkeypatch):
    """The same words for an unknown name, and the same work: a password is held to something."""
    worked = []
    fits = passwords.fits
    monkeypatch.setattr(
        passwords, "fits", lambda kept, said: worked.append(kept) or fits(kept, said)
    )
    surfer.open("/sign-in")
    usual = surfer.post("/sign-in", name="bea@example.org", password="x", code="1", next="/")
    answer = come_in(surfer, bea, **wrong)
    assert (answer.status_code, len(worked)) == (401, 2)
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", answer.text) == strip.sub("", usual.text)
    assert answer.elapsed.total_seconds() >= 0.05


def test_failures_make_the_next_try_wait_and_lock_nobody_out(world, surfer, bea):
    """Longer each time, up to a minute; then whoever has all three comes in."""
    for _ in range(12):
        sign_in.sign_in(world.app, "bea@example.org", "x", "1", browser=None, now=surfer.wall())
        surfer.wall.at += timedelta(seconds=61)
    surfer.wall.at -= timedelta(seconds=2)
    assert come_in(surfer, bea).status_code == 401
    surfer.wall.at += timedelta(seconds=3)
    assert come_in(surfer, bea).status_code == 303


def test_the_cookie_is_ours_alone(surfer, bea):
    """No script sees it, it goes by https only and nowhere else; another one before sign-in."""
    before = surfer.open("/sign-in").headers["set-cookie"]
    after = come_in(surfer, bea).headers["set-cookie"]
    for cookie in (before, after):
        assert cookie.startswith("__Host-onestep=")
        for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert word in cookie
    assert before.split(";")[0] != after.split(";")[0]


def test_a_browser_is_forgotten_after_half_an_hour_or_half_a_day(surfer, bea):
    """Used each twenty minutes it lasts twelve hours; left alone, thirty minutes."""
    come_in(surfer, bea)
    for _ in range(36):
        surfer.wall.at += timedelta(minutes=20)
        last = surfer.open("/account").status_code
    assert last == 200
    surfer.wall.at += timedelta(minutes=2)
    assert surfer.open("/account").status_code == 303
    surfer.cookies.clear()
    come_in(surfer, bea)
    surfer.wall.at += timedelta(minutes=29)
    assert surfer.open("/account", **{"x-live": "yes"}).status_code == 200
    surfer.wall.at += timedelta(minutes=2)
    assert surfer.open("/account").status_code == 303


def test_browsers_are_listed_and_ended(world, surfer, bea):
    """One's own, and never another's."""
    come_in(surfer, bea)
    surfer.wall.at += timedelta(seconds=60)
    elsewhere = Surfer(world.app, wall=surfer.wall)
    come_in(elsewhere, bea)
    mine, other = [row.id for row in world.rows(Browser)][-2:]
    assert other in surfer.open("/account").text
    surfer.post(f"/account/browsers/{other}/end")
    assert elsewhere.open("/account").status_code == 303
    stranger = world.rows(SignIn)[0].coach_id
    somebody = accounts.invite_coach(world.app, "Cy", lead=False, by=stranger, now=surfer.wall())
    cy = accounts.begun(world.app, somebody, now=surfer.wall()).coach_id
    Surfer(world.app, wall=surfer.wall).be(cy).post(f"/account/browsers/{mine}/end")
    assert surfer.open("/account").status_code == 200
    surfer.post("/sign-out")
    assert surfer.open("/account").status_code == 303


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, 303),
        ({"origin": "https://elsewhere"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": None}, 403),
        ({"proof": "0" * 64}, 403),
        ({"proof": "é"}, 403),
        ({"more": "x" * 70_000}, 413),
    ],
)
def test_only_a_form_of_ours_changes_anything(world, surfer, bea, how, status):
    """It comes from our own address and carries the proof of this very browser."""
    come_in(surfer, bea)
    surfer.open("/account")
    assert surfer.post("/sign-out", **how).status_code == status
    assert surfer.open("/account").status_code == (303 if status == 303 else 200)


def test_nobody_is_sent_elsewhere(surfer, bea):
    """A link to our sign-in cannot carry somebody off to another's page."""
    for wanted in ("https://elsewhere", "//elsewhere", "/\\elsewhere", "x"):
        surfer.cookies.clear()
        surfer.wall.at += timedelta(seconds=60)
        surfer.open("/sign-in")
        code = digits(bea, surfer.wall())
        fields = {"name": "bea@example.org", "password": PASSWORD, "code": code, "next": wanted}
        assert surfer.post("/sign-in", **fields).headers["location"] == "/"


def test_a_demo_lets_anybody_be_anybody_and_nothing_else_does(world, surfer):
    """One press signs in; elsewhere the same press is refused."""
    world.add()
    demo = Surfer(world.app, demo=True, public_url=None)
    ana = accounts.colleagues(world.app)[0].id
    assert "Be Ana" in demo.open("/sign-in").text
    assert demo.post("/sign-in", coach=ana, origin=HERE).headers["location"] == "/"
    assert demo.open("/account").status_code == 200
    surfer.open("/sign-in")
    assert surfer.post("/sign-in", coach=ana).status_code == 401


def test_a_slow_refusal_is_a_refusal(surfer, bea, monkeypatch):
    """Where the work took longer than every refusal is to take, nothing more is waited for."""
    monkeypatch.setattr(guard, "REFUSED_AFTER", 0)
    answer = come_in(surfer, bea, password="something else altogether")
    assert answer.status_code == guard.REFUSED

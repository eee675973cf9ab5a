"""A coach at the console in Chromium: signs in, takes an alert, answers, and hands back."""

import asyncio
import re
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from onestep.services import accounts
from onestep.settings import Settings
from onestep.storage.models import Closing, HandOff
from onestep.web import pages as web
from onestep.web.console.call import Console
from onestep.web.counts import Counts
from onestep.web.server import listen, serve
from onestep.worker import until_idle
from tests.web.surfing import digits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PASSWORD = "allotment kettle thursday rain"
PHONE, DESK = {"width": 320, "height": 640}, {"width": 1200, "height": 800}
DANGER = "cant do this anymore, i want to die"


class Wall:
    """The time on the wall, moved on by the tests: six digits work once."""

    def __init__(self):
        self.moved = timedelta(0)

    def __call__(self):
        """The time it shows."""
        return datetime.now(UTC) + self.moved


class Desk:
    """A running console over a service of its own, and a page in a browser."""

    def __init__(self, world, address, wall, page):
        self.world, self.address, self.wall, self.page = world, address, wall, page
        self.secret = ""

    def open(self, path):
        """Goes to a page of ours."""
        self.page.goto(f"{self.address}{path}")

    def set_up(self):
        """The link of the coach whose client Sam is, followed to its end."""
        ana = accounts.colleagues(self.world.app)[0].id
        token = accounts.link_again(self.world.app, ana, by=ana, now=self.wall())
        self.open(f"/begin/{token}")
        self.fine()
        self.secret = self.page.locator(".letters").inner_text().replace(" ", "")
        self.page.get_by_label("Name to sign in by").fill("ana@example.org")
        self.page.get_by_label("Password, at least").fill(PASSWORD)
        self.page.get_by_label("The password again").fill(PASSWORD)
        self._code("The six digits it shows now", "Set up and sign in")

    def sign_in(self):
        """Name, password and the digits of now."""
        expect(self.page.get_by_label("Password")).to_be_visible()
        self.fine()
        self.page.get_by_label("Name").fill("ana@example.org")
        self.page.get_by_label("Password").fill(PASSWORD)
        self._code("Six digits from your app", "Sign in")

    def _code(self, label, button):
        self.page.get_by_label(label).fill(digits(self.secret, self.wall()))
        self.page.get_by_role("button", name=button).click()
        expect(self.page.get_by_role("heading", name="Today")).to_be_visible()

    def press(self, name):
        """A button of this name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def fine(self):
        """Everybody can use this page: axe finds nothing, and nothing is cut off sideways."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        width = self.page.viewport_size["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def running(new_world, monkeypatch):
    """A service with one client, its console on a port of this machine, and a wall clock."""
    world, wall = new_world(), Wall()
    world.add()
    monkeypatch.setattr(web, "Console", partial(Console, wall=wall))
    settings = Settings.made_up().model_copy(update={"demo": False})
    shown = web.pages(world.app, settings, world.ledger, Counts())
    socket = listen("127.0.0.1", 0, "ONESTEP_PORT")
    over, loops = threading.Event(), []

    async def work():
        loops.append(asyncio.current_task())
        serving = asyncio.create_task(serve(shown, socket))
        while not over.is_set():
            await until_idle(world.app)
            await asyncio.sleep(0.05)
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    yield world, f"http://localhost:{socket.getsockname()[1]}", wall
    over.set()
    thread.join(60)
    socket.close()
    assert not thread.is_alive()


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def desk(request, running, browser):
    """A console in a browser, on a phone and on a desk; a script error fails the test."""
    context = browser.new_context(viewport=request.param)
    page: Page = context.new_page()
    page.set_default_timeout(60_000)
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield Desk(*running, page)
    context.close()
    assert faults == []


def test_from_the_link_to_the_hand_back(desk):
    """Set up, sign in with six digits, take the alert, answer, read the answer, hand back."""
    world, page = desk.world, desk.page
    desk.set_up()
    expect(page.get_by_text("Nothing needs a person now.")).to_be_visible()
    desk.fine()
    page.get_by_role("button", name="Sign out").click()
    desk.wall.moved += timedelta(seconds=60)
    desk.sign_in()

    world.write(DANGER, go=False)
    page.get_by_role("link", name="Open the card").click()  # it came by itself, without a reload
    expect(page.locator("mark").first).to_be_visible()
    desk.fine()
    desk.press("I’ve got this")
    expect(page.get_by_text("Ana has this")).to_be_visible()
    page.get_by_role("link", name=re.compile("Open the talk")).click()
    page.get_by_label("Your message, in your own name").fill("Hi Sam, it's Ana. I'm here.")
    desk.press("Send")
    log = page.get_by_role("log")
    expect(log).to_contain_text("Hi Sam, it's Ana. I'm here.")

    page.get_by_label("A note").fill("half a")
    world.write("thanks for coming on", go=False)
    expect(log).to_contain_text("thanks for coming on")  # again by itself
    expect(page.get_by_label("A note")).to_have_value("half a")
    desk.fine()
    page.get_by_text("Hand back", exact=True).click()
    page.get_by_label("What helped").fill("hearing a voice")
    desk.press("Hand back now")
    expect(page.get_by_role("button", name="Let check-ins go on")).to_be_visible()
    assert "Hi Sam, it's Ana. I'm here." in [line.text for line in world.phone()]
    assert [row.state for row in world.rows(HandOff)] == ["closed"]
    assert world.rows(Closing)[0].helped is not None

    desk.open("/")
    page.get_by_role("link", name="Open the card").click()
    page.get_by_label("I spoke with them").check()
    desk.press("Write this down")
    desk.open("/")
    expect(page.get_by_text("Open the card")).to_have_count(0)
    for path in ("/clients", "/account"):
        desk.open(path)
        desk.fine()


@pytest.mark.parametrize("desk", [PHONE], ids=["phone"], indirect=True)
def test_the_pages_of_a_lead_can_be_used_by_everybody(desk):
    """The service's page, the audit log, a client's page, and the page of what is not there."""
    world, page = desk.world, desk.page
    accounts.link_for_lead(world.app.db, "Ana", now=world.app.clock())
    desk.set_up()
    page.get_by_role("link", name="Service").click()
    page.get_by_label("First name").fill("Cy")
    desk.press("Make a link")
    expect(page.get_by_role("status")).to_contain_text("/begin/")
    desk.fine()
    page.get_by_role("link", name="The audit log").click()
    page.wait_for_url("**/service/audit")
    desk.fine()
    desk.open("/clients")
    page.get_by_role("link", name="Sam", exact=True).click()
    page.wait_for_url("**/clients/*")
    desk.fine()

"""A person talks to the demo in Chromium: the main job, end to end."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
# Typed and sent within the page, so that no slow step between lets the lull pass.
TYPE_AND_SEND = """(phone, texts) => {
  for (const text of texts) {
    phone.querySelector("textarea").value = text;
    phone.querySelector("form").requestSubmit();
  }
}"""


class Phone:
    """One phone on the page, as a thumb meets it."""

    def __init__(self, page: Page, number: int = 1) -> None:
        self.page = page
        self.it = page.get_by_role("region", name=f"Phone {number}")
        self.theirs = self.it.locator(".lines .theirs")
        self.mine = self.it.locator(".lines .mine")

    def be(self, who: str) -> None:
        """Picks who to be, by the start of the option's text."""
        options = self.it.locator("option").all_text_contents()
        wanted = next(option for option in options if option.startswith(who))
        self.it.locator("select").select_option(label=wanted)
        if wanted.startswith("Someone new"):
            expect(self.it.locator("select")).not_to_have_value(re.compile("new-"))
            expect(self.theirs).to_have_count(3)
        self.quiet()

    def write(self, text: str) -> Locator:
        """Writes one message and waits for what comes back; returns the newest line."""
        count = self.theirs.count()
        self.send(text)
        return self.answer(count)

    def send(self, text: str) -> None:
        """Writes one message and does not wait."""
        self.it.get_by_label("Write a message").fill(text)
        self.it.get_by_role("button", name="Send").click()
        expect(self.mine.last).to_have_text(text)

    def press(self, label: str | re.Pattern[str]) -> Locator:
        """Presses a button under the last message."""
        count = self.theirs.count()
        self.it.locator(".choices button", has_text=label).first.click()
        return self.answer(count)

    def make_due(self) -> Locator:
        """Makes a check-in due."""
        count = self.theirs.count()
        self.it.get_by_role("button", name="Make a check-in due").click()
        return self.answer(count)

    def answer(self, count: int) -> Locator:
        """The newest line, once there are more than `count` and the whole answer is there."""
        expect(self.theirs.nth(count)).to_be_visible()
        self.quiet()
        return self.theirs.last

    def quiet(self) -> None:
        """Waits until nothing is on its way; the page says so together with the lines it drew."""
        expect(self.it.locator(".typing")).to_be_hidden()


def record(page: Page) -> Locator:
    """The record beside the phones."""
    return page.get_by_label("The record, as a coach would see it")


def test_first_contact(page: Page) -> None:
    """Someone new reads the three texts, begins, and finds their hopes kept word for word."""
    phone = Phone(page)
    phone.be("Someone new (chat)")
    expect(phone.theirs.nth(1)).to_contain_text("999")
    expect(record(page)).to_contain_text("Invited")
    question = phone.press("Begin")
    expect(question).to_contain_text("?")
    phone.write("to sleep through and get my spark back")
    phone.write("id be up before the kids, kettle on")
    expect(record(page)).to_contain_text("to sleep through and get my spark back")
    expect(record(page)).to_contain_text("kettle on")
    expect(record(page)).not_to_contain_text("none planned")


def test_check_in_with_a_detour_and_a_rating(page: Page) -> None:
    """A check-in: a noticing, a detour that comes back to the question, a rating by buttons."""
    phone = Phone(page)
    phone.be("Sam")
    phone.make_due()
    phone.write("been sleeping better tbh")
    detour = phone.write("who sees this?")
    expect(detour).to_contain_text("Ana")
    expect(detour).to_contain_text("?")
    for line in ("left my phone downstairs", "my sister said i looked less tired"):
        if phone.it.locator(".choices button").count() == 0:
            phone.write(line)
    for line in ("im less snappy in the mornings", "its quieter in the house"):
        if phone.it.locator(".choices button").count() == 0:
            phone.write(line)
    phone.press("Looking after myself")
    phone.press(re.compile("bit by bit|own ways"))
    expect(record(page)).to_contain_text("been sleeping better tbh")
    expect(record(page)).to_contain_text("Where they place themselves")
    page.reload()
    expect(phone.mine.first).to_have_text("been sleeping better tbh")


def test_a_bad_week(page: Page) -> None:
    """Hard news is met first, with the coach offered, and no scale, rating or step."""
    phone = Phone(page)
    phone.be("Someone new (chat)")
    phone.press("Begin")
    phone.write("a bit of peace")
    phone.write("id stop jumping at the door")
    phone.make_due()
    reply = phone.write("shit week to be honest, everythings gone wrong")
    expect(reply).not_to_contain_text("0 to 10")
    expect(record(page)).to_contain_text("shit week to be honest, everythings gone wrong")


def test_a_burst_gets_one_answer(page: Page) -> None:
    """Three quick messages are heard together and answered once."""
    phone = Phone(page)
    phone.be("Someone new (chat)")
    phone.press("Begin")
    phone.write("to feel steady")
    phone.write("id answer the phone when it rings")
    count = phone.theirs.count()
    phone.it.evaluate(TYPE_AND_SEND, ["hiya", "went to the allotment", "first time since summer"])
    phone.answer(count)
    expect(phone.theirs).to_have_count(count + 1)
    for text in ("went to the allotment", "first time since summer"):
        expect(record(page)).to_contain_text(text)


def test_the_coach_answers_beside_it(page: Page) -> None:
    """A hand-off: the client asks, the coach writes, the bot is silent, the coach hands back."""
    phone = Phone(page)
    phone.be("Someone new (chat)")
    phone.press("Begin")
    phone.write("company")
    phone.write("id have mates round of an evening")
    expect(phone.write("COACH")).to_contain_text("Ana")
    record(page).get_by_role("button", name="Take over").click()
    count = phone.theirs.count()
    record(page).get_by_label("Write as Ana").fill("Hi, it's Ana. I'm here.")
    record(page).get_by_role("button", name="Send as Ana").click()
    expect(phone.answer(count)).to_have_text("Hi, it's Ana. I'm here.")
    phone.send("thanks for coming on")
    phone.quiet()
    expect(phone.theirs).to_have_count(count + 1)
    record(page).get_by_role("button", name="Hand back").click()
    expect(phone.theirs.nth(count + 1)).to_be_visible()


class CoachPhone(Phone):
    """Ana's phone, on which a reply names the message it answers."""

    def line(self, words: str) -> Locator:
        """The newest message with these words in it, once it is there."""
        found = self.theirs.filter(has_text=words).last
        expect(found).to_be_visible()
        return found

    def reply(self, words: str, text: str) -> None:
        """Replies to the newest message that has these words in it."""
        self.line(words).get_by_role("button", name="Reply").click()
        expect(self.it.locator(".answering")).to_be_visible()
        self.send(text)
        expect(self.it.locator(".answering")).to_be_hidden()


def test_concern_is_seen_and_a_person_answers(page: Page) -> None:
    """Danger inside a check-in: the fixed reply, the coach's phone, the talk, and back again."""
    page.get_by_label("a second phone").check()
    sam, ana = Phone(page, 1), CoachPhone(page, 2)
    expect(ana.it.locator("select option:checked")).to_contain_text("Ana")
    sam.be("Someone new (chat)")
    sam.press("Begin")
    sam.write("to sleep through")
    sam.write("id be up before the kids")
    sam.make_due()
    reply = sam.write("i dont want to be alive any more, i want to kill myself")
    expect(reply).to_contain_text("999")
    expect(reply).not_to_contain_text("kill")
    expect(ana.line("danger may have been said")).to_contain_text("Ref ")
    ana.press("I’ve got this")
    ana.reply("You have it", "It's Ana. I'm reading this now. Can I ring you?")
    expect(sam.theirs.last).to_have_text("It's Ana. I'm reading this now. Can I ring you?")
    count = sam.theirs.count()
    sam.send("yes please")
    expect(ana.line("yes please")).to_be_visible()
    sam.quiet()
    expect(sam.theirs).to_have_count(count)
    ana.reply("yes please", "back")
    expect(ana.line("Handed back")).to_be_visible()
    expect(sam.theirs.nth(count)).to_be_visible()
    sam.it.locator("textarea").focus()
    record(page).get_by_role("button", name="Let check-ins go on").click()
    expect(record(page)).not_to_contain_text("Check-ins wait")
    expect(sam.make_due()).to_contain_text("?")


def test_what_a_coach_writes_to_nobody(page: Page) -> None:
    """What answers no message goes to nobody, and the coach is told so."""
    page.get_by_label("a second phone").check()
    sam, ana = Phone(page, 1), CoachPhone(page, 2)
    sam.be("Sam")
    ana.be("Cai")
    before = sam.theirs.count()
    ana.send("hello there")
    expect(ana.line("gone to nobody")).to_be_visible()
    expect(sam.theirs).to_have_count(before)


def test_two_phones(page: Page) -> None:
    """A second phone is someone else, and neither sees the other's words."""
    page.get_by_label("a second phone").check()
    one, two = Phone(page, 1), Phone(page, 2)
    one.be("Sam")
    two.be("Someone new (texts)")
    expect(two.theirs.nth(2)).to_contain_text("1 ")
    two.write("1")
    expect(one.it).not_to_contain_text("kettle")
    assert two.it.locator(".choices button").count() == 0


def test_narrow_phone(page: Page) -> None:
    """At 320 px nothing is cut off sideways, and everything is big enough for a thumb."""
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for button in page.locator(".phone:not([hidden]) button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44

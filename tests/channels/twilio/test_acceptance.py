"""What the channels page asks of a channel, asked of the whole service by text through Twilio."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from channels.twilio import Twilio
from onestep.content.sms import plain
from onestep.services import hand_off
from onestep.services.by_hand import make_check_in_due
from onestep.services.deliver_outcome import RETRIES
from onestep.storage.models import Aside, Message
from tests.channels.bot_api.running import wait_until
from tests.channels.peers.emulate import NUMBER, SID, TOKEN
from tests.channels.twilio.signed import signature
from tests.channels.twilio.whole import WITHIN, whole

pytestmark = pytest.mark.slow
SIZES = {"too_easy", "about_right", "too_much"}


@pytest.fixture(scope="module")
def service(tmp_path_factory, made):
    """One service for all; each test has phones of its own."""
    with whole(tmp_path_factory.mktemp("acceptance"), made) as running:
        yield running


def joined(service, number):
    """A client who joined a month ago, and their phone."""
    return service.add(number), service.hand(number)


def fields(number, words, sid):
    """A text as Twilio posts it."""
    return {
        "AccountSid": SID,
        "MessageSid": sid,
        "From": number,
        "To": NUMBER,
        "Body": words,
        "NumMedia": "0",
    }


@pytest.mark.parametrize("times", [2, 20], ids=["in a row", "at once"])
def test_the_same_post_again(service, times):
    """Acceptance 3: one id, twice in a row and 20 times at once: one row, one reply."""
    number = f"+4477009002{times:02d}"
    sam, hand = joined(service, number)
    before = service.rows(sam)
    post = fields(number, "made a proper tea", f"SM{times:032d}")
    with ThreadPoolExecutor(1 if times == 2 else times) as crowd:
        assert list(crowd.map(lambda _: service.post(post), range(times))) == [200] * times
    hand.wait(1)
    wait_until(lambda: service.answered(sam), WITHIN)
    assert service.rows(sam) == before + 1
    assert len(hand.texts) == 1


def test_in_order_and_nobody_waits_for_another(service):
    """Acceptance 5: ten texts are answered in order, while another's turn takes its time."""
    (_, slow), (sam, hand) = joined(service, "+447700900231"), joined(service, "+447700900232")
    bot, turn, go_on = service.bot, service.bot.turn, asyncio.Event()
    loops = []

    async def taking_its_time(asked):
        if any(text.text == "slowly" for text in getattr(asked.input, "messages", ())):
            loops.append(asyncio.get_running_loop())
            await go_on.wait()
        return await turn(asked)

    bot.turn = taking_its_time
    try:
        slow.text("slowly")
        wait_until(lambda: loops, WITHIN)
        said = [f"step {number}" for number in range(10)]
        for words in said:
            hand.text(words)
        wait_until(lambda: [w for w in service.heard_by_bot() if w in said] == said, WITHIN)
        wait_until(lambda: service.answered(sam), 4 * WITHIN)
        assert slow.texts == []
    finally:
        bot.turn = turn
        for loop in loops:
            loop.call_soon_threadsafe(go_on.set)
    slow.wait(1)


def test_a_part_that_did_not_go_is_sent_again_alone(service):
    """Acceptance 7: of a long text in parts, the second is refused once and goes alone."""
    sam, hand = joined(service, "+447700900241")
    words = " ".join(f"word{number}" for number in range(120))
    first, second, *rest = service.app.channels["sms"].parts(words)
    service.line.away.add(second)
    hand_off.open_by_coach(service.app, sam)
    hand_off.say_as_coach(service.app, sam, words)
    wait_until(lambda: first in hand.texts and not service.line.away, WITHIN)
    service.app.clock.move(timedelta(seconds=RETRIES[0]))
    assert hand.wait(2 + len(rest))
    assert hand.texts == [first, second, *rest]


def test_a_number_answers_the_open_question_once(service):
    """Acceptance 8: a number out of range, sent twice or too late is harmless, and told of."""
    sam, hand = joined(service, "+447700900281")
    make_check_in_due(service.app, sam)
    assert "3 " in hand.wait(1)
    not_there = hand.say("7", 2)
    assert not_there in told(service, "number_not_offered")
    hand.say("2", 3)
    assert hand.say("2", 4) in told(service, "number_answered")
    hand.say("by taking it slowly", 5)
    assert hand.say("3.", 6) in told(service, "number_answered")
    keys = [getattr(turn.input, "key", None) for turn in service.bot.heard]
    assert [key for key in keys if key in SIZES] == ["about_right"]
    assert not {"7", "2", "3."} & set(service.heard_by_bot())


def told(service, key):
    """The wordings of an utterance, as a text has them."""
    content = service.app.content("en")
    said = content.utterances[key].wordings
    return [plain(each.text, content.language) for each in said]


def test_what_is_not_signed_is_not_taken(service, long):
    """Acceptance 10: no, wrong and another's signature: 403, nothing kept, nothing said."""
    number = "+447700900251"
    url = f"{service.settings.public_url}{Twilio.path}"
    body = fields(number, "open up", "SM" + "9" * 32)
    wrong = [
        {},
        {"x-twilio-signature": signature(url, body, "another")},
        {"x-twilio-signature": signature(url, {**body, "Body": "other"}, TOKEN)},
        {"x-twilio-signature": signature(url + "/", body, TOKEN)},
    ]
    with httpx.Client(timeout=30) as client:
        for _ in range(1000 if long else 50):
            for headers in wrong:
                answer = client.post(url, data=body, headers=headers)
                assert (answer.status_code, answer.content) == (403, b"")
    assert service.hand(number).texts == []
    assert kept(service) == 0


def test_what_is_too_large_is_not_read(service):
    """Acceptance 10: a body over 64 KB is refused, signed or not."""
    body = fields("+447700900252", "x" * 70_000, "SM" + "9" * 32)
    assert service.post(body) == 413
    assert kept(service) == 0


def kept(service):
    """How much is kept of the id that the refused posts have, and aside."""
    with service.app.db.read() as session:
        by_id = select(func.count()).where(Message.provider_id == "SM" + "9" * 32)
        aside = select(func.count()).select_from(Aside)
        return session.scalar(by_id) + session.scalar(aside)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+447700900261", "nul\0 and back"),
        ("+447700900262", "\u202emirrored, مرحبا"),
        ("+447700900263", "z\u0335\u0322\u031b" * 40),
        ("+447700900264", "\N{GRINNING FACE}" * 4096),
    ],
    ids=["nul", "right to left", "zalgo", "4096 emoji"],
)
def test_odd_text_is_kept_safely(service, number, words):
    """Acceptance 10: whatever a phone can send is kept as written, and the talk goes on."""
    sam, hand = joined(service, number)
    before = service.rows(sam)
    if len(words) > 1600:  # more than Twilio's own limit, so that it is posted by hand
        assert service.post(fields(number, words, "SM" + number[1:].zfill(32))) == 200
    else:
        hand.text(words)
    wait_until(lambda: service.rows(sam) == before + 1, WITHIN)
    wait_until(lambda: service.answered(sam), WITHIN)
    hand.text("and on we go")
    wait_until(lambda: "and on we go" in service.heard_by_bot(), WITHIN)

"""What the bot chose is said: by channel, never twice the same, quoting only what may be."""

from itertools import pairwise

import pytest

from onestep.content import (
    Content,
    MissingValue,
    Outgoing,
    Prompt,
    Reply,
    UnknownChoice,
    UnknownUtterance,
    check_text,
    render,
    reply_from,
)
from onestep.content.catalogue import required
from onestep.content.gsm import is_gsm7, segments

WORDS = "well didn't row with him last night lol"
SPAN = {"ref": "m1", "start": 5, "end": 35}
AWKWARD = [
    "Bartholomew-Maximilian Featherstonehaugh-Cholmondeley",
    "Siân 🦊",
    "مرحبا",
    "{coach} {quote}",
    "two\nlines\r\nand a \x00 NUL",
    "\\1 %s <b>",
    "",
    "   ",
]


def said(content: Content, key: str, values: dict[str, str | None], **more: object) -> Outgoing:
    """One utterance as one message."""
    given = {"turn_id": "t1", "channel": "telegram", **more}
    reply = given.pop("reply", Reply(key))
    messages = render(content, [reply], values=values, **given).messages  # type: ignore[arg-type]
    assert len(messages) == 1
    return messages[0]


def test_same_turn_says_the_same_and_the_next_says_it_otherwise(content, values) -> None:
    """A turn repeated after a crash reads the same; a wording never follows itself."""
    last: dict[str, str] = {}
    texts = []
    for turn in range(60):
        first = render(
            content,
            [Reply("ask_how")],
            turn_id=f"t{turn}",
            channel="telegram",
            values=values,
            last_used=last,
        )
        again = render(
            content,
            [Reply("ask_how")],
            turn_id=f"t{turn}",
            channel="telegram",
            values=values,
            last_used=last,
        )
        assert first == again
        last |= first.used
        texts.append(first.messages[0].text)
    assert all(one != two for one, two in pairwise(texts))
    assert set(texts) == {w.text for w in content.utterances["ask_how"].wordings}


def test_replies_of_a_turn_are_one_message(content, values) -> None:
    """A receipt and a question come as one message, with the question's choices and prompt."""
    prompt = Prompt("p1", "step_size")
    replies = [Reply("receipt_step"), Reply("ask_step_size", asks=1, prompt=prompt)]
    rendered = render(content, replies, turn_id="t", channel="telegram", values=values)
    (message,) = rendered.messages
    assert message.prompt == prompt
    assert message.asks == 1
    assert [choice.key for choice in message.choices] == ["too_easy", "about_right", "too_much"]
    assert message.keys == ("receipt_step", "ask_step_size")
    assert rendered.used.keys() == set(message.keys)


def test_first_contact_is_three_messages(content, values) -> None:
    """Wordings marked as their own message are not joined."""
    keys = ["first_what", "first_who_reads", "first_cost_begin"]
    rendered = render(content, [Reply(k) for k in keys], turn_id="t", channel="sms", values=values)
    assert [message.keys for message in rendered.messages] == [(key,) for key in keys]
    assert rendered.messages[-1].text.endswith("1 Begin\n2 Not for me\nReply with a number.")


def test_client_reads_their_own_words_exactly(content, values) -> None:
    """A quotation is the client's text between its offsets, in quotation marks."""
    message = said(
        content, "ask_how", values, reply=Reply("ask_how", {"quote": SPAN}), texts={"m1": WORDS}
    )
    assert message.quoted == ("didn't row with him last night",)
    assert "“didn't row with him last night”" in message.text
    on_sms = said(
        content,
        "ask_how",
        values,
        reply=Reply("ask_how", {"quote": SPAN}),
        texts={"m1": WORDS},
        channel="sms",
    )
    assert '"didn\'t row with him last night"' in on_sms.text


@pytest.mark.parametrize(
    "words",
    [
        "ok",
        "paid him back the £20",
        "saw my stupid brother again today",
        "took my meds like they said",
        "went down to 6 from 9",
        "had a nice day\nwith the dog",
        'she said "not bad" to me',
        "met up with Darren at the cafe",
        "got up \u202eand went out again",
        "word " * 13,
    ],
)
def test_words_that_may_not_come_back_do_not(content, values, words: str) -> None:
    """Conduct 4: insults, money, health, numbers and names stay unsaid, whatever the bot sent."""
    span = {"ref": "m1", "start": 0, "end": len(words)}
    message = said(
        content, "ask_how", values, reply=Reply("ask_how", {"quote": span}), texts={"m1": words}
    )
    assert message.quoted == ()
    assert "“" not in message.text


@pytest.mark.parametrize(
    "span",
    [
        {"ref": "m9", "start": 0, "end": 5},
        {"ref": "m1", "start": 5, "end": 900},
        {"ref": "m1", "start": 9, "end": 3},
        {"ref": "m1", "start": "0", "end": 5},
        {"people": 7},
        {},
        None,
    ],
)
def test_span_that_points_nowhere_is_left_out(content, values, span) -> None:
    """A wrong offset costs the quotation, never the message."""
    message = said(
        content, "ask_how", values, reply=Reply("ask_how", {"quote": span}), texts={"m1": WORDS}
    )
    assert message.text.endswith("?")
    assert message.quoted == ()


def test_sms_leaves_out_what_it_has_no_letters_for(content, values) -> None:
    """A quotation with an emoji falls away on SMS; one with a curly apostrophe keeps its words."""
    for words, kept in [
        ("got up and went out 💪", ()),
        ("didn’t stay in bed today", ("didn't stay in bed today",)),
    ]:
        span = {"ref": "m1", "start": 0, "end": len(words)}
        message = said(
            content,
            "ask_how",
            values,
            reply=Reply("ask_how", {"quote": span}),
            texts={"m1": words},
            channel="sms",
        )
        assert message.quoted == kept
        assert is_gsm7(message.text)


def test_quotation_gives_way_before_a_message_is_split(content, values) -> None:
    """Too long for two parts: first the quotation goes, and the message stays one."""
    words = "wentrightuptothetopofthehillabove " * 11 + "home"
    span = {"ref": "m1", "start": 0, "end": len(words)}
    replies = [Reply("receipt_plain"), Reply("ask_how", {"quote": span}, 1)]
    (message,) = render(
        content, replies, turn_id="t", channel="sms", values=values, texts={"m1": words}
    ).messages
    assert message.quoted == ()
    assert segments(message.text).count <= 2


def test_long_turn_is_split_between_words(content, values) -> None:
    """What still is too long becomes several messages of two parts; the last one asks."""
    keys = ["answer_who_reads", "answer_dwp", "receipt_plain", "ask_step_size"]
    rendered = render(content, [Reply(k) for k in keys], turn_id="t", channel="sms", values=values)
    whole = render(
        content, [Reply(k) for k in keys], turn_id="t", channel="sms-without-rules", values=values
    )
    assert len(rendered.messages) > 1
    assert all(segments(m.text).count <= 2 and is_gsm7(m.text) for m in rendered.messages)
    assert [bool(m.choices) for m in rendered.messages] == [False] * (
        len(rendered.messages) - 1
    ) + [True]
    words = " ".join(m.text for m in rendered.messages).split("1 Too easy")[0].split()
    assert words == whole.messages[0].text.replace("’", "'").split()


def test_numbered_lines_are_the_choices(content, values) -> None:
    """On SMS the second line is the second choice; buttons that are not numbered are left out."""
    reply = Reply("ask_rating_area", choices=("respect", "skip", "fair_treatment"))
    message = said(content, "ask_rating_area", values, reply=reply, channel="sms")
    assert [choice.key for choice in message.choices] == ["respect", "fair_treatment"]
    assert "\n1 Respect for myself and others\n2 Being treated fairly\n" in message.text
    on_phone = said(content, "ask_rating_area", values, reply=reply)
    assert [choice.key for choice in on_phone.choices] == ["respect", "skip", "fair_treatment"]


def test_stages_are_the_clients_sentences(content, values) -> None:
    """A rating offers the area's own sentences, never the coaches' labels."""
    reply = Reply(
        "ask_rating_stage", {"area": "respect"}, prompt=Prompt("p", "rating_stage", "respect")
    )
    message = said(content, "ask_rating_stage", values, reply=reply)
    area = content.area("respect")
    assert message.text.startswith(area.label)
    assert [choice.label for choice in message.choices] == [stage.client for stage in area.stages]


@pytest.mark.parametrize(
    ("key", "without", "becomes"),
    [
        ("close", "next_check_in", "close_no_next"),
        ("close_hard", "next_check_in", "close_hard_no_next"),
        ("resumed", "next_check_in", "resumed_no_next"),
        ("paused_until", "date", "paused_open"),
        ("postponed", "when", "close_later"),
        ("ask_who_person", "person", "ask_who"),
    ],
)
def test_unknown_value_changes_what_is_said(content, values, key, without, becomes) -> None:
    """A message that cannot name the day does not leave a hole where the day would be."""
    message = said(content, key, values | {without: None})
    assert message.keys == (becomes,)


def test_stand_in_begins_a_sentence_with_a_capital(content, values) -> None:
    """Where no coach is known, "Your coach can read ..." begins as a sentence does."""
    message = said(content, "answer_who_reads", values | {"coach": None})
    assert message.text.startswith("Your coach can read")


def test_my_mum_is_spoken_of_as_your_mum(content, values) -> None:
    """A person as the client wrote them is turned round."""
    message = said(
        content,
        "ask_who_person",
        values,
        reply=Reply("ask_who_person", {"person": {"people": 0}}),
        people=["my mum"],
    )
    assert "your mum" in message.text


def test_discreet_phone_gets_the_discreet_wording(content, values) -> None:
    """What the bot starts gives nothing away when discreet is on: no name, service or coach."""
    for key, spec in required().items():
        if spec.opens:
            message = said(content, key, values, discreet=True)
            assert not check_text(message.text, started=True, discreet=True), message.text
            assert not any(name in message.text for name in ("Ana", "Riverside", "Onestep", "Sam"))


@pytest.mark.parametrize("awkward", AWKWARD)
@pytest.mark.parametrize("channel", ["telegram", "sms"])
def test_awkward_values_break_nothing(content, awkward: str, channel: str) -> None:
    """Every utterance is said, whole, and in GSM-7 on SMS, with long, strange and empty values."""
    known: dict[str, str | None] = dict.fromkeys(
        ("called", "coach", "service", "next_check_in"), awkward
    )
    known |= {
        "date": "1 December",
        "when": "this evening",
        "promise": awkward.strip() or "Ana reads it.",
    }
    spans = {name: {"ref": "m1", "start": 0, "end": len(awkward)} for name in ("quote", "person")}
    for key, utterance in content.utterances.items():
        choices = ("respect",) if utterance.choices_from == "areas" else None
        reply = Reply(key, {**spans, "area": "respect"}, choices=choices)
        if channel == "sms" and utterance.fixed:
            continue  # the crisis texts are said by concern_reply, whole
        for message in render(
            content, [reply], turn_id=key, channel=channel, values=known, texts={"m1": awkward}
        ).messages:
            assert message.text.strip()
            assert "\n\n" not in message.text
            if channel == "sms":
                assert is_gsm7(message.text)
                assert segments(message.text).count <= 2


def test_value_that_looks_like_a_slot_stays_as_it_is(content, values) -> None:
    """A client called {coach} is called {coach}."""
    message = said(content, "ask_better", values | {"called": "{coach}"})
    assert "{coach}" in message.text


def test_what_cannot_be_said_is_an_error(content, values) -> None:
    """Unknown keys, unknown choices and values that are nowhere are errors, not holes."""
    with pytest.raises(UnknownUtterance):
        said(content, "ask_nothing", values)
    with pytest.raises(UnknownChoice):
        said(content, "ask_keep", values, reply=Reply("ask_keep", choices=("banana",)))
    with pytest.raises(MissingValue):
        said(content, "concern_now_suicide", values)


def test_reply_of_the_contract_is_understood() -> None:
    """The turn contract's JSON becomes a reply; absent choices mean all, an empty list none."""
    answer = {
        "say": "ask_how",
        "values": {"quote": SPAN},
        "asks": 1,
        "prompt": {"id": "p8", "asks": "how"},
        "choices": [{"key": "skip"}],
    }
    expected = Reply("ask_how", {"quote": SPAN}, 1, Prompt("p8", "how"), ("skip",))
    assert reply_from(answer) == expected
    assert reply_from({"say": "close"}) == Reply("close")
    assert reply_from({"say": "close", "choices": []}).choices == ()
